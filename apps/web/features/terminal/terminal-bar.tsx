"use client";
import type { Terminal } from "@interlock/protocol";
import { Accessibility, Circle, Eye, Hand, Minus, Plus, Power, Search, ShieldCheck, SquareTerminal, X } from "lucide-react";
import type { ReactNode } from "react";
import { AvatarGroup } from "../../components/ui/avatar-group.tsx";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "../../components/ui/dropdown-menu.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { readingOut, setReadingOut } from "./reading-out.ts";
import type { TerminalRights } from "./terminal-rights.ts";
import { driving, nameOf } from "./terminal-words.ts";

interface TerminalBarProps {
  terminal: Terminal;
  rights: TerminalRights;
  onZoom: (step: 1 | -1) => void;
  onSearch: () => void;
  onEnd: () => void;
  onClose: () => void;
}

const RECORDING = {
  recording: { dot: "text-delete", words: "Everything shown here is recorded" },
  sealed: { dot: "text-read", words: "The recording is complete and sealed" },
  interrupted: { dot: "text-modify", words: "The recording ends early: at most its last second is missing" },
  failed: { dot: "text-modify", words: "This is not recorded any more" },
} as const;

/** Above a terminal: what it is, who types and who looks, and what one may do about it. */
export function TerminalBar({ terminal, rights, onZoom, onSearch, onEnd, onClose }: TerminalBarProps) {
  const session = useSession();
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const meId = useRoom((room) => room.me?.id);
  const connection = useRoom((room) => room.connections.find(({ id }) => id === terminal.connectionId));
  const { id: terminalId } = terminal;
  const lookers = members.filter(({ id }) => terminal.watchers.some(({ userId }) => userId === id));
  const asking = terminal.asking.filter((id) => id !== meId);
  const live = terminal.phase !== "ended";
  const give = (userId?: string) => void session.ask({ type: "terminal.give", terminalId, ...(userId === undefined ? {} : { userId }) });
  const readOut = useStore(readingOut, (on) => on);
  const recording = RECORDING[terminal.recording];
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-3 py-1 text-xs text-dim">
      <span className="flex min-w-0 items-center gap-2">
        <SquareTerminal aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
        <span className="truncate font-semibold text-fg">{terminal.name}</span>
        {connection && <EnvironmentBadge environment={connection.environment} />}
        <Tooltip label={recording.words}>
          <span className="flex items-center gap-1" tabIndex={0}>
            <Circle aria-hidden="true" className={cn("size-2 fill-current", recording.dot)} />
            <span className="max-md:sr-only">{terminal.recording === "recording" ? "recorded" : terminal.recording}</span>
          </span>
        </Tooltip>
      </span>
      {live && (
        <span role="status" data-testid="terminal-driver" className={cn("truncate", rights.drives && "font-medium text-read-text")}>
          {driving(terminal, members, meId)}
        </span>
      )}
      {/* What the program calls its window is its own word, so it stands apart and in quotes. */}
      {terminal.title !== undefined && <span className="min-w-0 truncate text-faint max-lg:hidden">“{terminal.title}”</span>}
      <span className="ml-auto flex flex-wrap items-center gap-1">
        {lookers.length > 0 && (
          <AvatarGroup
            people={lookers.map((member) => ({ ...member, displayName: member.name, note: noteOf(terminal, member.id) }))}
            max={4}
            label="Looking at this terminal"
          />
        )}
        {live && rights.mayAsk && (
          <Button
            size="sm"
            aria-pressed={rights.asks}
            onClick={() => void session.ask({ type: "terminal.ask", terminalId, asking: !rights.asks })}
          >
            <Hand /> {rights.asks ? "Asked for control" : "Ask for control"}
          </Button>
        )}
        {live && rights.mayTake && (
          <Button size="sm" onClick={() => give(meId)}>
            <Hand /> Take control
          </Button>
        )}
        {live && rights.mayModerate && (
          <Button
            size="sm"
            variant={rights.moderates ? "default" : "primary"}
            aria-pressed={rights.moderates}
            onClick={() => void session.ask({ type: "terminal.moderate", terminalId, moderating: !rights.moderates })}
          >
            <ShieldCheck /> {rights.moderates ? "You watch over this" : "Watch over this"}
          </Button>
        )}
        {live && rights.mayGive && (
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <Button size="sm" variant={asking.length > 0 ? "primary" : "default"}>
                {asking.length > 0 ? `${nameOf(asking[0], members, meId)} asks for control` : "Give control"}
              </Button>
            </DropdownMenuTrigger>
            <DropdownMenuContent align="end">
              <DropdownMenuLabel>Who types next?</DropdownMenuLabel>
              {lookers
                .filter(({ id, role }) => id !== terminal.driverId && role !== "observer")
                .toSorted((left, right) => Number(asking.includes(right.id)) - Number(asking.includes(left.id)))
                .map(({ id, name }) => (
                  <DropdownMenuItem key={id} onSelect={() => give(id)}>
                    <Hand aria-hidden="true" /> {id === meId ? "You" : name} {asking.includes(id) && <span className="text-dim">asks</span>}
                  </DropdownMenuItem>
                ))}
              <DropdownMenuItem onSelect={() => give()}>
                <Eye aria-hidden="true" /> Nobody, for now
              </DropdownMenuItem>
            </DropdownMenuContent>
          </DropdownMenu>
        )}
        <Icon label="Search in this terminal" onClick={onSearch}>
          <Search />
        </Icon>
        <Icon
          label={readOut ? "Read this out no longer" : "Read terminals out (screen reader mode)"}
          pressed={readOut}
          onClick={() => setReadingOut(!readOut)}
        >
          <Accessibility />
        </Icon>
        <span className="flex max-md:hidden">
          <Icon label="Smaller letters" onClick={() => onZoom(-1)}>
            <Minus />
          </Icon>
          <Icon label="Larger letters" onClick={() => onZoom(1)}>
            <Plus />
          </Icon>
        </span>
        {live && rights.mayKill && (
          <Button variant="danger" size="sm" onClick={onEnd}>
            <Power /> End
          </Button>
        )}
        <Icon label={live ? "Close this pane: the terminal goes on" : "Close this pane"} onClick={onClose}>
          <X />
        </Icon>
      </span>
    </div>
  );
}

const NOBODY: readonly never[] = [];

function noteOf({ driverId, openedById, watchers }: Terminal, userId: string): string {
  const watcher = watchers.find((one) => one.userId === userId);
  return [
    userId === driverId ? "types" : "looks",
    userId === openedById && "opened it",
    watcher?.moderating === true && "watches over it",
    watcher?.behind === true && "is behind",
  ]
    .filter(Boolean)
    .join(", ");
}

function Icon({ label, pressed, onClick, children }: { label: string; pressed?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <Button variant="ghost" size="icon-sm" aria-label={label} aria-pressed={pressed} onClick={onClick}>
        {children}
      </Button>
    </Tooltip>
  );
}
