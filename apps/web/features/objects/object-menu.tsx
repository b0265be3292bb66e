"use client";
import type { Connection } from "@interlock/protocol";
import { Ellipsis, FileCode2, KeyRound, ScrollText, TerminalSquare, Waypoints } from "lucide-react";
import { useRef } from "react";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "../../components/ui/dropdown-menu.tsx";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { kubectlLine, LINES } from "./kubectl-lines.ts";
import { logsOf } from "./object-logs.ts";
import { PodMenuItems } from "../pods/pod-menu-items.tsx";
import { endOf } from "../reachability/end-names.ts";
import type { TreeRow } from "./object-rows.ts";

const SERVICE_ACCOUNTS = "/serviceaccounts";
const PODS = "/pods";

interface ObjectMenuProps {
  connection: Connection;
  row: Extract<TreeRow, { type: "object" }>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onShow: () => void;
}

/** What can be done with an object from the tree. Nothing here runs anything that writes. */
export function ObjectMenu({ connection, row, open, onOpenChange, onShow }: ObjectMenuProps) {
  const session = useSession();
  const roomOpen = useRoom((state) => state.room?.open ?? true);
  const canAct = useCanAct() && roomOpen;
  const { entry, kind } = row;
  const logs = logsOf(connection.name, kind, entry);
  const end = endOf(kind.kind, entry);
  const trigger = useRef<HTMLButtonElement>(null);
  return (
    <DropdownMenu open={open} onOpenChange={onOpenChange}>
      <DropdownMenuTrigger
        ref={trigger}
        // The keyboard opens it from the line: Shift+F10 or the menu key.
        tabIndex={-1}
        aria-label={`Actions for ${entry.name}`}
        onClick={(event) => event.stopPropagation()}
        className="absolute right-1.5 grid size-5 place-items-center rounded-sm bg-hover text-dim opacity-0 group-hover/line:opacity-100 group-focus-visible/line:opacity-100 hover:bg-raise hover:text-fg data-[state=open]:opacity-100 pointer-coarse:opacity-100"
      >
        <Ellipsis aria-hidden="true" className="size-3.5" />
      </DropdownMenuTrigger>
      <DropdownMenuContent
        align="start"
        onClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => event.stopPropagation()}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          // The line has the keyboard again, unless what was chosen has taken it.
          const { activeElement } = document;
          if (activeElement === null || activeElement === document.body)
            trigger.current?.closest<HTMLElement>('[role="treeitem"]')?.focus();
        }}
      >
        <DropdownMenuItem onSelect={onShow}>
          <FileCode2 /> Open YAML
        </DropdownMenuItem>
        {logs && canAct && (
          <DropdownMenuItem onSelect={() => session.openLogs(logs)}>
            <ScrollText /> Logs
          </DropdownMenuItem>
        )}
        {kind.key === PODS && canAct && <PodMenuItems connection={connection} entry={entry} />}
        {kind.key === SERVICE_ACCOUNTS && entry.namespace !== undefined && canAct && (
          <DropdownMenuItem
            onSelect={() => session.tokens.wish.set({ connectionId: connection.id, namespace: entry.namespace ?? "", name: entry.name })}
          >
            <KeyRound /> Token for outside…
          </DropdownMenuItem>
        )}
        {end !== undefined && (
          <>
            {kind.kind !== "Service" && (
              <DropdownMenuItem onSelect={() => session.openInquiry(connection.id, { from: end })}>
                <Waypoints /> Blocked from here?
              </DropdownMenuItem>
            )}
            <DropdownMenuItem onSelect={() => session.openInquiry(connection.id, { to: end })}>
              <Waypoints /> Blocked to here?
            </DropdownMenuItem>
          </>
        )}
        {canAct && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuLabel>Write into the document</DropdownMenuLabel>
            {LINES.map((verb) => {
              const line = kubectlLine(verb, { kind, namespace: entry.namespace, name: entry.name });
              return (
                <DropdownMenuItem key={verb} title={line} onSelect={() => void session.insertLine(connection.id, line)}>
                  <TerminalSquare /> kubectl {verb} …
                </DropdownMenuItem>
              );
            })}
          </>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
