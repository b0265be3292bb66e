"use client";
import { ERRORS, type BindingUse, PrivilegeDetail, type Refusal, type SmallerRole } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { rest } from "../shell/rest-client.ts";
import { plural, subjectText } from "./privilege-words.ts";
import { ProposeRoleDialog } from "./propose-role-dialog.tsx";
import { RightsTable } from "./rights-table.tsx";
import { SmallerRoles } from "./smaller-roles.tsx";
import type { SubjectProps } from "./subject-row.tsx";

/** Every right of somebody by the binding that gives it, what was used of it, and smaller roles. */
export function SubjectDetail({ summary, coverage, connection, roomId, round, onChange }: SubjectProps) {
  const [detail, setDetail] = useState<PrivilegeDetail>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [proposing, setProposing] = useState<SmallerRole>();
  useEffect(() => {
    const abort = new AbortController();
    void rest.get(`/connections/${encodeURIComponent(connection)}/least-privilege/${summary.id}`, PrivilegeDetail, abort.signal).then(
      (outcome) => {
        if (abort.signal.aborted) return;
        if (outcome.ok) setDetail(outcome.value);
        setRefusal(outcome.ok ? undefined : outcome);
      },
      // The line was closed before the answer came.
      () => undefined,
    );
    return () => abort.abort();
  }, [connection, summary.id, round]);
  if (refusal !== undefined)
    return (
      <p role="alert" className="text-xs text-delete-text">
        {ERRORS[refusal.code].title}. {refusal.detail ?? ERRORS[refusal.code].next}
      </p>
    );
  if (detail === undefined) return <Skeleton className="h-24 rounded-lg" />;
  const own = detail.bindings.filter(({ builtin, byGroup }) => !builtin && byGroup === undefined);
  const others = detail.bindings.filter((one) => !own.includes(one));
  return (
    <div className="flex flex-col gap-4">
      {summary.means !== undefined && <p className="text-sm text-dim">That is {summary.means}.</p>}
      {own.map((one) => (
        <Binding key={one.binding} binding={one} />
      ))}
      {others.length > 0 && (
        <details>
          <summary className="cursor-pointer text-xs text-dim">
            {own.length > 0 ? "And by" : "By"} {plural(others.length, "binding")} of groups or of Kubernetes itself, which cannot be made
            smaller for {subjectText(summary.subject)} alone
          </summary>
          <div className="mt-2 flex flex-col gap-4">
            {others.map((one) => (
              <Binding key={one.binding} binding={one} />
            ))}
          </div>
        </details>
      )}
      {detail.bindings.length === 0 && (
        <p className="text-sm text-dim">No binding names them, and no group that everybody of the sort is in.</p>
      )}
      {detail.goneUses.length > 0 && (
        <div className="rounded-lg border border-line bg-bg px-3 py-2.5">
          <h3 className="text-xs font-semibold">Used, and granted by no role any more</h3>
          <ul className="mt-1 flex flex-col gap-0.5 font-mono text-xs">
            {detail.goneUses.map(({ text, times, last }) => (
              <li key={text}>
                {text}{" "}
                <span className="font-sans text-dim">
                  {plural(times, "time")}, last {last.slice(0, 10)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <SmallerRoles roles={detail.smallerRoles} left={detail.left} known={coverage.coveredDays > 0} onPropose={setProposing} />
      {detail.sources.length > 0 && <p className="text-xs text-dim">Known from: {detail.sources.join(" ")}</p>}
      <ProposeRoleDialog
        role={proposing}
        subject={subjectText(summary.subject)}
        connection={connection}
        roomId={roomId}
        onClose={() => {
          setProposing(undefined);
          onChange();
        }}
      />
    </div>
  );
}

function Binding({ binding: { binding, role, namespace, byGroup, builtin, others, rights } }: { binding: BindingUse }) {
  const short = binding.replace("rbac.authorization.k8s.io/v1 ", "");
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-bg">
      <h3 className="flex flex-wrap items-baseline gap-x-2 border-b border-line px-3 py-2 text-xs">
        <span className="min-w-0 font-mono font-semibold break-all">{role}</span>
        <span className="text-dim">{namespace === undefined ? "in the whole cluster" : `in ${namespace}`}</span>
        <span className="min-w-0 font-mono break-all text-dim">by {short}</span>
        {byGroup !== undefined && <span className="text-dim">through group {byGroup}</span>}
        {builtin && <span className="text-dim">· a part of Kubernetes itself</span>}
        {others.length > 0 && (
          <span className="text-dim">
            · also names {others.length > 3 ? `${others.slice(0, 3).join(", ")} and ${others.length - 3} more` : others.join(", ")}
          </span>
        )}
      </h3>
      <RightsTable rights={rights} />
    </div>
  );
}
