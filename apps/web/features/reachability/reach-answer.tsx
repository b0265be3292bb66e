import type { Reachability, ReachConnections, ReachFound, ReachSide } from "@interlock/protocol";
import { Check, Info, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn, STALE } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { diffLines } from "../plan/diff-lines.ts";
import { PlanDiff } from "../plan/plan-diff.tsx";
import { endFacts } from "./end-facts.ts";
import { reachWords } from "./reach-text.ts";

/** Connections that are listed before the rest is a number. */
const LISTED = 8;

/** Whether it is let through, who decided, and what would open it with what else. */
export function ReachAnswer({ answer, stale }: { answer: Reachability; stale: boolean }) {
  const { change, opens = [], opensCount = 0, closes = [], closesCount = 0 } = answer;
  return (
    <div className={cn("flex flex-col gap-5 px-3.5 py-4", stale && STALE)}>
      <Way answer={answer} />
      {answer.notes.length > 0 && (
        <ul className="flex flex-col gap-1 text-xs text-modify-text">
          {answer.notes.map((note) => (
            <li key={note} className="flex gap-1.5 wrap-anywhere">
              <Info aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
              {note}
            </li>
          ))}
        </ul>
      )}
      <Part title="Who decided">
        {answer.sides.length === 0 && <p className="text-sm wrap-anywhere">{answer.reason}</p>}
        {answer.sides.map((side) => (
          <Side key={side.direction} side={side} />
        ))}
      </Part>
      {answer.connections.length > 0 && <Each answer={answer} />}
      {change && (
        <Part title="Smallest change that opens it">
          <p className="mb-1.5 text-sm">{change.title}</p>
          <div className="flex flex-col gap-2">
            {change.objects.map(({ object, diff, note }) => (
              <div key={object}>
                <PlanDiff lines={diffLines(diff)} />
                {note !== undefined && <p className="mt-0.5 text-xs text-modify-text">{note}</p>}
              </div>
            ))}
          </div>
        </Part>
      )}
      {!answer.allowed && change === undefined && answer.blockedAt !== undefined && (
        <Part title="What would open it">
          <p className="text-sm text-dim">No change of labels or policies alone opens it.</p>
        </Part>
      )}
      {change && (
        <Part title="And what else would it open?">
          {opensCount === 0 ? (
            <p className="flex items-center gap-2 text-sm">
              <Check aria-hidden="true" className="size-4 text-read-text" /> Nothing else: only what was asked.
            </p>
          ) : (
            <Connections list={opens} total={opensCount} tone="text-modify-text" word="could be reached that cannot be today" />
          )}
          {closesCount > 0 && (
            <div className="mt-3">
              <Connections list={closes} total={closesCount} tone="text-delete-text" word="would no longer be reached" />
            </div>
          )}
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-2xs font-semibold tracking-wide text-dim uppercase">{title}</h3>
      {children}
    </section>
  );
}

/** Both ends and the line between them. */
function Way({ answer }: { answer: Reachability }) {
  const { allowed, from, to, port, certain } = answer;
  return (
    <div className="flex items-stretch gap-2 @max-md:flex-col" data-testid="reach-way">
      <End end={from} change={answer.change} />
      <div className="flex min-w-24 flex-1 flex-col items-center justify-center gap-1 @max-md:py-1">
        <span className={cn("text-sm font-semibold", allowed ? "text-read-text" : "text-delete-text")} data-testid="reach-verdict">
          {reachWords(answer)}
        </span>
        <span
          aria-hidden="true"
          className={cn("w-full border-t-2 @max-md:h-4 @max-md:w-0 @max-md:border-t-0 @max-md:border-l-2", {
            "border-read": allowed,
            "border-dashed border-delete": !allowed,
          })}
        />
        <span className="font-mono text-2xs text-dim">
          {port}
          {!certain && " · not certain"}
        </span>
      </div>
      <End end={to} change={answer.change} />
    </div>
  );
}

function End({ end, change }: { end: ReachFound; change: Reachability["change"] }) {
  const { title, below, marks, amber } = endFacts(end, change);
  return (
    <div
      className={cn(
        "flex max-w-72 min-w-36 flex-1 flex-col items-center justify-center gap-0.5 rounded-lg border px-3 py-2.5 text-center @max-md:max-w-none",
        amber ? "border-modify-line bg-modify-soft" : "border-line bg-panel",
      )}
    >
      <span className="max-w-full text-sm font-semibold wrap-anywhere">{title}</span>
      {below !== undefined && <span className="max-w-full font-mono text-2xs text-dim wrap-anywhere">{below}</span>}
      {marks.map(({ text, missing }) => (
        <span
          key={text}
          className={cn("max-w-full text-xs wrap-anywhere", missing ? "font-medium text-modify-text" : "font-mono text-dim")}
        >
          {text}
        </span>
      ))}
    </div>
  );
}

const WAYS = { egress: "Egress of", ingress: "Ingress of" } as const;

function Side({ side }: { side: ReachSide }) {
  const { allowed, direction, end, policies, why } = side;
  return (
    <div className="mb-2.5 flex gap-2.5">
      {allowed ? (
        <Check aria-label="allowed" className="mt-0.5 size-4 shrink-0 text-read-text" />
      ) : (
        <X aria-label="blocked" className="mt-0.5 size-4 shrink-0 text-delete-text" />
      )}
      <div className="min-w-0 flex-1">
        <p className="text-sm wrap-anywhere">
          {WAYS[direction]} {end}: {allowed ? "allowed" : "blocked"}
        </p>
        <p className="text-xs text-dim wrap-anywhere">{withoutEnd(why, `${WAYS[direction]} ${end} is `)}</p>
        {/* Of one rule all has been said. */}
        {policies.reduce((sum, { rules }) => sum + Math.max(1, rules.length), 0) > 1 && (
          <ul className="mt-1 flex flex-col gap-1">
            {policies.map(({ policy, admits, rules }) => (
              <li key={policy} className="text-xs">
                <span className={cn("font-mono font-medium", admits ? "text-read-text" : "text-fg")}>{policy}</span>{" "}
                <span className="text-dim">
                  {admits ? "admits it" : rules.length === 0 ? "has no rule: it admits nothing" : "does not admit it"}
                </span>
                {rules.length > 0 && (
                  <ol className="mt-0.5 ml-3 flex flex-col gap-0.5 border-l border-line pl-2">
                    {rules.map(({ rule, why: says }) => (
                      <li key={rule} className="text-dim wrap-anywhere">
                        rule {rule} {says}
                      </li>
                    ))}
                  </ol>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** The heading has said whose it is. */
function withoutEnd(why: string, end: string): string {
  const rest = why.startsWith(end) ? why.slice(end.length) : why;
  return rest.slice(0, 1).toUpperCase() + rest.slice(1);
}

/** Of ends that stand for several pods each connection. */
function Each({ answer: { connections, connectionCount } }: { answer: Reachability }) {
  const shown = connections.slice(0, LISTED);
  return (
    <Part title={`Each of ${count(connectionCount)} connections`}>
      <ul className="flex flex-col gap-1 text-xs">
        {shown.map(({ from, to, port, ...one }) => (
          <li key={`${from} ${to} ${port}`} className="flex flex-wrap items-baseline gap-x-2 font-mono wrap-anywhere">
            {from} → {to} {port}
            <span className={cn("font-sans", one.allowed ? "text-read-text" : "text-delete-text")}>{reachWords(one)}</span>
          </li>
        ))}
        {connectionCount > shown.length && <li className="text-dim">and {count(connectionCount - shown.length)} more</li>}
      </ul>
    </Part>
  );
}

interface ConnectionsProps {
  list: readonly ReachConnections[];
  total: number;
  tone: string;
  word: string;
}

function Connections({ list, total, tone, word }: ConnectionsProps) {
  const rest = total - list.slice(0, LISTED).reduce((sum, { pairs }) => sum + pairs, 0);
  return (
    <>
      <p className={cn("text-sm", tone)}>
        {count(total)} {total === 1 ? "connection" : "connections"} {word}
      </p>
      <ul className="mt-1 flex flex-col gap-1 text-xs">
        {list.slice(0, LISTED).map((one, index) => (
          // The list comes whole and is never reordered.
          <li key={index} className="wrap-anywhere">
            <span className="font-mono">{endsText(one.from)}</span> → <span className="font-mono">{endsText(one.to)}</span>{" "}
            <span className="text-dim">
              {one.ports.join(", ")}
              {one.pairs > 1 && ` · ${count(one.pairs)} pairs`}
            </span>
          </li>
        ))}
        {rest > 0 && <li className="text-dim">and {count(rest)} more</li>}
      </ul>
    </>
  );
}

const endsText = ({ namespace, what, pods }: ReachConnections["from"]): string =>
  `${namespace === undefined ? "" : `${namespace}/`}${what}${pods > 1 ? ` (${count(pods)} pods)` : ""}`;
