"use client";
import { ERRORS, type RecordingFinding, RecordingFindings, Recordings, type Recording, type Refusal } from "@interlock/protocol";
import { CircleDot, CloudOff, RotateCw, Search, SearchX } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { SignedOut } from "../../components/signed-out.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Input } from "../../components/ui/input.tsx";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { AppFooter } from "../shell/app-footer.tsx";
import { AppHeader } from "../shell/app-header.tsx";
import { rest } from "../shell/rest-client.ts";
import { RecordingRow } from "./recording-row.tsx";

const CRUMBS = [{ label: "Rooms", href: "/rooms" }, { label: "Recordings" }];

/** Recordings that one may watch, newest first, of every room or of one; and a search in all of them. */
export function RecordingsPage({ roomId }: { roomId?: string }) {
  const [list, setList] = useState<{ recordings: readonly Recording[]; next?: string | undefined }>();
  const [found, setFound] = useState<Findings>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const [text, setText] = useState("");
  const room = roomId === undefined ? "" : `&room=${roomId}`;

  const more = useCallback(
    async (before?: string) => {
      setBusy(true);
      const outcome = await rest.get(`/recordings?limit=50${room}${before === undefined ? "" : `&before=${before}`}`, Recordings);
      setBusy(false);
      setRefusal(outcome.ok ? undefined : outcome);
      if (outcome.ok)
        setList((known) => ({
          recordings: [...(before === undefined ? [] : (known?.recordings ?? [])), ...outcome.value.recordings],
          next: outcome.value.next,
        }));
    },
    [room],
  );
  useEffect(() => void more(), [more]);

  const search = async (wanted: string, before?: string) => {
    if (wanted === "") return setFound(undefined);
    setBusy(true);
    const path = `/recordings/search?q=${encodeURIComponent(wanted)}${room}${before === undefined ? "" : `&before=${before}`}`;
    const outcome = await rest.get(path, RecordingFindings);
    setBusy(false);
    setRefusal(outcome.ok ? undefined : outcome);
    if (!outcome.ok) return;
    const { value } = outcome;
    setFound((known) => ({
      text: wanted,
      found: [...(before === undefined ? [] : (known?.found ?? [])), ...value.found],
      searched: value.searched + (before === undefined ? 0 : (known?.searched ?? 0)),
      next: value.next,
    }));
  };
  const title = list?.recordings[0]?.room;
  return (
    <div className="flex h-dvh flex-col">
      <AppHeader crumbs={CRUMBS} />
      <main tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
        <div className="mx-auto flex max-w-5xl flex-col gap-4 px-5 pt-8 pb-12 max-sm:px-3.5 max-sm:pt-5">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
            <h1 className="text-lg font-semibold">Recordings</h1>
            {roomId !== undefined && (
              <span className="text-xs text-dim">
                of {title === undefined ? "this room" : `${title.code} · ${title.title}`} ·{" "}
                <a href="/recordings" className="rounded-sm text-accent-text underline underline-offset-2">
                  all rooms
                </a>
              </span>
            )}
            <form
              role="search"
              className="ml-auto flex w-96 max-w-full gap-1.5 max-sm:ml-0 max-sm:w-full"
              onSubmit={(event) => {
                event.preventDefault();
                void search(text.trim());
              }}
            >
              <Input
                type="search"
                aria-label="Text to look for in every recording"
                placeholder="Search in what was shown"
                maxLength={200}
                spellCheck={false}
                autoCapitalize="none"
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  if (event.target.value === "") setFound(undefined);
                }}
              />
              <Button type="submit" className="h-8" disabled={busy || text.trim() === ""}>
                {busy ? <Spinner /> : <Search />} Search
              </Button>
            </form>
          </div>
          {refusal !== undefined && <Refused refusal={refusal} onRetry={() => void (text.trim() === "" ? more() : search(text.trim()))} />}
          {found !== undefined ? (
            <Found found={found} busy={busy} onMore={(next) => void search(found.text, next)} />
          ) : list === undefined ? (
            refusal === undefined && <Waiting />
          ) : list.recordings.length === 0 ? (
            <StatusMessage icon={CircleDot} title="There is no recording here that you may watch">
              What is shown in a shell of a room is recorded as it happens. Recordings of your rooms are listed here.
            </StatusMessage>
          ) : (
            <>
              <ul className="overflow-hidden rounded-lg border border-line bg-panel">
                {list.recordings.map((recording) => (
                  <RecordingRow key={recording.id} recording={recording} />
                ))}
              </ul>
              {list.next !== undefined && (
                <Button className="self-center" disabled={busy} onClick={() => void more(list.next)}>
                  {busy && <Spinner />} Older ones
                </Button>
              )}
            </>
          )}
        </div>
      </main>
      <AppFooter />
    </div>
  );
}

interface Findings {
  text: string;
  found: readonly RecordingFinding[];
  searched: number;
  next: string | undefined;
}

function Found({
  found: { text, found, searched, next },
  busy,
  onMore,
}: {
  found: Findings;
  busy: boolean;
  onMore: (next: string) => void;
}) {
  const shown = found.filter(({ matches }) => matches.length > 0).length;
  return (
    <section aria-label="What was found" className="flex flex-col gap-3">
      <output className="text-xs text-dim">
        “{text}” was shown in {shown.toLocaleString("en")} of {searched.toLocaleString("en")} {searched === 1 ? "recording" : "recordings"}
        {next === undefined ? "." : " so far."}
      </output>
      {found.length === 0 ? (
        <StatusMessage icon={SearchX} title={next === undefined ? "Not found" : "Not found so far"}>
          Not in those that were looked through. Upper and lower case are the same; what a full-screen program puts together from pieces is
          found in its pieces.
        </StatusMessage>
      ) : (
        <ul className="overflow-hidden rounded-lg border border-line bg-panel">
          {found.map((finding) => (
            <RecordingRow key={finding.recording.id} recording={finding.recording} finding={finding} text={text} />
          ))}
        </ul>
      )}
      {next !== undefined && (
        <Button className="self-center" disabled={busy} onClick={() => onMore(next)}>
          {busy && <Spinner />} Search in older ones
        </Button>
      )}
    </section>
  );
}

function Waiting() {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-panel">
      <output className="sr-only">Loading recordings</output>
      {["w-48", "w-64", "w-40"].map((width) => (
        <div key={width} className="flex flex-col gap-1.5 border-b border-line px-4 py-3.5 last:border-b-0">
          <Skeleton className={`h-3.5 max-w-full ${width}`} />
          <Skeleton className="h-3 w-32" />
        </div>
      ))}
    </div>
  );
}

function Refused({ refusal, onRetry }: { refusal: Refusal; onRetry: () => void }) {
  if (refusal.code === "unauthenticated") return <SignedOut next="/recordings" />;
  return (
    <StatusMessage
      icon={CloudOff}
      tone="bad"
      title={ERRORS[refusal.code].title}
      actions={
        <Button size="lg" onClick={onRetry}>
          <RotateCw aria-hidden="true" /> Try again
        </Button>
      }
    >
      {refusal.detail ?? ERRORS[refusal.code].next}
    </StatusMessage>
  );
}
