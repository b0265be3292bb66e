import type { PosturePage } from "@interlock/protocol";
import { ShieldCheck } from "lucide-react";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { kindWord, plural } from "./posture-words.ts";

/** The shape of the page, so that nothing jumps when it arrives. */
export function PostureLoading({ connection }: { connection: string }) {
  return (
    <div className="flex flex-col gap-4">
      <output className="text-sm text-dim">Reading {connection}: roles, workloads, policies… Nothing is changed.</output>
      <div className="grid grid-cols-4 gap-2 max-sm:grid-cols-2">
        {["a", "b", "c", "d"].map((one) => (
          <Skeleton key={one} className="h-15 rounded-lg" />
        ))}
      </div>
      <Skeleton className="h-64 rounded-lg" />
    </div>
  );
}

/** Nothing was found: what that is worth depends on what was looked at. */
export function NothingFound({ posture, system }: { posture: PosturePage; system: number }) {
  const unknown = posture.checks.filter(({ state }) => state === "unknown").length;
  return (
    <StatusMessage icon={ShieldCheck} title={unknown > 0 ? "Nothing was found in what could be read" : "Nothing was found"}>
      {plural(posture.checks.length - unknown, "check")} on {plural(posture.objects, "object")} found nothing.
      {unknown > 0 && ` ${plural(unknown, "check")} could not look at everything: see below.`}
      {system > 0 && ` ${plural(system, "finding")} of Kubernetes itself ${system === 1 ? "is" : "are"} not shown.`}
    </StatusMessage>
  );
}

/** What is not known is never taken for well. */
export function UnreadNotice({ unread }: { unread: PosturePage["unread"] }) {
  if (unread.length === 0) return null;
  return (
    <details className="rounded-lg border border-modify-line bg-modify-soft px-3 py-2 text-sm text-modify-text">
      <summary className="cursor-pointer font-medium">
        Not everything could be read: {unread.map(({ kind }) => kindWord(kind)).join(", ")}. What depends on{" "}
        {unread.length === 1 ? "it" : "them"} is unknown.
      </summary>
      <ul className="mt-1.5 flex flex-col gap-0.5 text-xs">
        {unread.map(({ kind, why }) => (
          <li key={kind}>{why}</li>
        ))}
      </ul>
    </details>
  );
}

/** Checks that could not look, and those that found nothing. */
export function OtherChecks({ checks }: { checks: PosturePage["checks"] }) {
  const unknown = checks.filter(({ state }) => state === "unknown");
  const clean = checks.filter(({ state }) => state === "clean");
  return (
    <div className="flex flex-col gap-3 text-sm">
      {unknown.length > 0 && (
        <details open className="rounded-lg border border-line bg-panel px-3.5 py-2.5">
          <summary className="cursor-pointer font-medium text-modify-text">{plural(unknown.length, "check")} could not tell</summary>
          <ul className="mt-2 flex flex-col gap-2.5">
            {[...Map.groupBy(unknown, (check) => check.unknown ?? "")].map(([why, list]) => (
              <li key={why}>
                <p className="text-xs text-dim">{why}</p>
                <p>{list.map(({ title }) => title).join(" · ")}</p>
              </li>
            ))}
          </ul>
        </details>
      )}
      {clean.length > 0 && (
        <details className="rounded-lg border border-line bg-panel px-3.5 py-2.5">
          <summary className="cursor-pointer font-medium">{plural(clean.length, "check")} found nothing</summary>
          <ul className="mt-2 grid grid-cols-2 gap-x-6 gap-y-0.5 text-dim max-sm:grid-cols-1">
            {clean.map(({ id, title }) => (
              <li key={id}>{title}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
