"use client";
import type { RightHolder, WhoMay } from "@interlock/protocol";
import { useState } from "react";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";

/** Ways in which one has a right that are drawn at once. */
const WAYS = 5;
/** Holders that are drawn at once; more on demand. */
const AT_ONCE = 100;

/** Who may, each with every chain subject → binding → role → rule. */
export function WhoMayAnswer({ answer }: { answer: WhoMay }) {
  const [system, setSystem] = useState(false);
  const own = answer.holders.filter((one) => system || !one.system);
  const some = answer.partly.filter((one) => system || !one.system);
  const hidden = [...answer.holders, ...answer.partly].filter((one) => one.system).length;
  const sure = answer.certain ? "" : ", as far as is known";
  return (
    <section aria-label="Answer" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="text-base font-semibold" role="status">
          <span className="font-mono text-sm">{answer.asked}</span>: {own.length === 0 ? "nobody" : own.length.toLocaleString("en")}
          {own.length === 0 && hidden > 0 && !system && " but Kubernetes itself"}
          {sure}
        </h2>
        {hidden > 0 && (
          <label className="inline-flex cursor-pointer items-center gap-2 text-xs text-dim">
            <input
              type="checkbox"
              checked={system}
              onChange={(event) => setSystem(event.target.checked)}
              className="size-3.5 accent-accent"
            />
            Also {hidden.toLocaleString("en")} of Kubernetes itself
          </label>
        )}
      </div>
      {answer.unread.length > 0 && (
        <p className="rounded-md border border-modify-line bg-modify-soft px-3 py-2 text-xs text-modify-text">
          Not everything could be read, so others may, too: {answer.unread.join("; ")}
        </p>
      )}
      <Holders holders={own} />
      {some.length > 0 && (
        <>
          <h3 className="text-sm font-semibold">Only in some namespaces, or only on some names</h3>
          <Holders holders={some} />
        </>
      )}
      <ul className="flex list-disc flex-col gap-0.5 pl-5 text-xs text-dim">
        {answer.notes.map((note) => (
          <li key={note} className={answer.known ? undefined : "first:text-modify-text"}>
            {note}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Holders({ holders }: { holders: readonly RightHolder[] }) {
  const [shown, setShown] = useState(AT_ONCE);
  if (holders.length === 0) return null;
  return (
    <>
      <ul className="overflow-hidden rounded-lg border border-line bg-panel">
        {holders.slice(0, shown).map((holder) => (
          <Holder key={JSON.stringify(holder.subject)} holder={holder} />
        ))}
      </ul>
      {holders.length > shown && (
        <Button size="sm" className="self-start" onClick={() => setShown(shown + AT_ONCE * 4)}>
          Show {(holders.length - shown).toLocaleString("en")} more
        </Button>
      )}
    </>
  );
}

const short = (object: string): string => object.replace("rbac.authorization.k8s.io/v1 ", "");

function Holder({ holder: { subject, means, system, chains } }: { holder: RightHolder }) {
  const [all, setAll] = useState(false);
  const shown = all ? chains : chains.slice(0, WAYS);
  return (
    <li className="flex flex-col gap-1 border-b border-line px-3.5 py-2.5 last:border-b-0">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
        <span className="text-2xs font-medium text-dim">{subject.kind}</span>
        <span className="min-w-0 font-mono text-xs font-semibold break-all">
          {subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`}
        </span>
        {system && <Badge size="sm">Kubernetes&apos; own</Badge>}
        {means !== undefined && <span className="basis-full text-xs text-modify-text">{means}</span>}
      </p>
      <ul aria-label="By" className="flex flex-col gap-0.5 text-xs">
        {shown.map((chain) => (
          <li key={`${chain.binding} ${chain.role} ${chain.ruleIndex}`} className="min-w-0 font-mono break-words text-dim">
            {short(chain.binding)}
            <span aria-hidden="true" className="text-faint">
              {" → "}
            </span>
            {short(chain.role)}
            {chain.aggregated && " (aggregated)"}
            <span aria-hidden="true" className="text-faint">
              {" → "}
            </span>
            <span title={`rules[${chain.ruleIndex}]`}>
              rules[{chain.ruleIndex}] <span className="text-fg">{chain.rule}</span>
            </span>
            <span className="font-sans">{chain.namespace === undefined ? " in the whole cluster" : ` in ${chain.namespace}`}</span>
          </li>
        ))}
      </ul>
      {chains.length > shown.length && (
        <Button size="sm" variant="link" className="h-auto self-start" onClick={() => setAll(true)}>
          {(chains.length - shown.length).toLocaleString("en")} more ways
        </Button>
      )}
    </li>
  );
}
