"use client";
import type { HostFile } from "@interlock/protocol";
import { CornerLeftUp, File, FileQuestion, Folder, FolderSymlink, Link2 } from "lucide-react";
import { type DragEvent, type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { Badge } from "../../components/ui/badge.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { bytesInWords } from "../impact/figures.ts";
import { rowRange } from "../objects/row-range.ts";
import { modeWords, timeWords, visibleName } from "./visible-name.ts";

const ROW = 28;
const BEYOND = 10;

interface FolderListProps {
  label: string;
  entries: readonly HostFile[];
  /** Whether there is a folder above. */
  hasParent: boolean;
  selected: string | undefined;
  onSelect: (name: string | undefined) => void;
  onOpen: (entry: HostFile) => void;
  onParent: () => void;
  /** Of what is dragged out of the page; undefined where it may not leave. */
  onDragOut: ((entry: HostFile, data: DataTransfer) => void) | undefined;
}

export const isFolder = ({ kind, link }: HostFile): boolean => kind === "folder" || link?.leadsTo === "folder";

/** The names of a folder, only those in sight drawn: arrows move, Enter opens, Backspace goes up. */
export function FolderList({ label, entries, hasParent, selected, onSelect, onOpen, onParent, onDragOut }: FolderListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useId();
  const [seen, setSeen] = useState({ from: 0, to: 40 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const range = rowRange(element.scrollTop, element.clientHeight, ROW, entries.length, BEYOND);
      setSeen((now) => (now.from === range.from && now.to === range.to ? now : range));
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [entries]);
  // Another folder begins at its top.
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [label]);

  const at = entries.findIndex(({ name }) => name === selected);
  const move = (to: number) => {
    const wanted = Math.max(0, Math.min(entries.length - 1, to));
    const entry = entries[wanted];
    const element = scroller.current;
    if (!entry || !element) return;
    onSelect(entry.name);
    const top = wanted * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
  };
  const press = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 1);
    const acts: Record<string, () => void> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => (event.altKey ? onParent() : move(at - 1)),
      Home: () => move(0),
      End: () => move(entries.length - 1),
      PageDown: () => move(at + page),
      PageUp: () => move(at - page),
      Backspace: onParent,
      Enter: () => entries[at] && onOpen(entries[at]),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={at >= seen.from && at < seen.to ? `${list}-${at}` : undefined}
      onKeyDown={press}
      onFocus={() => selected === undefined && entries[0] && onSelect(entries[0].name)}
      className="@container relative min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
      data-testid="folder"
    >
      {hasParent && entries.length === 0 && (
        <button type="button" onClick={onParent} className="flex items-center gap-2 px-3.5 py-2 text-xs text-dim hover:text-fg">
          <CornerLeftUp aria-hidden="true" className="size-3.5" /> The folder above
        </button>
      )}
      <div style={{ height: entries.length * ROW }} className="relative">
        {entries.slice(seen.from, seen.to).map((entry, index) => (
          <Entry
            key={entry.name}
            id={`${list}-${seen.from + index}`}
            entry={entry}
            top={(seen.from + index) * ROW}
            number={seen.from + index}
            of={entries.length}
            selected={entry.name === selected}
            onSelect={() => onSelect(entry.name)}
            onOpen={() => onOpen(entry)}
            onDragOut={onDragOut && entry.kind === "file" ? (data) => onDragOut(entry, data) : undefined}
          />
        ))}
      </div>
    </div>
  );
}

const ICONS = { file: File, folder: Folder, link: Link2, special: FileQuestion } as const;

interface EntryProps {
  id: string;
  entry: HostFile;
  top: number;
  number: number;
  of: number;
  selected: boolean;
  onSelect: () => void;
  onOpen: () => void;
  onDragOut: ((data: DataTransfer) => void) | undefined;
}

function Entry({ id, entry, top, number, of, selected, onSelect, onOpen, onDragOut }: EntryProps) {
  const Icon = entry.kind === "link" && isFolder(entry) ? FolderSymlink : ICONS[entry.kind];
  const owner = `${entry.ownerName ?? entry.owner}:${entry.groupName ?? entry.group}`;
  const drag = onDragOut && { draggable: true, onDragStart: (event: DragEvent) => onDragOut(event.dataTransfer) };
  return (
    // Its keys are the list's.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-posinset={number + 1}
      aria-setsize={of}
      tabIndex={-1}
      style={{ top, height: ROW }}
      onClick={onSelect}
      onDoubleClick={onOpen}
      {...drag}
      className={cn(
        "absolute inset-x-0 flex items-center gap-2.5 px-3.5 text-xs select-none",
        selected ? "bg-hover text-fg" : "hover:bg-hover/60",
      )}
    >
      <Icon aria-hidden="true" className={cn("size-3.5 shrink-0", isFolder(entry) ? "text-accent-text" : "text-faint")} />
      <span className="min-w-0 flex-1 truncate font-mono" title={visibleName(entry.name)}>
        {visibleName(entry.name)}
        {entry.link && (
          <span className={cn(entry.link.leadsTo ? "text-dim" : "text-delete-text")}>
            {" → "}
            {visibleName(entry.link.to)}
            {entry.link.leadsTo === undefined && " (leads nowhere)"}
          </span>
        )}
      </span>
      {entry.unnameable && <Badge tone="warn">name is not UTF-8</Badge>}
      {entry.kind === "special" && <Badge>device or pipe</Badge>}
      <span className="hidden w-22 shrink-0 font-mono text-faint @2xl:block">{modeWords(entry.kind, entry.mode)}</span>
      <span className="hidden w-32 shrink-0 truncate text-dim @2xl:block" title={owner}>
        {owner}
      </span>
      <span className="w-16 shrink-0 text-right text-dim tabular-nums">{entry.kind === "file" ? bytesInWords(entry.size) : ""}</span>
      <time className="hidden w-32 shrink-0 text-right text-faint tabular-nums @md:block" dateTime={new Date(entry.modified).toISOString()}>
        {timeWords(entry.modified)}
      </time>
    </div>
  );
}
