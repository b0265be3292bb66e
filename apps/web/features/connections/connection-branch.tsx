import type { Connection } from "@interlock/protocol";
import { RefreshCw, ShieldCheck, TriangleAlert, Waypoints } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { ObjectTree } from "../objects/object-tree.tsx";
import { hasPosture, posturePath } from "../posture/posture-commands.ts";
import { useSession } from "../room/room-context.tsx";
import { ShellButton } from "../terminal/shell-button.tsx";
import { isHost } from "../terminal/terminal-commands.ts";
import { HostActs } from "../hosts/host-acts.tsx";
import { SchemaBranches } from "./schema-branches.tsx";
import { filterSchema } from "./schema-filter.ts";
import { useSchemaTree } from "./schema-tree.ts";

/** What a person has opened or closed, for as long as the page lives: a window that becomes narrow draws the panel anew. */
const opened = new Map<string, boolean>();

const STATUS = { up: "bg-read", down: "bg-delete", unknown: "bg-faint" } as const;
const STATUS_WORDS = { up: "answers", down: "does not answer", unknown: "not asked yet" } as const;

/** One target: whether it answers, what can be asked about it, and what is in it. */
export function ConnectionBranch({ connection, filter, current }: { connection: Connection; filter: string; current: boolean }) {
  const session = useSession();
  const [open, setOpen] = useState(opened.get(connection.id) ?? current);
  const [touched, setTouched] = useState(opened.has(connection.id));
  // The first document decides which target is open, until a person does.
  if (current && !open && !touched) setOpen(true);
  // What a cluster has is followed live, and is more than one answer holds.
  const live = connection.connector === "kubernetes";
  const host = isHost(connection);
  const { state, reload } = useSchemaTree(connection.id, open && !live && !host);
  return (
    <div>
      <div className={cn("group relative flex items-center gap-2 px-3.5", current && "bg-hover text-fg")}>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => {
            opened.set(connection.id, !open);
            setOpen(!open);
            setTouched(true);
          }}
          className="flex min-w-0 flex-1 items-center gap-2 rounded-sm py-1 text-left"
        >
          <span
            className={cn("size-[7px] shrink-0 rounded-full forced-color-adjust-none", STATUS[connection.status])}
            title={STATUS_WORDS[connection.status]}
          >
            <span className="sr-only">{STATUS_WORDS[connection.status]}</span>
          </span>
          <span className="truncate">{connection.name}</span>
          <EnvironmentBadge environment={connection.environment} />
        </button>
        {/* Above the name's end, so that it has its room until somebody is there. */}
        <span className="absolute inset-y-0 right-2 flex items-center rounded-md bg-hover opacity-0 group-hover:opacity-100 has-focus-visible:opacity-100 pointer-coarse:static pointer-coarse:bg-transparent pointer-coarse:opacity-100">
          <ShellButton connection={connection} />
          {live && (
            <Button
              variant="ghost"
              size="icon-sm"
              title={`Why is this blocked? Ask about the network of ${connection.name}`}
              aria-label="Why is this blocked?"
              onClick={() => session.openInquiry(connection.id)}
              className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            >
              <Waypoints />
            </Button>
          )}
          {hasPosture(connection) && (
            <Button
              variant="ghost"
              size="icon-sm"
              asChild
              className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            >
              <Link
                href={posturePath(connection.name, session.roomId)}
                prefetch={false}
                aria-label={`Posture of ${connection.name}`}
                title={`Posture of ${connection.name}`}
              >
                <ShieldCheck />
              </Link>
            </Button>
          )}
          {open && !live && !host && (
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={`Read the schema of ${connection.name} again`}
              onClick={reload}
              className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
            >
              <RefreshCw />
            </Button>
          )}
        </span>
      </div>
      {open && connection.lacks !== undefined && (
        <p className="flex gap-1.5 py-1 pr-3.5 pl-8 text-xs text-modify-text wrap-anywhere" role="status">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
          {connection.lacks}
        </p>
      )}
      {open && connection.connector === "local" && connection.lacks === undefined && (
        <p className="flex gap-1.5 py-1 pr-3.5 pl-8 text-xs text-modify-text" role="note">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
          Its shells run on the very machine that Interlock’s agent runs on. Whoever may open one is on that machine.
        </p>
      )}
      {open && live && <ObjectTree connection={connection} filter={filter} />}
      {open && host && <HostActs connection={connection} />}
      {open && !host && state.phase === "loading" && (
        <div className="flex flex-col gap-2 py-2 pr-3.5 pl-8" role="status" aria-label="Reading the schema">
          {["w-3/5", "w-4/5", "w-2/5"].map((width) => (
            <Skeleton key={width} className={cn("h-3", width)} />
          ))}
        </div>
      )}
      {open && state.phase === "failed" && (
        <div role="alert" className="flex flex-col items-start gap-1 py-1 pr-3.5 pl-8 text-xs text-delete-text">
          {state.why}
          <Button size="sm" onClick={reload}>
            Try again
          </Button>
        </div>
      )}
      {open && state.phase === "here" && (
        <SchemaBranches connection={connection.name} schemas={filterSchema(state.tree, filter)} filtered={filter.trim() !== ""} />
      )}
    </div>
  );
}
