"use client";
import type { Terminal } from "@interlock/protocol";
import {
  Accessibility,
  AArrowDown,
  AArrowUp,
  Circle,
  Ellipsis,
  Eye,
  Footprints,
  Hand,
  type LucideIcon,
  MousePointerClick,
  Power,
  Search,
  ShieldCheck,
  SquareTerminal,
  Type,
  X,
} from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { toast } from "sonner";
import { AvatarGroup } from "../../components/ui/avatar-group.tsx";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "../../components/ui/dropdown-menu.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { chooseEcho, echoChoice } from "./echo-choice.ts";
import { letterSize, zoom } from "./letter-size.ts";
import type { EchoMode } from "./predictive-echo.ts";
import { readingOut, setReadingOut } from "./reading-out.ts";
import type { TerminalRights } from "./terminal-rights.ts";
import { driving, inPod, nameOf } from "./terminal-words.ts";

interface TerminalBarProps {
  terminal: Terminal;
  rights: TerminalRights;
  /** What is typed reaches the agent. */
  connected: boolean;
  pointing: boolean;
  onPoint: () => void;
  onSearch: () => void;
  onEnd: () => void;
  onClose: () => void;
}

const RECORDING = {
  recording: { dot: "text-delete", short: "recorded", words: "Everything shown here is recorded" },
  sealed: { dot: "text-read", short: "recording sealed", words: "The recording is complete and sealed" },
  interrupted: {
    dot: "text-modify",
    short: "recording cut short",
    words: "The recording ends early. After a hard stop the last second may be missing, more where the storage was slow",
  },
  failed: { dot: "text-modify", short: "not recorded", words: "This is not recorded any more" },
} as const;

/** Above a terminal: what it is, who types and who looks, and what one may do about it. */
export function TerminalBar({ terminal, rights, connected, pointing, onPoint, onSearch, onEnd, onClose }: TerminalBarProps) {
  const session = useSession();
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const meId = useRoom((room) => room.me?.id);
  const connection = useRoom((room) => room.connections.find(({ id }) => id === terminal.connectionId));
  const { id: terminalId, name } = terminal;
  const lookers = members.filter(({ id }) => terminal.watchers.some(({ userId }) => userId === id));
  const asking = terminal.asking.filter((id) => id !== meId);
  const live = terminal.phase !== "ended";
  const give = (userId?: string) => void session.ask({ type: "terminal.give", terminalId, ...(userId === undefined ? {} : { userId }) });
  const { driverId } = terminal;
  const driver = driverId === meId ? undefined : lookers.find(({ id }) => id === driverId);
  const follows = useStore(session.following.followed, (userId) => userId !== undefined && userId === driverId);
  const recording = RECORDING[terminal.recording];
  /** Nobody is told that they type where their keys would be lost. */
  const typing = !rights.drives || (connected && terminal.phase === "live");
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-3 py-1 text-xs text-dim">
      <span className="flex min-w-0 items-center gap-2">
        <SquareTerminal aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
        <span className="truncate font-semibold text-fg">{name}</span>
        {terminal.pod && <span className="shrink-0 font-mono text-2xs">{inPod(terminal.pod)}</span>}
        {connection && <EnvironmentBadge environment={connection.environment} />}
        <Tooltip label={recording.words}>
          <span className="flex items-center gap-1" tabIndex={0}>
            <Circle aria-hidden="true" className={cn("size-2 fill-current", recording.dot)} />
            <span className="max-md:sr-only">{recording.short}</span>
          </span>
        </Tooltip>
      </span>
      {live && (
        <span
          role="status"
          data-testid="terminal-driver"
          className={cn("truncate", rights.drives && typing && terminal.paused === undefined && "font-medium text-read-text")}
        >
          {!typing ? "Not connected" : terminal.paused === undefined ? driving(terminal, members, meId) : "Nobody can type now"}
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
          <Button size="sm" onClick={() => void session.ask({ type: "terminal.ask", terminalId, asking: !rights.asks })}>
            <Hand /> {rights.asks ? "Take the request back" : isFree(terminal) ? "Take control" : "Ask for control"}
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
            title={rights.moderates ? "Without somebody who watches over it nobody can type, or it ends, as policy says" : undefined}
            disabled={!rights.here}
            onClick={() => void session.ask({ type: "terminal.moderate", terminalId, moderating: !rights.moderates })}
          >
            <ShieldCheck /> {rights.moderates ? "Stop watching over this" : "Watch over this"}
          </Button>
        )}
        {live && rights.mayGive && (
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              {/* Whoever types is told in front of the screen who asks (control-notice.tsx). */}
              <Button size="sm" variant={asking.length > 0 && !rights.drives ? "primary" : "default"}>
                {asking.length === 0 || rights.drives ? "Give control" : `${nameOf(asking[0], members, meId)} asks for control`}
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
        {live && driver !== undefined && (
          <Icon
            label={follows ? `Stop following ${driver.name}` : `Follow ${driver.name}: see what they see`}
            pressed={follows}
            onClick={() => (follows ? session.following.stop() : session.following.follow(driver.id))}
          >
            <Footprints />
          </Icon>
        )}
        {live && (
          <Icon
            label={pointing ? "Stop pointing (Esc)" : "Point at something for everybody here: what is selected, or press and drag"}
            pressed={pointing}
            onClick={onPoint}
          >
            <MousePointerClick />
          </Icon>
        )}
        <Icon label="Search in this terminal" keys="Control+Shift+F" onClick={onSearch}>
          <Search />
        </Icon>
        <More />
        {live && rights.mayKill && (
          <Button variant="danger" size="sm" onClick={onEnd}>
            <Power /> End
          </Button>
        )}
        <Icon label={closing(live, rights.moderates)} onClick={onClose}>
          <X />
        </Icon>
      </span>
    </div>
  );
}

const NOBODY: readonly never[] = [];

/** Nobody has control, or who has it does not look: whoever asks for it has it. */
const isFree = ({ driverId, watchers }: Terminal): boolean => driverId === undefined || !watchers.some(({ userId }) => userId === driverId);

function closing(live: boolean, moderates: boolean): string {
  if (!live) return "Close this pane";
  return moderates
    ? "Close this pane: you stop watching over it, so nobody may be able to type, or it ends"
    : "Close this pane: the shell goes on, and ends once nobody has looked at it for a while";
}

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

/** What is set for all terminals of this browser, and remembered. */
function More() {
  const readOut = useStore(readingOut, (on) => on);
  const letters = useStore(letterSize, (size) => size);
  const echo = useStore(echoChoice, (mode) => mode);
  const stays = (event: Event) => event.preventDefault();
  return (
    <DropdownMenu>
      <Tooltip label="Letters, echo, reading out, keys">
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label="More about terminals">
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
      </Tooltip>
      <DropdownMenuContent className="w-80">
        <DropdownMenuLabel>Letters: {letters} px</DropdownMenuLabel>
        <Setting icon={AArrowUp} keys="Ctrl +" onSelect={(event) => (stays(event), zoom(1))}>
          Larger
        </Setting>
        <Setting icon={AArrowDown} keys="Ctrl −" onSelect={(event) => (stays(event), zoom(-1))}>
          Smaller
        </Setting>
        <Setting icon={Type} keys="Ctrl 0" onSelect={(event) => (stays(event), zoom(0))}>
          As usual
        </Setting>
        <DropdownMenuSeparator />
        <DropdownMenuItem
          role="menuitemcheckbox"
          aria-checked={readOut}
          onSelect={() => {
            setReadingOut(!readOut);
            toast(readOut ? "Terminals are not read out any more." : "Terminals are read out: lines are announced as they come.");
          }}
        >
          <Accessibility aria-hidden="true" /> Read out for screen readers
          <span className="ml-auto text-xs text-dim">{readOut ? "on" : "off"}</span>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuLabel id="terminal-echo">What you type, before the shell echoes it</DropdownMenuLabel>
        <DropdownMenuRadioGroup aria-labelledby="terminal-echo" value={echo} onValueChange={(mode) => chooseEcho(mode as EchoMode)}>
          {ECHO.map(([mode, words]) => (
            <DropdownMenuRadioItem key={mode} value={mode} onSelect={stays}>
              {words}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Keys in a terminal</DropdownMenuLabel>
        {/* Text alone: a menu may hold no other list. */}
        <div className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-0.5 px-2 pb-1.5 text-xs text-dim">
          {KEYS.map(([what, keys]) => (
            <Fragment key={what}>
              <span>{what}</span>
              <span className="text-right">{keys}</span>
            </Fragment>
          ))}
        </div>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

const ECHO = [
  ["auto", "Shown at once on slow links"],
  ["on", "Always shown at once"],
  ["off", "Never shown at once"],
] as const satisfies readonly (readonly [EchoMode, string])[];

/** As use-screen.ts has them; everything else is the shell's. */
const KEYS = [
  ["To the next part of the room", "F6"],
  ["Copy what is selected", "Ctrl Shift C"],
  ["Paste", "Ctrl Shift V"],
  ["Search", "Ctrl Shift F"],
  ["Copy, paste and more", "Menu key, right click"],
  ["The same where a program has the mouse", "Shift right click"],
  ["Select where a program has the mouse", "Shift drag"],
] as const;

interface SettingProps {
  icon: LucideIcon;
  keys: string;
  onSelect: (event: Event) => void;
  children: ReactNode;
}

const Setting = ({ icon: Shape, keys, onSelect, children }: SettingProps) => (
  <DropdownMenuItem onSelect={onSelect}>
    <Shape aria-hidden="true" /> {children} <span className="ml-auto text-xs text-faint">{keys}</span>
  </DropdownMenuItem>
);

interface IconProps {
  label: string;
  pressed?: boolean;
  /** As `aria-keyshortcuts` names them. */
  keys?: string;
  onClick: () => void;
  children: ReactNode;
}

function Icon({ label, pressed, keys, onClick, children }: IconProps) {
  return (
    <Tooltip label={label}>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={label}
        aria-pressed={pressed}
        aria-keyshortcuts={keys}
        className={pressed === true ? "text-accent-text" : undefined}
        onClick={onClick}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
