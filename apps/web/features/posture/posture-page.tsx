"use client";
import type { PostureFinding, PosturePage as Posture } from "@interlock/protocol";
import { RotateCw } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { useShell } from "../shell/shell-context.tsx";
import { CheckGroupSection } from "./check-group.tsx";
import { ClusterFailure, ClusterPage } from "./cluster-page.tsx";
import { FoundFilter } from "./found-filter.tsx";
import { posturePath } from "./posture-commands.ts";
import { groupsOf, isFiltered, NO_FILTER, type PostureFilter } from "./posture-filter.ts";
import { NothingFound, OtherChecks, PostureLoading, UnreadNotice } from "./posture-states.tsx";
import { PostureSummary } from "./posture-summary.tsx";
import { plural } from "./posture-words.ts";
import { ProposeFixDialog } from "./propose-fix-dialog.tsx";
import { MOST } from "./posture-reading.ts";
import { usePosture } from "./use-posture.ts";

interface PosturePageProps {
  connection: string;
  /** The room one came from, which fixes are offered to first. */
  roomId?: string;
}

/** How well a cluster is set up: what was found, why it matters, and what to do. It only reads; a fix goes into a document of a room. */
export function PosturePage({ connection, roomId }: PosturePageProps) {
  const { posture, findings, refusal, busy, readAgain } = usePosture(connection);
  return (
    <ClusterPage
      here="posture"
      title={`Posture of ${connection}`}
      connection={connection}
      roomId={roomId}
      aside={posture && <ReadAt posture={posture} />}
      actions={
        posture && (
          <Button onClick={readAgain} disabled={busy}>
            {busy ? <Spinner /> : <RotateCw aria-hidden="true" />} Read again
          </Button>
        )
      }
    >
      {posture === undefined ? (
        refusal ? (
          <ClusterFailure refusal={refusal} path={posturePath(connection, roomId)} onRetry={readAgain} />
        ) : (
          <PostureLoading connection={connection} />
        )
      ) : (
        <>
          {refusal && (
            <p role="alert" className="rounded-md border border-modify-line bg-modify-soft px-3 py-2 text-xs text-modify-text">
              {findings.length < Math.min(posture.total, MOST)
                ? "What was found could not be read to its end."
                : "It could not be read again; this is what was so before."}{" "}
              {refusal.detail}
            </p>
          )}
          <Found connection={connection} roomId={roomId} posture={posture} findings={findings} busy={busy} />
        </>
      )}
    </ClusterPage>
  );
}

function ReadAt({ posture: { at, objects, tookMs } }: { posture: Posture }) {
  const took = tookMs < 1_000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1_000).toFixed(1)} s`;
  return (
    <p className="text-xs text-dim">
      {plural(objects, "object")} read in {took} at{" "}
      <time dateTime={at}>{new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" })}</time> ·
      nothing changed
    </p>
  );
}

interface FoundProps {
  connection: string;
  roomId: string | undefined;
  posture: Posture;
  findings: readonly PostureFinding[];
  busy: boolean;
}

function Found({ connection, roomId, posture, findings, busy }: FoundProps) {
  const [filter, setFilter] = useState<PostureFilter>(NO_FILTER);
  const wanted = useDeferredValue(filter);
  const [fixing, setFixing] = useState<readonly PostureFinding[]>();
  // Who is in no group observes; the agent would refuse them a document.
  const mayPropose = useShell().principal.groups.length > 0;
  const groups = useMemo(() => groupsOf(posture.checks, findings, wanted), [posture.checks, findings, wanted]);
  const { system } = posture.summary;
  const own = posture.total - system;
  const shown = groups.reduce((sum, group) => sum + group.findings.length, 0);
  return (
    <>
      <PostureSummary summary={posture.summary} filter={filter} onFilter={setFilter} />
      <UnreadNotice unread={posture.unread} />
      {posture.total > 0 && (
        <FoundFilter
          filter={filter}
          onFilter={setFilter}
          label="Filter findings"
          placeholder="Filter by object, namespace, check…"
          system={system}
          shown={`${plural(shown, "finding")} in ${plural(groups.length, "check")}`}
        />
      )}
      {groups.length > 0 ? (
        <ul className="overflow-hidden rounded-lg border border-line bg-panel">
          {groups.map((group, index) => (
            <CheckGroupSection
              key={group.check.id}
              group={group}
              startsOpen={index === 0 && groups.length > 0 && !isFiltered(filter)}
              onPropose={mayPropose ? setFixing : undefined}
            />
          ))}
        </ul>
      ) : own === 0 || !isFiltered(filter) ? (
        !busy && <NothingFound posture={posture} system={filter.system ? 0 : system} />
      ) : (
        <p className="rounded-lg border border-line bg-panel px-4 py-10 text-center text-sm text-dim">
          Nothing matches.{" "}
          <Button variant="link" onClick={() => setFilter(NO_FILTER)}>
            Show everything
          </Button>
        </p>
      )}
      {findings.length < posture.total && !busy && (
        <p className="text-xs text-dim">
          These are the worst {findings.length.toLocaleString("en")} of {posture.total.toLocaleString("en")}; interlock posture tells all of
          them.
        </p>
      )}
      <OtherChecks checks={posture.checks} />
      <ProposeFixDialog connection={connection} findings={fixing} roomId={roomId} onClose={() => setFixing(undefined)} />
    </>
  );
}
