"use client";
import type { Impact } from "@interlock/protocol";
import { Search } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Input } from "../../components/ui/input.tsx";
import { count } from "../impact/figures.ts";
import { useRowWindow } from "../objects/use-row-window.ts";
import { choices, EVERYTHING, filtered, type ObjectFilter } from "./object-filter.ts";
import { going, lostByKind, planObjects, type Fate, type PlanObject } from "./plan-objects.ts";
import { planSentence } from "./plan-words.ts";

/** Height of a row, in pixels. */
const ROW = 40;

const FATES: Record<Fate, { word: string; color: string }> = {
  goes: { word: "goes", color: "text-delete-text" },
  ends: { word: "ends", color: "text-delete-text" },
  restarts: { word: "restarts", color: "text-modify-text" },
  changes: { word: "changes", color: "text-modify-text" },
  made: { word: "is created", color: "text-append-text" },
};

/** Every object a plan touches, to look for the one that matters. Only the rows in sight are drawn. */
export function ObjectsDialog({ impact, onClose }: { impact: Impact; onClose: () => void }) {
  const [filter, setFilter] = useState<ObjectFilter>(EVERYTHING);
  const objects = useMemo(() => gravestFirst(planObjects(impact)), [impact]);
  const shown = useMemo(() => filtered(objects, filter), [objects, filter]);
  const change = (part: Partial<ObjectFilter>) => setFilter({ ...filter, ...part });
  const { big, small } = planSentence(impact);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="top-[6vh] h-[88vh] max-h-none w-[min(94vw,56rem)] overflow-hidden">
        <DialogHeader>
          <DialogTitle>{big}</DialogTitle>
          <DialogDescription className="text-xs">{small.join(" · ")}</DialogDescription>
        </DialogHeader>
        <div className="flex flex-wrap items-center gap-2">
          <div className="relative min-w-40 flex-1">
            <Search aria-hidden="true" className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint" />
            <Input
              aria-label="Filter by name or kind"
              placeholder="Filter by name or kind"
              className="w-full pl-8"
              value={filter.text}
              onChange={(event) => change({ text: event.target.value })}
            />
          </div>
          <Choice name="kind" all="All kinds" objects={objects} value={filter.kind} onChange={(kind) => change({ kind })} />
          <Choice
            name="namespace"
            all="All namespaces"
            objects={objects}
            value={filter.namespace}
            onChange={(namespace) => change({ namespace })}
          />
          <Choice name="via" all="However it is reached" objects={objects} value={filter.via} onChange={(via) => change({ via })} />
        </div>
        <p className="-mt-2 text-xs text-dim tabular-nums" role="status">
          {shown.length === objects.length ? contentsOf(objects) : `${count(shown.length)} of ${count(objects.length)} objects`}
        </p>
        <ObjectList objects={shown} />
      </DialogContent>
    </Dialog>
  );
}

/** What the command names, then what loses data; the rest in the order of the plan. */
const gravestFirst = (objects: readonly PlanObject[]) =>
  objects.toSorted((a, b) => Number(b.named) - Number(a.named) || Number(b.dataLoss !== undefined) - Number(a.dataLoss !== undefined));

/** So that the figures of the headline are found in the list. */
function contentsOf(objects: readonly PlanObject[]): string {
  const { lost } = going(objects);
  const named = objects.filter((object) => object.named).length;
  const data = lostByKind(lost)
    .map(({ of, objects: losing }) => ({ ...of, figure: losing.filter(({ kind, named }) => kind === of.kinds[0] && !named).length }))
    .filter(({ figure }) => figure > 0);
  const others = objects.length - named - data.reduce((sum, { figure }) => sum + figure, 0);
  const parts = [`${count(named)} that the command names`];
  if (others > 0) parts.push(`${count(others)} that ${others === 1 ? "follows" : "follow"}`);
  for (const { figure, one, many } of data) parts.push(`${count(figure)} ${figure === 1 ? one : many} with data`);
  return `${count(objects.length)} ${objects.length === 1 ? "object" : "objects"}: ${parts.join(", ")}`;
}

interface ChoiceProps {
  name: "kind" | "namespace" | "via";
  all: string;
  objects: readonly PlanObject[];
  value: string;
  onChange: (value: string) => void;
}

function Choice({ name, all, objects, value, onChange }: ChoiceProps) {
  const id = useId();
  const found = useMemo(() => choices(objects, name), [objects, name]);
  return (
    <span className="flex min-w-0 items-center">
      <label htmlFor={id} className="sr-only">
        {name === "via" ? "How it is reached" : name}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 max-w-44 rounded-md border border-line-strong bg-bg px-2 text-sm"
      >
        <option value="">{all}</option>
        {found.map((one) => (
          <option key={one.value} value={one.value}>
            {one.value} ({count(one.count)})
          </option>
        ))}
      </select>
    </span>
  );
}

function ObjectList({ objects }: { objects: readonly PlanObject[] }) {
  const list = useRef<HTMLUListElement>(null);
  const { from, to } = useRowWindow(list, objects.length, ROW, false);
  if (objects.length === 0) return <p className="py-6 text-center text-dim">No object is like that.</p>;
  return (
    <div
      data-scroller=""
      tabIndex={0}
      role="group"
      aria-label="Objects"
      className="min-h-0 flex-1 overflow-y-auto rounded-md border border-line bg-bg"
    >
      <ul ref={list} className="relative" style={{ height: objects.length * ROW }} aria-label={`${count(objects.length)} objects`}>
        {objects.slice(from, to).map((object, index) => (
          <li
            key={object.text}
            aria-setsize={objects.length}
            aria-posinset={from + index + 1}
            className="absolute inset-x-0 flex items-center gap-3 border-b border-line px-3 text-xs"
            style={{ top: (from + index) * ROW, height: ROW }}
          >
            <ObjectRow object={object} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ObjectRow({ object: { kind, namespace, name, fate, named, via, dataLoss } }: { object: PlanObject }) {
  const { word, color } = FATES[fate];
  return (
    <>
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate" title={name}>
          <span className="font-mono text-fg">{name}</span>
        </span>
        <span className={cn("truncate text-2xs", dataLoss === undefined ? "text-dim" : "text-delete-text")} title={dataLoss}>
          {kind}
          {namespace !== undefined && ` · ${namespace}`}
          {dataLoss !== undefined && ` · ${dataLoss}`}
        </span>
      </span>
      <span className="flex max-w-1/3 shrink-0 flex-col items-end text-2xs">
        <span className={color}>{word}</span>
        <span className="max-w-full truncate text-faint">{named ? "named by the command" : via.join(" · ")}</span>
      </span>
    </>
  );
}
