import type { SchemaObject } from "@interlock/protocol";
import { Box, Eye, EyeOff, Network, Sigma, Table2, Type } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { useRovingFocus } from "../../components/ui/roving-focus.ts";
import { shortCount } from "../impact/figures.ts";
import { useSession } from "../room/room-context.tsx";
import { quoted } from "./schema-filter.ts";
import { Branch, parentItem } from "./tree-branch.tsx";

interface SchemaBranchesProps {
  connection: string;
  schemas: readonly { name: string; objects: SchemaObject[] }[];
  filtered: boolean;
}

/** The schemas of a target with their objects and columns. One stop of the Tab key, arrow keys inside it (WAI-ARIA, tree view). */
export function SchemaBranches({ connection, schemas, filtered }: SchemaBranchesProps) {
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
