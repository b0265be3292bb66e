"use client";
import { ERRORS, type LeastPrivilegePage as Page, type PrivilegeSummary } from "@interlock/protocol";
import { RotateCw } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { ClusterFailure, ClusterPage } from "../posture/cluster-page.tsx";
import { FoundFilter } from "../posture/found-filter.tsx";
import { leastPrivilegePath } from "../posture/posture-commands.ts";
import { LogsSection } from "./logs-section.tsx";
import { NoLog } from "./no-log.tsx";
import { PeopleSection } from "./people-section.tsx";
import { filtered, isFiltered, NO_FILTER, type PrivilegeFilter } from "./privilege-filter.ts";
import { PrivilegeSummaryBar } from "./privilege-summary-bar.tsx";
import { plural } from "./privilege-words.ts";
import { SubjectRow } from "./subject-row.tsx";
import { useLeastPrivilege } from "./use-least-privilege.ts";

/** Subjects that are drawn at once; more on demand. */
const AT_ONCE = 100;

interface Props {
  connection: string;
  /** The room one came from, which smaller roles are offered to first. */
  roomId?: string;
}

/** What everybody may do on a cluster against what they did. It only reads; a smaller role is proposed in a room. */
export function LeastPrivilegePage({ connection, roomId }: Props) {
  const { page, subjects, refusal, busy, round, readAgain } = useLeastPrivilege(connection);
  return (
    <ClusterPage
      here="least-privilege"
      title={`Least privilege of ${connection}`}
      connection={connection}
      roomId={roomId}
      aside={page && <p className="text-xs text-dim">What may be done against what was done · nothing changed</p>}
      actions={
        page && (
          <Button onClick={readAgain} disabled={busy}>
            {busy ? <Spinner /> : <RotateCw aria-hidden="true" />} Read again
          </Button>
        )
      }
    >
      {page === undefined || refusal?.code === "unauthenticated" ? (
        refusal ? (
          <ClusterFailure refusal={refusal} path={leastPrivilegePath(connection)} onRetry={readAgain} />
        ) : (
          <Loading connection={connection} />
        )
      ) : (
        <>
          {refusal && (
            <p role="alert" className="rounded-md border border-modify-line bg-modify-soft px-3 py-2 text-xs text-modify-text">
              It could not be read again; this is what was so before. {refusal.detail ?? ERRORS[refusal.code].title}
            </p>
          )}
          <LogsSection connection={connection} page={page} onChange={readAgain} />
          {page.unread.length > 0 && (
            <p className="rounded-md border border-modify-line bg-modify-soft px-3 py-2 text-xs text-modify-text">
              Not all roles could be read, so somebody may have more rights than are told here: {page.unread.join("; ")}
            </p>
          )}
          {page.imports.length === 0 && <NoLog mayImport={page.mayImport} importers={page.importers} />}
          <Subjects
            connection={connection}
            roomId={roomId}
            page={page}
            subjects={subjects}
            busy={busy}
            round={round}
            onChange={readAgain}
          />
          <PeopleSection connection={connection} days={page.coverage.days} />
        </>
      )}
    </ClusterPage>
  );
}

function Loading({ connection }: { connection: string }) {
  return (
    <div className="flex flex-col gap-4">
      <output className="text-sm text-dim">Reading the roles of {connection} and what is known of their use… Nothing is changed.</output>
      <Skeleton className="h-16 rounded-lg" />
      <Skeleton className="h-64 rounded-lg" />
    </div>
  );
}

interface SubjectsProps {
  connection: string;
  roomId: string | undefined;
  page: Page;
  subjects: readonly PrivilegeSummary[];
  busy: boolean;
  round: number;
  onChange: () => void;
}

function Subjects({ connection, roomId, page, subjects, busy, round, onChange }: SubjectsProps) {
  const [filter, setFilter] = useState<PrivilegeFilter>(NO_FILTER);
  const [drawn, setDrawn] = useState(AT_ONCE);
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => filtered(subjects, wanted), [subjects, wanted]);
  const { system } = page.summary;
  return (
    <section aria-label="Accounts, people and groups of the cluster" className="flex flex-col gap-3">
      <PrivilegeSummaryBar summary={page.summary} known={page.coverage.coveredDays > 0} filter={filter} onFilter={setFilter} />
      <FoundFilter
        filter={filter}
        onFilter={setFilter}
        label="Filter accounts"
        placeholder="Filter by name, group, right…"
        system={system}
        shown={plural(shown.length, "subject")}
      />
      {shown.length > 0 ? (
        <ul className="overflow-hidden rounded-lg border border-line bg-panel">
          {shown.slice(0, drawn).map((one) => (
            <SubjectRow
              key={one.id}
              summary={one}
              coverage={page.coverage}
              connection={connection}
              roomId={roomId}
              round={round}
              onChange={onChange}
            />
          ))}
        </ul>
      ) : (
        !busy && (
          <p className="rounded-lg border border-line bg-panel px-4 py-10 text-center text-sm text-dim">
            {isFiltered(filter) ? (
              <>
                Nobody matches.{" "}
                <Button variant="link" onClick={() => setFilter(NO_FILTER)}>
                  Show everybody
                </Button>
              </>
            ) : (
              `No binding names anybody${system > 0 ? " but Kubernetes itself" : ""}.`
            )}
          </p>
        )
      )}
      {shown.length > drawn && (
        <Button className="self-start" onClick={() => setDrawn(drawn + AT_ONCE * 4)}>
          Show more of {plural(shown.length - drawn, "subject")}
        </Button>
      )}
      {subjects.length < page.total && !busy && (
        <p className="text-xs text-dim">
          These are the first {subjects.length.toLocaleString("en")} of {page.total.toLocaleString("en")}; the REST interface tells all of
          them.
        </p>
      )}
    </section>
  );
}
