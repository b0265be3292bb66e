import type { Recording, RecordingFinding } from "@interlock/protocol";
import { Lock, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { Badge, EnvironmentBadge } from "../../components/ui/badge.tsx";
import { bytesText } from "../terminal/terminal-words.ts";
import { FoundLine } from "./found-line.tsx";
import { dateText } from "./recording-facts.tsx";
import { clockText, recordingPath, STATES } from "./recording-words.ts";

/** One recording in a list; with `finding` the lines in which a text was shown, each a way to its moment. */
export function RecordingRow({ recording, finding, text }: { recording: Recording; finding?: RecordingFinding; text?: string }) {
  const { id, name, environment, room, openedBy, openedAt, state, lastsMs, bytes, hold } = recording;
  const { word, tone } = STATES[state];
  return (
    <li className="relative flex flex-col gap-1.5 border-b border-line px-4 py-2.5 last:border-b-0 hover:bg-hover max-sm:px-3.5">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Link
          href={recordingPath(id, undefined, text)}
          prefetch={false}
          className="min-w-0 truncate text-sm font-semibold [font-feature-settings:'calt'_0] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          {name}
        </Link>
        <EnvironmentBadge environment={environment} />
        <span className="ml-auto flex items-center gap-2 text-xs text-dim tabular-nums">
          {state !== "removed" && (
            <>
              <span title="How long it lasts">{clockText(lastsMs)}</span>
              <span className="text-faint max-sm:hidden">{bytesText(bytes)}</span>
            </>
          )}
          {hold !== undefined && <Lock aria-label="held" className="size-3.5 text-accent-text" />}
          <Badge tone={tone}>{word}</Badge>
        </span>
      </div>
      <p className="text-xs wrap-anywhere text-dim">
        <span className="text-fg">{openedBy}</span> · <time dateTime={openedAt}>{dateText(openedAt)}</time> · {room.code} {room.title}
      </p>
      {finding?.fault !== undefined && (
        <p className="flex items-center gap-1.5 text-xs text-delete-text">
          <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0" /> Not all of it could be looked through: {finding.fault}.
        </p>
      )}
      {finding !== undefined && finding.matches.length > 0 && (
        <ol className="relative flex flex-col text-xs">
          {finding.matches.map((match, index) => (
            <li key={index}>
              <Link
                href={recordingPath(id, match.at, text)}
                prefetch={false}
                className="grid grid-cols-[3rem_1fr] gap-2 rounded-sm px-1 py-0.5 hover:bg-raise"
              >
                <span className="text-accent-text tabular-nums">{clockText(match.at)}</span>
                <FoundLine match={match} />
              </Link>
            </li>
          ))}
          {finding.more && <li className="px-1 text-faint">and more in it</li>}
        </ol>
      )}
    </li>
  );
}
