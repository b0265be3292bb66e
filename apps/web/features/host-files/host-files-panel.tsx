"use client";
import { ERRORS, type HostFile, type HostFolder, type Refusal, type StagedUpload } from "@interlock/protocol";
import { Download, Eye, FolderOpen, FolderX, Upload } from "lucide-react";
import { type DragEvent, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { bytesInWords, count } from "../impact/figures.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import { DownloadReason } from "./download-reason.tsx";
import { FilePreviewView } from "./file-preview.tsx";
import { FilesBar } from "./files-bar.tsx";
import { FolderList, isFolder } from "./folder-list.tsx";
import { TransferList } from "./transfer-list.tsx";
import { contentAddress } from "./transfers.ts";
import { UploadDialog } from "./upload-dialog.tsx";
import { type HostFolderView, useHostFolder } from "./use-host-folder.ts";
import { useTransfers } from "./use-transfers.ts";
import { crumbs, joined, lastPart, visibleName } from "./visible-name.ts";

/** The files of a host as its account sees them: to look at, and where policy says so to take and to put there. */
export function HostFilesPanel({ connectionId }: { connectionId: string }) {
  const session = useSession();
  const name = useRoom((state) => state.connections.find(({ id }) => id === connectionId)?.name ?? "the host");
  const view = useHostFolder(connectionId);
  const { folder, state } = view;
  const [filter, setFilter] = useState("");
  const [selected, setSelected] = useState<string>();
  const [previewed, setPreviewed] = useState<string>();
  const [asked, setAsked] = useState<string>();
  const [waiting, setWaiting] = useState<readonly StagedUpload[]>([]);
  const [over, setOver] = useState(false);
  const { transfers, download, upload, drop } = useTransfers(connectionId, (staged) => setWaiting((all) => [...all, staged]));

  const go = (path: string) => {
    setSelected(undefined);
    setFilter("");
    setPreviewed(undefined);
    view.go(path);
  };
  const open = (entry: HostFile) => {
    if (!folder || entry.unnameable === true) return;
    const path = joined(folder.path, entry.name);
    if (isFolder(entry)) go(path);
    else if (folder.rights.preview && (entry.kind === "file" || entry.link?.leadsTo === "file")) setPreviewed(path);
  };
  const take = (path: string) => (folder?.rights.reason ? setAsked(path) : download(path));
  const put = folder?.rights.upload && state.phase === "here" ? (files: readonly File[]) => upload(folder.path, files) : undefined;
  const hasFiles = (event: DragEvent) => put !== undefined && event.dataTransfer.types.includes("Files");
  const chosen = folder?.entries.find((entry) => entry.name === selected);
  const dragOut =
    folder?.rights.download && !folder.rights.reason
      ? (entry: HostFile, data: DataTransfer) => {
          const place = { roomId: session.roomId, connectionId, path: joined(folder.path, entry.name) };
          // Chromium's own way to let a file be dropped outside the page.
          data.setData("DownloadURL", `application/octet-stream:${entry.name}:${location.origin}${contentAddress(place)}`);
          data.effectAllowed = "copy";
        }
      : undefined;

  return (
    <section
      aria-label={`Files of ${name}`}
      data-place="editor"
      data-host-files=""
      tabIndex={-1}
      className="relative flex h-full min-h-0 flex-col bg-bg outline-none"
      onDragEnter={(event) => hasFiles(event) && setOver(true)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        put?.([...event.dataTransfer.files]);
      }}
    >
      <FilesBar
        path={folder?.path ?? "/"}
        loading={state.phase === "loading"}
        filter={filter}
        onFilter={setFilter}
        onGo={go}
        onReload={view.reload}
        onUpload={put}
      />
      {previewed !== undefined ? (
        <FilePreviewView
          address={`/rooms/${session.roomId}/files/preview?${new URLSearchParams({ connection: connectionId, path: previewed })}`}
          path={previewed}
          onBack={() => setPreviewed(undefined)}
        />
      ) : state.phase === "failed" ? (
        <FolderFailed refusal={state.refusal} view={view} onGo={go} />
      ) : folder === undefined ? (
        <div className="grid flex-1 place-items-center">
          <Spinner label={`Reading files of ${name}`} />
        </div>
      ) : (
        <Folder folder={folder} filter={filter} selected={selected} onSelect={setSelected} onOpen={open} onGo={go} onDragOut={dragOut} />
      )}
      {folder && state.phase === "here" && previewed === undefined && (
        <Foot folder={folder} chosen={chosen} onOpen={open} onTake={() => chosen && take(joined(folder.path, chosen.name))} />
      )}
      <TransferList transfers={transfers} onDrop={drop} />
      {over && (
        <div className="pointer-events-none absolute inset-2 z-30 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-accent-soft/80 text-sm font-medium text-accent-text">
          <span className="flex items-center gap-2">
            <Upload aria-hidden="true" className="size-4" /> Drop to propose it for {visibleName(folder?.path ?? "")}
          </span>
        </div>
      )}
      {asked !== undefined && (
        <DownloadReason
          name={lastPart(asked)}
          onClose={() => setAsked(undefined)}
          onSay={(reason) => {
            setAsked(undefined);
            download(asked, reason);
          }}
        />
      )}
      {waiting[0] && <UploadDialog key={waiting[0].id} staged={waiting[0]} host={name} onClose={() => setWaiting((all) => all.slice(1))} />}
    </section>
  );
}

interface FolderProps {
  folder: HostFolder;
  filter: string;
  selected: string | undefined;
  onSelect: (name: string | undefined) => void;
  onOpen: (entry: HostFile) => void;
  onGo: (path: string) => void;
  onDragOut: ((entry: HostFile, data: DataTransfer) => void) | undefined;
}

function Folder({ folder, filter, selected, onSelect, onOpen, onGo, onDragOut }: FolderProps) {
  const words = filter.trim().toLowerCase();
  const entries = words === "" ? folder.entries : folder.entries.filter(({ name }) => name.toLowerCase().includes(words));
  const parent = crumbs(folder.path).at(-2)?.path;
  if (entries.length === 0)
    return (
      <StatusMessage
        // As high as a list would be: what is below stays below.
        className="min-h-0 flex-1 overflow-y-auto"
        icon={FolderOpen}
        title={folder.entries.length === 0 ? "This folder is empty" : "No name holds these words"}
        actions={parent !== undefined && <Button onClick={() => onGo(parent)}>The folder above</Button>}
      />
    );
  return (
    <FolderList
      label={`Names in ${folder.path}`}
      entries={entries}
      hasParent={parent !== undefined}
      selected={selected}
      onSelect={onSelect}
      onOpen={onOpen}
      onParent={() => parent !== undefined && onGo(parent)}
      onDragOut={onDragOut}
    />
  );
}

function FolderFailed({ refusal, view, onGo }: { refusal: Refusal; view: HostFolderView; onGo: (path: string) => void }) {
  const { title, next } = ERRORS[refusal.code];
  const back = view.folder?.path;
  return (
    <StatusMessage
      icon={FolderX}
      tone="bad"
      title={refusal.code === "statement_failed" ? "The host refuses this" : title}
      actions={
        <>
          <Button variant="primary" onClick={view.reload}>
            Try again
          </Button>
          {back !== undefined && back !== view.asked && <Button onClick={() => onGo(back)}>Back to {visibleName(back)}</Button>}
        </>
      }
    >
      {[refusal.detail, refusal.code === "statement_failed" ? undefined : next].filter(Boolean).join(" ")}
    </StatusMessage>
  );
}

interface FootProps {
  folder: HostFolder;
  chosen: HostFile | undefined;
  onOpen: (entry: HostFile) => void;
  onTake: () => void;
}

/** What is chosen, and what can be done with it. */
function Foot({ folder, chosen, onOpen, onTake }: FootProps) {
  const { rights } = folder;
  const isFile = chosen !== undefined && chosen.unnameable !== true && (chosen.kind === "file" || chosen.link?.leadsTo === "file");
  const large = chosen !== undefined && chosen.size > rights.downloadBytes;
  return (
    <footer className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-t border-line bg-panel px-3.5 py-1 text-xs text-dim">
      <span className="min-w-0 flex-1 truncate tabular-nums" role="status" data-testid="names">
        {chosen ? (
          <span className="font-mono text-fg">{visibleName(chosen.name)}</span>
        ) : (
          `${count(folder.entries.length)} ${folder.entries.length === 1 ? "name" : "names"}`
        )}
        {folder.truncated && ", and more that are not shown"}
      </span>
      {isFile && (
        <>
          <Button size="sm" disabled={!rights.preview} onClick={() => chosen && onOpen(chosen)}>
            <Eye aria-hidden="true" /> Look at it
          </Button>
          <Button
            size="sm"
            disabled={!rights.download || large}
            title={rights.download ? (large ? `Policy lets ${bytesInWords(rights.downloadBytes)} out at most` : undefined) : rights.why}
            onClick={onTake}
          >
            <Download aria-hidden="true" /> Download
          </Button>
          {!rights.download && rights.why && (
            <span className="max-w-72 truncate text-faint" title={rights.why}>
              {rights.why}
            </span>
          )}
        </>
      )}
    </footer>
  );
}
