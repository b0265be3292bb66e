"use client";
import type { Recording, RecordingCheck } from "@interlock/protocol";
import { Archive, Lock, ShieldAlert, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { Badge, EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { bytesText, ending } from "../terminal/terminal-words.ts";
import { checkSentence, keptSentence, STATES } from "./recording-words.ts";

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
export const dateText = (at: string): string => moment.format(new Date(at));

/** The name of a recording and how it ended up. */
export function RecordingTitle({ recording }: { recording: Recording }) {
  const { word, tone } = STATES[recording.state];
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <h1 className="min-w-0 truncate text-base font-semibold [font-feature-settings:'calt'_0]">{recording.name}</h1>
      <EnvironmentBadge environment={recording.environment} />
      <Badge tone={tone} data-testid="recording-state">
        {word}
      </Badge>
      {recording.hold !== undefined && (
        <Badge tone="accent">
          <Lock aria-hidden="true" className="size-3" /> held
        </Badge>
      )}
    </div>
  );
}

/** Whose shell it was, and what is to be known of its recording. */
export function RecordingFacts({ recording, check }: { recording: Recording; check: RecordingCheck | "asking" | undefined }) {
  const { room, openedBy, openedAt, reason, end, state, bytes, removed } = recording;
  const kept = keptSentence(recording, dateText);
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 px-3.5 py-3 text-xs [&>dd]:min-w-0 [&>dd]:wrap-anywhere [&>dt]:text-faint">
      <dt>Room</dt>
      <dd>
        <Link href={`/rooms/${room.id}`} className="rounded-sm text-accent-text hover:underline">
          {room.code} · {room.title}
        </Link>
      </dd>
      <dt>Opened</dt>
      <dd>
        by <strong className="font-medium">{openedBy}</strong> on <time dateTime={openedAt}>{dateText(openedAt)}</time>
        {reason !== undefined && <span className="text-dim">: {reason}</span>}
      </dd>
      {recording.endedAt !== undefined && (
        <>
          <dt>Ended</dt>
          <dd>{end === undefined ? "Nothing was stored of how." : ending(end)}</dd>
        </>
      )}
      <dt>Recording</dt>
      <dd>
        {STATES[state].sentence} {removed === undefined && <span className="text-dim">{bytesText(bytes)}.</span>}
      </dd>
      <dt>Check</dt>
      <dd data-testid="recording-check">
        <Check check={check} />
      </dd>
      {kept !== undefined && (
        <>
          <dt>Kept</dt>
          <dd className="flex gap-1.5">
            <Archive aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-faint" /> <span>{kept}</span>
          </dd>
        </>
      )}
    </dl>
  );
}

function Check({ check }: { check: RecordingCheck | "asking" | undefined }) {
  if (check === undefined) return <span className="text-dim">It could not be checked.</span>;
  if (check === "asking")
    return (
      <span className="flex items-center gap-1.5 text-dim">
        <Spinner /> Every piece is looked at…
      </span>
    );
  const bad = check.verdict === "broken";
  const Icon = bad ? ShieldAlert : ShieldCheck;
  return (
    <span className={bad ? "flex gap-1.5 text-delete-text" : "flex gap-1.5"} role={bad ? "alert" : undefined}>
      <Icon aria-hidden="true" className={bad ? "mt-0.5 size-3.5 shrink-0" : "mt-0.5 size-3.5 shrink-0 text-read"} />
      <span>{checkSentence(check)}</span>
    </span>
  );
}
