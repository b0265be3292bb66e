import type { Cascade, Effect, Rows, Statement } from "@interlock/protocol";
import { CornerDownRight, Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import { EffectBadge } from "../../components/ui/badge.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { definitionVerb } from "./definition-words.ts";
import { EFFECT_WORDS } from "./effect-words.ts";
import { certainty, count, duration, pathsInWords, rowsInWords, share } from "./figures.ts";
import { blocks, byMode, isGrave, modeName } from "./lock-words.ts";
import { PlanSteps } from "./plan-steps.tsx";
import { ReversalLine } from "./reversal-line.tsx";
import type { Reversal } from "./reversal.ts";
import { sideEffectNote } from "./side-effect-words.ts";
import { wholeTable } from "./table-size.ts";
import { queuedBehind, whoBlocks } from "./wait-words.ts";

/** Everything that is known of one statement, part by part, in the order in which it matters. */
export function StatementDetails({
  statement,
  alone,
  reversal,
}: {
  statement: Statement;
  alone: boolean;
  reversal?: Reversal | undefined;
}) {
  const { effects, cascades, locks, waits, rewrites, scans, sideEffects, plan } = statement;
  return (
    <section className="flex flex-col gap-2">
      {!alone && (
        <h3 className="flex items-center gap-2 font-semibold">
          <EffectBadge effect={statement.effect} /> {statement.index + 1}. {statement.title}
        </h3>
      )}
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-2 @max-sm:grid-cols-1 @max-sm:gap-y-0.5">
        <Part name="Effects" items={effects}>
          {({ effect, object, kind, columns, rows }) => (
            <Line
              what={
                <Hit
                  effect={effect}
                  object={object}
                  kind={kind}
                  verb={effect === "schema" ? definitionVerb(statement, object) : undefined}
                />
              }
              figure={figureOf(rows, effect)}
              note={[
                figureOf(rows, effect) === undefined ? "" : certainty(rows),
                rows.fraction === undefined ? "" : `${share(rows.fraction)} of the table`,
                columns && columns.length > 0 ? `columns ${columns.join(", ")}` : "",
              ]}
            />
          )}
        </Part>
        <Part name="Cascades" items={cascades.toSorted((a, b) => a.depth - b.depth)}>
          {(cascade) => <CascadeLine cascade={cascade} />}
        </Part>
        <Part name="Waits" items={waits}>
          {({ object, mode, blockedBy }) => (
            <div className="flex items-baseline gap-1.5 text-modify-text">
              <Hourglass aria-hidden="true" className="size-3 shrink-0 translate-y-0.5" />
              <span className="min-w-0 wrap-anywhere">
                would wait now for <strong className="font-semibold">{whoBlocks(blockedBy)}</strong>
                {blockedBy.behind && `, ${queuedBehind(blockedBy)}`}
                <span className="block text-dim">
                  {modeName({ mode })} on <code>{object}</code>;{" "}
                  {blockedBy.query === "" ? (
                    "what it runs is not shown to Interlock's role"
                  ) : (
                    <>
                      it runs <code className="text-fg">{blockedBy.query}</code>
                    </>
                  )}
                </span>
              </span>
            </div>
          )}
        </Part>
        <Part name="Locks" items={byMode(locks)}>
          {(held) => (
            <Line
              what={
                <span className={cn(isGrave(held) && "font-medium text-modify-text")}>
                  {blocks(held)} of <code>{held.objects.join(", ")}</code>
                </span>
              }
              note={[[held.mode, ...held.weaker].map((mode) => modeName({ mode })).join(", ")]}
            />
          )}
        </Part>
        <Part name="Rewrites" items={rewrites}>
          {(object) => <Whole words="writes all of" end="anew" object={object} statement={statement} />}
        </Part>
        <Part name="Full scans" items={scans}>
          {(object) => <Whole words="reads all of" end="to check it or build an index" object={object} statement={statement} />}
        </Part>
        <Part name="Side effects" items={sideEffects}>
          {({ kind, name, effect, writes }) => (
            <>
              <Line
                what={
                  <>
                    {kind === "largeObject" ? "large object" : kind} <code>{name}</code>
                  </>
                }
                note={writes && writes.length > 0 ? [] : [sideEffectNote({ kind, name, effect })]}
              />
              {writes?.map((write) => (
                <div key={`${write.object} ${write.effect}`} className="flex items-baseline gap-1.5 pl-1">
                  <CornerDownRight aria-hidden="true" className="size-3 shrink-0 translate-y-0.5 text-faint" />
                  <Line
                    what={<Hit effect={write.effect} object={write.object} />}
                    figure={rowsInWords(write.rows)}
                    note={[certainty(write.rows)]}
                  />
                </div>
              ))}
            </>
          )}
        </Part>
        <Part name="Plan" items={plan ? [plan] : []}>
          {({ node, cost, ms, steps }) =>
            steps && steps.length > 0 ? (
              <PlanSteps steps={steps} />
            ) : (
              <>
                {node}, cost {count(cost)}
                {ms !== undefined && <>, about {duration(ms)}</>}
              </>
            )
          }
        </Part>
        <Part name="Undo" items={reversal ? [reversal] : []}>
          {(said) => <ReversalLine reversal={said} />}
        </Part>
      </dl>
    </section>
  );
}

/** What defines things, grants rights or sets a session is measured in rows only where some are lost. */
const COUNTED: ReadonlySet<Effect> = new Set(["read", "append", "modify", "delete", "unknown"]);
const figureOf = (rows: Rows, effect: Effect) => (COUNTED.has(effect) || rows.value > 0 ? rowsInWords(rows) : undefined);

/** `verb`: where the effect's own is too wide. */
function Hit({ effect, object, kind, verb }: { effect: Effect; object: string; kind?: string; verb?: string | undefined }) {
  const words = EFFECT_WORDS[effect];
  return (
    <>
      <span className={words.color}>{verb ?? words.verb}</span> {kind !== undefined && kind !== "table" && `${kind} `}
      <code>{object}</code>
    </>
  );
}

/** Deeper ones stand further in: each level hangs on the one before. */
function CascadeLine({ cascade: { effect, object, rows, via, paths, depth } }: { cascade: Cascade }) {
  return (
    <div className="flex items-baseline gap-1.5" style={{ paddingInlineStart: `${Math.min(depth - 1, 8) * 1.125}rem` }}>
      <CornerDownRight aria-hidden="true" className="size-3 shrink-0 translate-y-0.5 text-faint" />
      <Line
        what={<Hit effect={effect} object={object} />}
        figure={rowsInWords(rows)}
        note={[certainty(rows), `level ${depth}`, `through ${pathsInWords(via, paths)}`]}
      />
    </div>
  );
}

/** A table that is gone through as a whole: how large it is, and who is kept away meanwhile. */
function Whole({ words, end, object, statement }: { words: string; end: string; object: string; statement: Statement }) {
  const { figure, notes } = wholeTable(statement, object);
  return (
    <Line
      what={
        <span className="font-medium text-modify-text">
          {words} <code>{object}</code> {end}
        </span>
      }
      figure={figure === "" ? undefined : figure}
      note={notes}
    />
  );
}

function Line({ what, figure, note }: { what: ReactNode; figure?: string | undefined; note: readonly string[] }) {
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2 wrap-anywhere">
      <span className="min-w-0">{what}</span>
      {figure !== undefined && <strong className="font-semibold tabular-nums">{figure}</strong>}
      <span className="min-w-0 text-faint">{note.filter(Boolean).join(" · ")}</span>
    </span>
  );
}

function Part<T>({ name, items, children }: { name: string; items: readonly T[]; children: (item: T) => ReactNode }) {
  if (items.length === 0) return null;
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0">
        <ul className="flex flex-col gap-0.5">
          {items.map((item, index) => (
            // Shown once per analysis and never reordered.
            <li key={index}>{children(item)}</li>
          ))}
        </ul>
      </dd>
    </>
  );
}
