"use client";
import type { Connection, SchemaObject } from "@interlock/protocol";
import {
  Box,
  ChevronRight,
  Database,
  Eye,
  EyeOff,
  Network,
  RefreshCw,
  Search,
  ShieldCheck,
  Sigma,
  Table2,
  TriangleAlert,
  Type,
  Waypoints,
} from "lucide-react";
import Link from "next/link";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useState } from "react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Input } from "../../components/ui/input.tsx";
import { useRovingFocus } from "../../components/ui/roving-focus.ts";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { shortCount } from "../impact/figures.ts";
import { ObjectTree } from "../objects/object-tree.tsx";
import { hasPosture, posturePath } from "../posture/posture-commands.ts";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { SectionTitle } from "../room/section-title.tsx";
import { filterSchema, quoted } from "./schema-filter.ts";
import { useSchemaTree } from "./schema-tree.ts";

/** The targets of the room and what is in them. A click puts a name where the cursor is. */
export function ConnectionsPanel() {
  const connections = useRoom((state) => state.connections);
  const documents = useRoom((state) => state.documents);
  const documentId = useView((view) => view.documentId);
  const [filter, setFilter] = useState("");
  const wanted = useDeferredValue(filter);
  const current = documents.find(({ id }) => id === documentId)?.connectionId ?? connections[0]?.id;
  return (
    <section aria-label="Connections" data-place="connections" tabIndex={-1} className="flex h-full min-h-0 flex-col bg-panel">
      <SectionTitle>Connections</SectionTitle>
      <div className="relative px-3 pb-2">
        <Search aria-hidden="true" className="absolute top-2 left-5 size-3.5 text-faint" />
        <Input
          type="search"
          aria-label="Filter tables, columns and objects"
          placeholder="Filter tables, objects…"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="h-7 border-line pl-7 text-xs"
        />
      </div>
      <div data-scroller className="min-h-0 flex-1 overflow-y-auto pb-3">
        {connections.length === 0 && <p className="px-3.5 text-xs text-dim">There is no connection yet. An administrator adds one.</p>}
        {connections.map((connection) => (
          <ConnectionBranch key={connection.id} connection={connection} filter={wanted} current={connection.id === current} />
        ))}
      </div>
    </section>
  );
}

/** What a person has opened or closed, for as long as the page lives: a window that becomes narrow draws the panel anew. */
const opened = new Map<string, boolean>();

const STATUS = { up: "bg-read", down: "bg-delete", unknown: "bg-faint" } as const;
const STATUS_WORDS = { up: "answers", down: "does not answer", unknown: "not asked yet" } as const;

function ConnectionBranch({ connection, filter, current }: { connection: Connection; filter: string; current: boolean }) {
  const session = useSession();
  const [open, setOpen] = useState(opened.get(connection.id) ?? current);
  const [touched, setTouched] = useState(opened.has(connection.id));
  // The first document decides which target is open, until a person does.
  if (current && !open && !touched) setOpen(true);
  // What a cluster has is followed live, and is more than one answer holds.
  const live = connection.connector === "kubernetes";
  const { state, reload } = useSchemaTree(connection.id, open && !live);
  return (
    <div>
      <div className={cn("group flex items-center gap-2 px-3.5", current && "bg-hover text-fg")}>
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
        {open && !live && (
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
      </div>
      {open && connection.lacks !== undefined && (
        <p className="flex gap-1.5 py-1 pr-3.5 pl-8 text-xs text-modify-text wrap-anywhere" role="status">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
          {connection.lacks}
        </p>
      )}
      {open && live && <ObjectTree connection={connection} filter={filter} />}
      {open && state.phase === "loading" && (
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
        <Schemas connection={connection.name} schemas={filterSchema(state.tree, filter)} filtered={filter.trim() !== ""} />
      )}
    </div>
  );
}

interface SchemasProps {
  connection: string;
  schemas: readonly { name: string; objects: SchemaObject[] }[];
  filtered: boolean;
}

/** One stop of the Tab key, arrow keys inside it (WAI-ARIA, tree view). */
function Schemas({ connection, schemas, filtered }: SchemasProps) {
  const roving = useRovingFocus<HTMLUListElement>('[role="treeitem"]');
  if (schemas.length === 0)
    return <p className="py-1 pl-8 text-xs text-dim">{filtered ? "Nothing of that name." : "This target is empty."}</p>;
  const fullest = schemas.toSorted((a, b) => rowsOf(b) - rowsOf(a))[0];
  return (
    <ul role="tree" aria-label={`Schemas of ${connection}`} {...roving}>
      {schemas.map((schema) => (
        <Branch key={`${schema.name} ${filtered}`} depth={1} label={schema.name} startsOpen={filtered || schema === fullest}>
          <ul role="group">
            {schema.objects.map((object) => (
              <ObjectBranch key={`${object.kind} ${object.name}`} schema={schema.name} object={object} />
            ))}
          </ul>
        </Branch>
      ))}
    </ul>
  );
}

/** The schema with most rows is what people come for. */
const rowsOf = (schema: { objects: readonly SchemaObject[] }) => schema.objects.reduce((sum, { rows }) => sum + (rows ?? 0), 0);

const ICONS: Record<SchemaObject["kind"], typeof Table2> = {
  table: Table2,
  partitioned: Table2,
  view: Eye,
  materialized: Eye,
  foreign: Table2,
  sequence: Sigma,
  function: Sigma,
  type: Type,
  workload: Box,
  service: Network,
};

function ObjectBranch({ schema, object }: { schema: string; object: SchemaObject }) {
  const session = useSession();
  const insert = (text: string) => session.insertAtCursor(text);
  const Icon = ICONS[object.kind];
  const masked = object.columns.some((column) => column.masked);
  return (
    <Branch
      depth={2}
      label={object.name}
      icon={<Icon aria-label={object.kind} className="size-3 shrink-0 text-faint" />}
      onPick={() => insert(`${quoted(schema)}.${quoted(object.name)}`)}
      mark={
        <>
          {masked && <EyeOff aria-label="has masked columns" className="size-3 shrink-0 text-masked-text" />}
          {object.rows !== undefined && (
            <span
              className="ml-auto shrink-0 text-2xs text-faint tabular-nums"
              title={`about ${object.rows.toLocaleString("en")} rows, by statistics`}
            >
              {shortCount(object.rows)}
            </span>
          )}
        </>
      }
    >
      {object.columns.length > 0 && (
        <ul role="group">
          {object.columns.map((column) => (
            <li key={column.name} role="none">
              <div
                role="treeitem"
                aria-level={3}
                aria-selected={false}
                tabIndex={-1}
                onClick={() => insert(quoted(column.name))}
                onKeyDown={(event) => {
                  if (event.key === "Enter" || event.key === " ") {
                    event.preventDefault();
                    insert(quoted(column.name));
                  } else if (event.key === "ArrowLeft") parentItem(event.currentTarget)?.focus();
                }}
                title={`${column.name} · ${column.type}${column.nullable ? "" : ", not null"}${column.masked ? " · masked" : ""}`}
                className="flex w-full cursor-pointer items-center gap-2 py-0.5 pr-3.5 pl-[4.5rem] text-left text-xs text-dim hover:bg-hover hover:text-fg focus-visible:-outline-offset-2"
              >
                <span className={cn("truncate", column.masked && "text-masked-text")}>{column.name}</span>
                <span className="ml-auto max-w-24 truncate text-2xs text-faint">{column.type}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Branch>
  );
}

interface BranchProps {
  depth: 1 | 2;
  label: string;
  icon?: ReactNode;
  mark?: ReactNode;
  startsOpen?: boolean;
  /** What a click on the name does; without it the name opens the branch, as the arrow does. */
  onPick?: () => void;
  children: ReactNode;
}

/** The line above that a line of the tree belongs to. */
const parentItem = (item: HTMLElement) =>
  item.closest('[role="group"]')?.parentElement?.querySelector<HTMLElement>(':scope > [role="treeitem"]');

/** A line that opens. Its children are not drawn until it does. */
function Branch({ depth, label, icon, mark, startsOpen = false, onPick, children }: BranchProps) {
  const [open, setOpen] = useState(startsOpen);
  const toggle = () => setOpen(!open);
  const leaf = children === false;
  const act = onPick ?? toggle;
  const press = (event: KeyboardEvent<HTMLElement>) => {
    switch (event.key) {
      case "Enter":
      case " ":
        act();
        break;
      case "ArrowRight":
        if (leaf) return;
        if (open) event.currentTarget.parentElement?.querySelector<HTMLElement>(':scope > [role="group"] [role="treeitem"]')?.focus();
        else setOpen(true);
        break;
      case "ArrowLeft":
        if (open && !leaf) setOpen(false);
        else parentItem(event.currentTarget)?.focus();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <li role="none">
      <div
        role="treeitem"
        aria-level={depth}
        aria-expanded={leaf ? undefined : open}
        aria-selected={false}
        tabIndex={-1}
        onClick={act}
        onKeyDown={press}
        className={cn(
          "flex cursor-pointer items-center gap-1.5 py-[3px] pr-3.5 text-dim hover:bg-hover hover:text-fg focus-visible:-outline-offset-2",
          depth === 1 ? "pl-6" : "pl-9",
        )}
      >
        {/* For the mouse: the line itself inserts the name. The keyboard opens with the right arrow. */}
        <span
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            if (!leaf) toggle();
          }}
          className={cn("shrink-0 py-1", leaf && "invisible")}
        >
          <ChevronRight className={cn("size-3 transition-transform", open && "rotate-90")} />
        </span>
        {icon ?? <Database aria-hidden="true" className="size-3 shrink-0 text-faint" />}
        <span className="truncate">{label}</span>
        {mark}
      </div>
      {open && children}
    </li>
  );
}
