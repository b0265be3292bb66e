"use client";
import { ERRORS, PeopleUse, type PersonUse, type Refusal } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { rest } from "../shell/rest-client.ts";
import { ago, plural } from "./privilege-words.ts";

/** What people may do through Interlock, and did. The cluster knows them all as the one account of the connection. */
export function PeopleSection({ connection, days }: { connection: string; days: number }) {
  const [people, setPeople] = useState<PeopleUse>();
  const [refusal, setRefusal] = useState<Refusal>();
  useEffect(() => {
    const abort = new AbortController();
    void rest.get(`/connections/${encodeURIComponent(connection)}/people-use?days=${days}`, PeopleUse, abort.signal).then(
      (outcome) => {
        if (abort.signal.aborted) return;
        if (outcome.ok) setPeople(outcome.value);
        setRefusal(outcome.ok ? undefined : outcome);
      },
      // The page was left before the answer came.
      () => undefined,
    );
    return () => abort.abort();
  }, [connection, days]);
  const since = people?.recordedSince;
  const whole = since !== undefined && Date.parse(since) <= Date.now() - days * 86_400_000;
  return (
    <section aria-label="People, through Interlock" className="mt-2 flex flex-col gap-2">
      <h2 className="text-sm font-semibold">People, through Interlock</h2>
      <p className="max-w-[85ch] text-sm text-pretty text-dim">
        By Interlock&apos;s own record
        {since === undefined ? "" : whole ? ` of ${days} days` : `, which begins ${since.slice(0, 10)}: what was done before is unknown`}.
        The cluster knows everybody here as the one account of the connection; what each may do is said by policy, and made less there.
      </p>
      {refusal && (
        <p role="alert" className="text-xs text-delete-text">
          {ERRORS[refusal.code].title}. {refusal.detail ?? ERRORS[refusal.code].next}
        </p>
      )}
      {people === undefined ? (
        refusal === undefined && <Skeleton className="h-24 rounded-lg" />
      ) : (
        <ul className="overflow-hidden rounded-lg border border-line bg-panel">
          {people.people.map((one) => (
            <Person key={one.person} use={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

const MAY = { allow: "", review: " with reviews", deny: "" } as const;

function Person({ use: { person, groups, effects, requests } }: { use: PersonUse }) {
  const held = effects.filter(({ may }) => may !== "deny");
  return (
    <li className="flex flex-col gap-1 border-b border-line px-3.5 py-2.5 text-xs last:border-b-0">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="text-sm font-semibold">{person}</span>
        <span className="text-dim">{groups.length === 0 ? "in no group: observes" : groups.join(", ")}</span>
      </p>
      <ul className="flex flex-wrap gap-x-4 gap-y-0.5">
        {held.map(({ effect, may, times, last }) => (
          <li key={effect}>
            <span aria-hidden="true" className={cn("mr-1 font-semibold", times > 0 ? "text-read-text" : "text-dim")}>
              {times > 0 ? "✓" : "–"}
            </span>
            {effect}
            <span className="text-dim">
              {MAY[may]}
              {times > 0 ? ` ×${times.toLocaleString("en")}, last ${ago(last!)}` : ", not used"}
            </span>
          </li>
        ))}
        {held.length === 0 && <li className="text-dim">may do nothing</li>}
      </ul>
      {requests.length > 0 && (
        <details>
          <summary className="cursor-pointer text-dim">{plural(requests.length, "kind")} of requests were sent for them</summary>
          <ul className="mt-1 flex flex-col gap-0.5 font-mono">
            {requests.map(({ text, times, last }) => (
              <li key={text}>
                {text}{" "}
                <span className="font-sans text-dim">
                  ×{times.toLocaleString("en")}, last {ago(last)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
