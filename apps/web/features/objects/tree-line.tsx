"use client";
import { ChevronRight, Globe, Layers } from "lucide-react";
import type { CSSProperties, KeyboardEvent, ReactNode } from "react";
import { Badge } from "../../components/ui/badge.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Spinner } from "../../components/ui/spinner.tsx";
import { shortCount } from "../impact/figures.ts";
import { labelList, mainLabel, type TreeRow } from "./object-rows.ts";

/** Height of every line, in pixels. */
export const ROW_PX = 25;

const INDENT = { 1: "pl-6", 2: "pl-9", 3: "pl-15" } as const;

interface TreeLineProps {
  row: TreeRow;
  /** Pixels from the top of the tree. */
  top: number;
  /** Whether it is where the Tab key stops. */
  stop: boolean;
  edited: boolean;
  menu: ReactNode;
  onAct: () => void;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** One line of the tree of objects. */
export function TreeLine({ row, top, stop, edited, menu, onAct, onFocus, onKeyDown }: TreeLineProps) {
  const place = { position: "absolute", top, height: ROW_PX, left: 0, right: 0 } as const;
  if (row.type === "note") return <Note row={row} style={place} stop={stop} onFocus={onFocus} onKeyDown={onKeyDown} />;
  const expandable = "open" in row;
  return (
    <div
      role="treeitem"
      aria-level={row.depth}
      aria-expanded={expandable ? row.open : undefined}
      aria-selected={false}
      aria-haspopup={row.type === "object" ? "menu" : undefined}
      tabIndex={stop ? 0 : -1}
      style={place}
      title={titleOf(row)}
      onClick={onAct}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
      className={cn(
        "group/line flex cursor-pointer items-center gap-1.5 pr-3.5 text-dim hover:bg-hover hover:text-fg focus-visible:-outline-offset-2",
        INDENT[row.depth],
        row.type === "empty" && "text-faint",
      )}
    >
      {expandable && <ChevronRight aria-hidden="true" className={cn("size-3 shrink-0 transition-transform", row.open && "rotate-90")} />}
      {row.type === "cluster" && <Globe aria-hidden="true" className="size-3 shrink-0 text-faint" />}
      {row.type === "namespace" && <Layers aria-hidden="true" className="size-3 shrink-0 text-faint" />}
      {/* A label that has no room beside the name wraps out of sight: the name is what one looks for. */}
      <span className="flex h-full min-w-0 flex-1 flex-wrap content-start justify-between gap-x-2 overflow-hidden">
        <span className="flex h-full max-w-full min-w-0 items-center gap-1.5">
          <span className="truncate">{nameOf(row)}</span>
          {edited && <span className="size-1.5 shrink-0 rounded-full bg-modify" role="img" aria-label="edited, not saved" />}
        </span>
        <span className="flex h-full items-center">
          <Mark row={row} />
        </span>
      </span>
      <Warning row={row} />
      {menu}
    </div>
  );
}

function nameOf(row: Exclude<TreeRow, { type: "note" }>): string {
  switch (row.type) {
    case "namespace":
    case "object":
      return row.entry.name;
    case "cluster":
      return "Cluster";
    case "kind":
      return row.kind.kind;
    case "empty":
      return row.kinds === 1 ? "1 kind without objects" : `${row.kinds} kinds without objects`;
  }
}

function titleOf(row: Exclude<TreeRow, { type: "note" }>): string | undefined {
  switch (row.type) {
    case "namespace":
    case "object":
      return [row.entry.name, labelList(row.entry.labels)].filter(Boolean).join("\n");
    case "cluster":
      return "Kinds that are in no namespace";
    case "kind":
      return row.count?.refused ?? `${row.kind.plural}, ${row.kind.apiVersion}`;
    case "empty":
      return undefined;
  }
}

/** What stands at the end of a line. */
function Mark({ row }: { row: Exclude<TreeRow, { type: "note" }> }) {
  if (row.type === "kind") {
    if (row.count?.refused !== undefined) return <span className="text-2xs text-modify-text">refused</span>;
    if (row.count === undefined) return null;
    const { count, more } = row.count;
    return (
      <span className="text-2xs text-faint tabular-nums" title={`${count.toLocaleString("en")}${more ? " or more" : ""}`}>
        {shortCount(count)}
        {more && "+"}
      </span>
    );
  }
  if (row.type === "cluster" || row.type === "empty") return null;
  const label = mainLabel(row.entry.labels, row.entry.name);
  return label === undefined ? null : (
    <Badge size="sm" className="max-w-28 font-normal">
      <span className="truncate">{label}</span>
    </Badge>
  );
}

/** What has to be seen whatever room there is. */
function Warning({ row }: { row: Exclude<TreeRow, { type: "note" }> }) {
  if (row.type !== "namespace" && row.type !== "object") return null;
  if (row.entry.terminating) return <span className="shrink-0 text-2xs text-delete-text">terminating</span>;
  // Policies of the network go by it: a namespace without one is easily reached by what it should not be, or not at all.
  if (row.type === "namespace" && row.unread !== true && row.entry.labels["env"] === undefined)
    return <span className="shrink-0 text-2xs text-modify-text">no env label</span>;
  return null;
}

/** What is said in place of lines that are not there; the keyboard gets to it like to any other. */
function Note({
  row,
  style,
  stop,
  onFocus,
  onKeyDown,
}: { row: Extract<TreeRow, { type: "note" }>; style: CSSProperties } & Pick<TreeLineProps, "stop" | "onFocus" | "onKeyDown">) {
  return (
    <div
      role="treeitem"
      aria-level={row.depth}
      aria-selected={false}
      aria-busy={row.tone === "busy"}
      tabIndex={stop ? 0 : -1}
      style={style}
      title={row.text}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
      className={cn(
        "flex items-center gap-2 pr-3.5 text-xs focus-visible:-outline-offset-2",
        INDENT[row.depth],
        row.tone === "warn" ? "text-modify-text" : "text-faint",
      )}
    >
      {row.tone === "busy" && <Spinner className="size-3" />}
      <span className="truncate">{row.text}</span>
    </div>
  );
}
