"use client";
import { FileUp } from "lucide-react";
import { type DragEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { type PaletteEntry, usePaletteCommands } from "../palette/palette-registry.tsx";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { addFiles } from "./room-files.ts";

/** Takes files that are dropped on the documents, or chosen from the palette, into the room. */
export function FileDrop({ children }: { children: ReactNode }) {
  const session = useSession();
  const canAct = useCanAct();
  const open = useRoom((state) => state.room?.open ?? false);
  const connection = useFilesConnection();
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const offered = canAct && open && connection !== undefined;

  const take = (files: readonly File[]) => {
    if (offered && files.length > 0) void addFiles(session, connection, files);
  };
  // A pane with files of a host takes what is dropped on it itself.
  const hasFiles = (event: DragEvent) =>
    offered && event.dataTransfer.types.includes("Files") && (event.target as HTMLElement).closest("[data-host-files]") === null;
  const commands = useMemo<PaletteEntry[]>(
    () =>
      offered
        ? [
            {
              id: "room-add-files",
              title: "Add files to the room…",
              group: "Documents",
              keywords: ["upload", "manifest", "yaml", "-f"],
              icon: FileUp,
              run: () => chooser.current?.click(),
            },
          ]
        : [],
    [offered],
  );
  usePaletteCommands(commands);

  return (
    <div
      className="relative h-full"
      // Before the editor, which would write a file's name into the text.
      onDragEnterCapture={(event) => hasFiles(event) && setOver(true)}
      onDragOverCapture={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onDragLeaveCapture={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDropCapture={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        take([...event.dataTransfer.files]);
      }}
    >
      {children}
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label="Files for the room"
        data-testid="add-files"
        onChange={(event) => {
          take([...(event.target.files ?? [])]);
          // The same file again is a choice again.
          event.target.value = "";
        }}
      />
      {over && (
        <div className="pointer-events-none absolute inset-2 z-30 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/80 text-sm font-medium text-accent-text">
          <span className="flex items-center gap-2">
            <FileUp aria-hidden="true" className="size-4" /> Drop to add to the room; commands read it by name
          </span>
        </div>
      )}
    </div>
  );
}

/** Files belong to a connection like every document: that of the document in front if its commands read files, else the first that does. */
function useFilesConnection(): string | undefined {
  const session = useSession();
  const connections = useRoom((state) => state.connections);
  const documents = useRoom((state) => state.documents);
  const front = documents.find(({ id }) => id === session.view.get().documentId);
  const own = connections.find(({ id, connector }) => id === front?.connectionId && connector === "kubernetes");
  return (own ?? connections.find(({ connector }) => connector === "kubernetes"))?.name;
}
