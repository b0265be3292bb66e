"use client";
import type { TimelineEntry } from "@interlock/protocol";
import Link from "next/link";
import { Fragment, type ReactNode, useMemo } from "react";
import { useRovingFocus } from "../../components/ui/roving-focus.ts";
import { recordingPath } from "../recordings/recording-words.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import { SectionTitle } from "../room/section-title.tsx";
import { mayHaveOlder, worthALine } from "./timeline-steps.ts";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

/** Who did what when, newest first. */
export function TimelinePanel() {
  const all = useRoom((state) => state.timeline);
  const entries = useMemo(() => worthALine(all), [all]);
  // As long as the incident: its commands are one stop of the Tab key.
  const roving = useRovingFocus<HTMLOListElement>("button");
  const today = day.format(new Date());
  return (
    <section aria-label="Timeline" data-place="timeline" tabIndex={-1} className="flex min-h-0 flex-col">
      <SectionTitle>Timeline</SectionTitle>
      <ol className="px-3.5 pb-4" {...roving}>
        {entries.map((entry, index) => {
          const on = day.format(new Date(entry.at));
          const before = entries[index - 1];
          const turned = before === undefined ? on !== today : day.format(new Date(before.at)) !== on;
          return (
            <Fragment key={entry.seq}>
              {turned && (
                <li className="mt-2 flex items-center gap-2 py-1 text-2xs text-faint">
                  {on} <span aria-hidden="true" className="h-px flex-1 bg-line" />
                </li>
              )}
              <Entry entry={entry} />
            </Fragment>
          );
        })}
        {mayHaveOlder(all) && <li className="py-2 text-2xs text-faint">What was before is in the audit log.</li>}
      </ol>
    </section>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const session = useSession();
  const title = useRoom((state) => state.commands.find(({ id }) => id === entry.commandId)?.title);
  const { commandId, terminalId, actor, at } = entry;
  const words = (
    <>
      {actor && (
        <strong className="font-medium text-fg" title={actor.displayName}>
          {actor.name}{" "}
        </strong>
      )}
      {emphasised(entry.text, title)}
    </>
  );
  return (
    <li className="grid grid-cols-[2.75rem_1fr] gap-2 py-1 text-dim">
      <time dateTime={at} title={new Date(at).toLocaleString()} className="pt-px text-2xs text-faint tabular-nums">
        {clock.format(new Date(at))}
      </time>
      {terminalId !== undefined ? (
        <Link
          href={recordingPath(terminalId)}
          prefetch={false}
          title="Watch the recording"
          className="min-w-0 rounded-sm wrap-anywhere hover:text-fg hover:underline"
        >
          {words}
        </Link>
      ) : commandId === undefined ? (
        <span className="min-w-0 wrap-anywhere">{words}</span>
      ) : (
        <button
          type="button"
          onClick={() => session.showCommand(commandId)}
          className="min-w-0 rounded-sm text-left wrap-anywhere hover:text-fg"
        >
          {words}
        </button>
      )}
    </li>
  );
}

/** The command's title stands out of the sentence. */
function emphasised(text: string, title: string | undefined): ReactNode {
  const at = title === undefined ? -1 : text.indexOf(title);
  if (title === undefined || at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <strong className="font-medium text-fg">{title}</strong>
      {text.slice(at + title.length)}
    </>
  );
}
