import type { Impact, Statement, Verdict } from "@interlock/protocol";
import { Check, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { EffectBadge } from "../../components/ui/badge.tsx";
import { AttentionList, type Suggest } from "./attention-line.tsx";
import { attentions } from "./attention.ts";
import { certainty, duration, figure, share } from "./figures.ts";

interface ImpactDetailsProps {
  impact: Impact;
  verdict?: Verdict | undefined;
  onSuggestion?: Suggest | undefined;
}

/** Everything behind the sentence: what stands out, each statement's effects one by one, and which rules of the policy matched and why. */
export function ImpactDetails({ impact, verdict, onSuggestion }: ImpactDetailsProps) {
  return (
    <div className="flex flex-col gap-4 border-t border-line px-3.5 py-3 text-xs">
      <AttentionList attentions={attentions(impact)} onSuggestion={onSuggestion} />
      {impact.statements.map((statement) => (
        <StatementDetails key={statement.index} statement={statement} alone={impact.statements.length === 1} />
      ))}
      {verdict && <Trace verdict={verdict} />}
    </div>
  );
}

function StatementDetails({ statement, alone }: { statement: Statement; alone: boolean }) {
  return (
    <section className="flex flex-col gap-1.5">
      {!alone && (
        <h3 className="flex items-center gap-2 font-semibold">
          <EffectBadge effect={statement.effect} /> {statement.index + 1}. {statement.title}
        </h3>
      )}
      <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1">
        <List name="Effects" items={statement.effects}>
          {({ effect, object, kind, columns, rows }) => (
            <>
              {effect} {kind} <code>{object}</code>
              {columns && columns.length > 0 && <> ({columns.join(", ")})</>}: {figure(rows)} rows, {certainty(rows)}
              {rows.fraction !== undefined && <>, {share(rows.fraction)}</>}
            </>
          )}
        </List>
        <List name="Cascades" items={statement.cascades}>
          {({ effect, object, rows, via, depth }) => (
            <>
              {effect} <code>{object}</code>: {figure(rows)} rows, {certainty(rows)}, level {depth}, through {via.join(", ")}
            </>
          )}
        </List>
        <List name="Locks" items={statement.locks}>
          {({ object, mode }) => (
            <>
              {mode} on <code>{object}</code>
            </>
          )}
        </List>
        <List name="Waits" items={statement.waits}>
          {({ object, mode, blockedBy }) => (
            <>
              {mode} on <code>{object}</code> waits for pid {blockedBy.pid} of {blockedBy.user}, {blockedBy.age}:{" "}
              <code>{blockedBy.query}</code>
            </>
          )}
        </List>
        <List name="Rewrites" items={statement.rewrites}>
          {(object) => <code>{object}</code>}
        </List>
        <List name="Full scans" items={statement.scans}>
          {(object) => <code>{object}</code>}
        </List>
        <List name="Side effects" items={statement.sideEffects}>
          {({ kind, name, effect, writes }) => (
            <>
              {kind} <code>{name}</code>, {effect}
              {writes && writes.length > 0 && (
                <>: {writes.map((write) => `${write.effect} ${write.object} ${figure(write.rows)}`).join(", ")}</>
              )}
            </>
          )}
        </List>
        <List name="Plan" items={statement.plan ? [statement.plan] : []}>
          {({ node, cost, ms }) => (
            <>
              {node}, cost {Math.round(cost).toLocaleString("en")}
              {ms !== undefined && <>, about {duration(ms)}</>}
            </>
          )}
        </List>
      </dl>
    </section>
  );
}

function List<T>({ name, items, children }: { name: string; items: readonly T[]; children: (item: T) => ReactNode }) {
  if (items.length === 0) return null;
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0">
        <ul>
          {items.map((item, index) => (
            // Shown once per analysis and never reordered.
            <li key={index} className="wrap-anywhere">
              {children(item)}
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

/** Which rules matched, which did not, and why. */
export function Trace({ verdict }: { verdict: Verdict }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-semibold">Why policy says so</h3>
      {verdict.message !== "" && <p className="text-dim">{verdict.message}</p>}
      <ul className="flex flex-col gap-0.5">
        {verdict.trace.map(({ rule, matched, why, effect }) => (
          <li key={rule} className="grid grid-cols-[1rem_10rem_1fr] items-baseline gap-x-2">
            {matched ? (
              <Check aria-label="matched" className="size-3 text-read-text" />
            ) : (
              <Minus aria-label="did not match" className="size-3 text-faint" />
            )}
            <code className={matched ? "text-fg" : "text-faint"}>{rule}</code>
            <span className={matched ? "text-dim" : "text-faint"}>
              {matched ? `${effect}: ` : ""}
              {why}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
