"use client";
import { ERRORS, Recording, RecordingCheck, RecordingCommands, type Refusal } from "@interlock/protocol";
import { Archive, CirclePlay, CloudOff, Download, Lock, LockOpen, RotateCw, ShieldX, SquareTerminal } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { SignedOut } from "../../components/signed-out.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { AppFooter } from "../shell/app-footer.tsx";
import { AppHeader } from "../shell/app-header.tsx";
import { rest } from "../shell/rest-client.ts";
import { useShell } from "../shell/shell-context.tsx";
import { bytesText } from "../terminal/terminal-words.ts";
import { HoldDialog } from "./hold-dialog.tsx";
import { RecordingFacts, RecordingTitle, dateText } from "./recording-facts.tsx";
import { momentOf } from "./recording-words.ts";
import { Replay } from "./replay.tsx";
import { useCast } from "./use-cast.ts";

interface Props {
  id: string;
  /** Seconds, as an address has them. */
  moment?: string;
  text?: string;
}

/** Bytes of output that are loaded without asking: a browser keeps all of it, and some more to draw it. */
const LARGE = 128 * 1024 * 1024;

const CRUMB = { label: "Recordings", href: "/recordings" };

/** A recording: what was shown, what ran, where a word stood, and whether it is what was recorded. */
export function RecordingPage({ id, moment, text }: Props) {
  const [recording, setRecording] = useState<Recording>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    void rest.get(`/recordings/${id}`, Recording, abort.signal).then(
      (outcome) => {
        if (abort.signal.aborted) return;
        setRefusal(outcome.ok ? undefined : outcome);
        if (outcome.ok) setRecording(outcome.value);
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [id, round]);
  const crumbs = useMemo(() => [CRUMB, { label: recording?.name ?? "Recording" }], [recording?.name]);
  const again = () => setRound((now) => now + 1);
  return (
    <div className="flex h-dvh flex-col">
      <AppHeader crumbs={crumbs} />
      <main tabIndex={-1} className="flex min-h-0 flex-1 flex-col overflow-y-auto outline-none lg:overflow-hidden">
        {refusal !== undefined ? (
          <Failure id={id} refusal={refusal} onRetry={again} />
        ) : recording === undefined ? (
          <Loading words="Looking for the recording…" />
        ) : (
          <Watched key={id} recording={recording} moment={momentOf(moment) ?? 0} text={text} onChanged={setRecording} onAgain={again} />
        )}
      </main>
      <AppFooter />
    </div>
  );
}

interface WatchedProps {
  recording: Recording;
  moment: number;
  text: string | undefined;
  onChanged: (recording: Recording) => void;
  onAgain: () => void;
}

function Watched({ recording, moment, text, onChanged, onAgain }: WatchedProps) {
  const { id, removed } = recording;
  const [wanted, setWanted] = useState(recording.outputBytes <= LARGE);
  const { state, again } = useCast(id, removed === undefined && wanted);
  const here = state.phase === "here";
  const commands = useCommands(id, here ? state : undefined);
  const check = useCheck(id, here || removed !== undefined ? state : undefined);
  const facts = <RecordingFacts recording={recording} check={check} />;
  const bar = (
    <Head
      recording={recording}
      onChanged={onChanged}
      onAgain={() => {
        onAgain();
        again();
      }}
    />
  );
  if (removed !== undefined)
    return (
      <>
        {bar}
        <div className="mx-auto w-full max-w-2xl overflow-y-auto">
          <StatusMessage icon={Archive} title="This recording was removed">
            By retention on {dateText(removed.at)}, under the rule <code>{removed.rule}</code> of the policy. It had{" "}
            {removed.chunks.toLocaleString("en")} pieces, {bytesText(removed.bytes)}. The audit log keeps their hash:
            <code className="mt-2 block text-2xs break-all text-faint">{removed.hash}</code>
          </StatusMessage>
          <div className="rounded-lg border border-line bg-panel">{facts}</div>
        </div>
      </>
    );
  return (
    <>
      {bar}
      {!wanted ? (
        <StatusMessage
          icon={CirclePlay}
          title={`This recording is large: ${bytesText(recording.outputBytes)} of output`}
          actions={
            <Button size="lg" onClick={() => setWanted(true)}>
              Load it here all the same
            </Button>
          }
        >
          A browser may take long over it, or run out of memory. Download it and play it with <code>asciinema play</code>, or search in it
          from the list of recordings.
        </StatusMessage>
      ) : state.phase === "refused" ? (
        <Failure id={id} refusal={state.refusal} onRetry={again} />
      ) : state.phase === "loading" ? (
        <Loading
          words={
            // As lines of JSON it is a little more than its output.
            state.bytes === 0 || state.bytes >= recording.outputBytes
              ? "Loading the recording…"
              : `Loading the recording… ${bytesText(state.bytes)} of about ${bytesText(recording.outputBytes)}`
          }
        />
      ) : (
        <Replay id={id} cast={state.cast} lacks={state.lacks} commands={commands} startAt={moment} text={text} facts={facts} />
      )}
    </>
  );
}

/** What it is, and what can be done with it as a whole. */
function Head({ recording, onChanged, onAgain }: { recording: Recording; onChanged: (recording: Recording) => void; onAgain: () => void }) {
  const { id, state, hold } = recording;
  const administers = useShell().principal.groups.includes("admins");
  const [holding, setHolding] = useState(false);
  const removed = state === "removed";
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3.5 py-2">
      <RecordingTitle recording={recording} />
      <div className="ml-auto flex flex-wrap items-center gap-1.5 max-sm:ml-0">
        {state === "recording" && (
          <Button onClick={onAgain}>
            <RotateCw /> Load what came since
          </Button>
        )}
        {administers && !removed && (
          <Button onClick={() => setHolding(true)}>
            {hold === undefined ? <Lock /> : <LockOpen />} {hold === undefined ? "Hold…" : "Release…"}
          </Button>
        )}
        {!removed &&
          (["v3", "v2"] as const).map((format) => (
            <Button key={format} asChild>
              <a href={`/api/v1/recordings/${id}/cast?format=${format}`} download={`${id}.${format}.cast`}>
                <Download aria-hidden="true" /> <span className="sr-only">Download as asciicast </span>
                {format === "v3" ? ".cast v3" : ".cast v2"}
              </a>
            </Button>
          ))}
      </div>
      {holding && <HoldDialog recording={recording} onChanged={onChanged} onClose={() => setHolding(false)} />}
    </div>
  );
}

/** Asked for once the recording is here, and again when it was loaded anew. */
function useCommands(id: string, loaded: object | undefined): RecordingCommands | undefined {
  const [commands, setCommands] = useState<RecordingCommands>();
  useEffect(() => {
    if (loaded === undefined) return;
    const abort = new AbortController();
    void rest.get(`/recordings/${id}/commands`, RecordingCommands, abort.signal).then(
      (outcome) => {
        if (abort.signal.aborted) return;
        setCommands(outcome.ok ? outcome.value : { commands: [], more: false, fault: outcome.detail ?? ERRORS[outcome.code].title });
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [id, loaded]);
  return commands;
}

function useCheck(id: string, loaded: object | undefined): RecordingCheck | "asking" | undefined {
  const [check, setCheck] = useState<RecordingCheck | "asking" | undefined>("asking");
  useEffect(() => {
    if (loaded === undefined) return;
    const abort = new AbortController();
    setCheck("asking");
    void rest.get(`/recordings/${id}/check`, RecordingCheck, abort.signal).then(
      (outcome) => {
        if (!abort.signal.aborted) setCheck(outcome.ok ? outcome.value : undefined);
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [id, loaded]);
  return check;
}

function Loading({ words }: { words: string }) {
  return (
    <output className="m-auto flex items-center gap-2 p-8 text-sm text-dim">
      <Spinner /> {words}
    </output>
  );
}

function Failure({ id, refusal, onRetry }: { id: string; refusal: Refusal; onRetry: () => void }) {
  const { title, next, status } = ERRORS[refusal.code];
  if (refusal.code === "unauthenticated") return <SignedOut next={`/recordings/${id}`} />;
  // The recording itself was found.
  const empty = refusal.code === "not_found" && refusal.detail !== undefined;
  const final = !empty && (status === 403 || status === 404 || refusal.code === "recording_broken");
  const Icon = refusal.code === "not_found" ? SquareTerminal : final ? ShieldX : CloudOff;
  return (
    <StatusMessage
      icon={Icon}
      tone="bad"
      title={empty ? "Nothing of it is stored" : refusal.code === "not_found" ? "There is no such recording" : title}
      actions={
        final ? undefined : (
          <Button size="lg" onClick={onRetry}>
            <RotateCw aria-hidden="true" /> Try again
          </Button>
        )
      }
    >
      {empty
        ? "Nothing was shown yet, or it could not be stored."
        : refusal.code === "not_found"
          ? "It may have been removed: recordings are kept for as long as policy says."
          : (refusal.detail ?? next)}
    </StatusMessage>
  );
}
