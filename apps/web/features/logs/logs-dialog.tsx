"use client";
import { SchemaTree } from "@interlock/protocol";
import { ScrollText } from "lucide-react";
import { type FormEvent, useEffect, useId, useMemo, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { type PaletteEntry, usePaletteCommands } from "../palette/palette-registry.tsx";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { rest } from "../shell/rest-client.ts";
import { readLogsName } from "./logs-target.ts";

/** Offers logs on the palette, and asks whose. */
export function LogsDialog() {
  const connections = useRoom((state) => state.connections);
  const roomIsOpen = useRoom((state) => state.room?.open ?? false);
  const canAct = useCanAct();
  const clusters = useMemo(() => connections.filter(({ connector }) => connector === "kubernetes"), [connections]);
  const offered = canAct && roomIsOpen && clusters.length > 0;
  const [open, setOpen] = useState(false);
  const commands = useMemo<PaletteEntry[]>(
    () =>
      offered
        ? [
            {
              id: "room-logs",
              title: "Open logs of a pod or workload…",
              group: "Room",
              keywords: ["kubectl", "follow", "tail", "container", "kubernetes"],
              icon: ScrollText,
              run: () => setOpen(true),
            },
          ]
        : [],
    [offered],
  );
  usePaletteCommands(commands);
  return (
    <Dialog open={open && offered} onOpenChange={setOpen}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Open logs</DialogTitle>
          <DialogDescription>They are asked for by a command of this room, which is recorded.</DialogDescription>
        </DialogHeader>
        <LogsForm clusters={clusters.map(({ name }) => name)} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

function LogsForm({ clusters, onDone }: { clusters: readonly string[]; onDone: () => void }) {
  const session = useSession();
  const id = useId();
  // Who looks at one pod mostly wants another one of the same place next.
  const last = session.logs.panes.get().at(-1)?.target;
  const [connection, setConnection] = useState(last !== undefined && clusters.includes(last.connection) ? last.connection : clusters[0]!);
  const [namespace, setNamespace] = useState(last?.namespace ?? "");
  const [name, setName] = useState("");
  const tree = useTree(connection);
  const wanted = readLogsName(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === undefined || namespace.trim() === "") return;
    onDone();
    session.openLogs({ connection, namespace: namespace.trim(), ...wanted });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      {clusters.length > 1 && (
        <div className="flex flex-col gap-1">
          <Label htmlFor={`${id}-connection`}>Connection</Label>
          <select
            id={`${id}-connection`}
            value={connection}
            onChange={(event) => setConnection(event.target.value)}
            className="h-8 rounded-md border border-line-strong bg-bg px-2 text-sm"
          >
            {clusters.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </div>
      )}
      <div className="flex flex-col gap-1">
        <Label htmlFor={`${id}-namespace`}>Namespace</Label>
        <Input
          id={`${id}-namespace`}
          autoFocus={last === undefined}
          required
          list={`${id}-namespaces`}
          autoComplete="off"
          maxLength={63}
          pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
          title="A namespace's name: small letters, digits and dashes"
          value={namespace}
          onChange={(event) => setNamespace(event.target.value)}
        />
        <datalist id={`${id}-namespaces`}>
          {tree?.schemas.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </datalist>
      </div>
      <div className="flex flex-col gap-1">
        <Label htmlFor={`${id}-name`}>Pod, workload or labels</Label>
        <Input
          id={`${id}-name`}
          autoFocus={last !== undefined}
          required
          autoComplete="off"
          maxLength={300}
          placeholder="web-7d4b9c-x2x, deployment/web, app=web"
          value={name}
          onChange={(event) => setName(event.target.value)}
          aria-invalid={name !== "" && wanted === undefined}
          aria-describedby={`${id}-hint`}
        />
        <p id={`${id}-hint`} className="text-xs text-dim">
          {wanted?.workload !== undefined || wanted?.selector !== undefined
            ? "The logs of all its pods come interleaved, each with its pod's name."
            : "A workload or labels show several pods in one pane."}
        </p>
      </div>
      <DialogFooter>
        <Button type="submit" variant="primary" disabled={wanted === undefined || namespace.trim() === ""}>
          Open logs
        </Button>
      </DialogFooter>
    </form>
  );
}

/** Names to choose from. Without them one still can type a name, so a failure is no more than no suggestions. */
function useTree(connection: string): SchemaTree | undefined {
  const [tree, setTree] = useState<SchemaTree>();
  useEffect(() => {
    setTree(undefined);
    const abort = new AbortController();
    rest.get(`/connections/${encodeURIComponent(connection)}/schema`, SchemaTree, abort.signal).then(
      (outcome) => outcome.ok && setTree(outcome.value),
      (error: unknown) => {
        if (!abort.signal.aborted) throw error;
      },
    );
    return () => abort.abort();
  }, [connection]);
  return tree;
}
