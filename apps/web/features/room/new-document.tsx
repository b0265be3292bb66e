"use client";
import type { Connection, Document } from "@interlock/protocol";
import { Plus } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { Popover, PopoverContent, PopoverTrigger } from "../../components/ui/popover.tsx";
import { ChooseFiles } from "../files/choose-files.tsx";
import { useCanAct, useRoom, useSession, useView } from "./room-context.tsx";

/** People mostly go on where they are: the connection of the document in view, else of the room's last one, else the oldest there is. */
function usualConnection(connections: readonly Connection[], documents: readonly Document[], inView: string | undefined): string {
  const known = (document: Document | undefined) => connections.find(({ id }) => id === document?.connectionId)?.id;
  return known(documents.find(({ id }) => id === inView)) ?? known(documents.at(-1)) ?? connections[0]!.id;
}

const suffixOf = (connection: Connection | undefined) => (connection?.connector === "kubernetes" ? "kubectl" : "sql");

/** Asks for a name and a connection. The trigger is the `+` after the documents' tabs, or `children`. */
export function NewDocument({ children }: { children?: ReactNode }) {
  const session = useSession();
  const connections = useRoom((state) => state.connections);
  const documents = useRoom((state) => state.documents);
  const canAct = useCanAct();
  const roomIsOpen = useRoom((state) => state.room?.open ?? false);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const inView = useView((view) => view.documentId);
  const [chosen, setChosen] = useState("");
  const id = useId();
  if (!canAct || !roomIsOpen || connections.length === 0) return null;
  const connectionId = chosen || usualConnection(connections, documents, inView);
  const suggestion = `scratch-${documents.length + 1}.${suffixOf(connections.find(({ id: known }) => known === connectionId))}`;

  const create = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim() || suggestion;
    const answer = await session.ask({ type: "document.create", name: wanted, connectionId });
    if (!answer.ok) return;
    setOpen(false);
    setName("");
    setChosen("");
    const { documentId } = answer.value;
    if (typeof documentId === "string") session.openDocument(documentId);
  };

  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        {children ?? (
          <Button variant="ghost" size="icon-sm" aria-label="New document" className="m-1.5">
            <Plus />
          </Button>
        )}
      </PopoverTrigger>
      <PopoverContent align="start" aria-label="New document">
        <form className="flex flex-col gap-3" onSubmit={(event) => void create(event)}>
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-name`}>Name</Label>
            <Input
              id={`${id}-name`}
              autoFocus
              maxLength={80}
              placeholder={suggestion}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-connection`}>Connection</Label>
            <select
              id={`${id}-connection`}
              value={connectionId}
              onChange={(event) => setChosen(event.target.value)}
              className="h-8 rounded-md border border-line-strong bg-bg px-2 text-sm"
            >
              {connections.map((connection) => (
                <option key={connection.id} value={connection.id}>
                  {connection.name} ({connection.environment})
                </option>
              ))}
            </select>
          </div>
          <div className="flex items-center justify-between gap-2">
            <ChooseFiles
              connection={connections.find(({ id: one }) => one === connectionId) ?? connections[0]!}
              onDone={() => setOpen(false)}
            />
            <Button type="submit" variant="primary">
              Create
            </Button>
          </div>
        </form>
      </PopoverContent>
    </Popover>
  );
}
