"use client";
import type { RecordingCommands } from "@interlock/protocol";
import { TriangleAlert } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { Spinner } from "../../components/ui/spinner.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import type { Cast } from "./cast.ts";
import { CommandsTable } from "./commands-table.tsx";
import { FindInRecording } from "./find-in-recording.tsx";
import { PlayerBar } from "./player-bar.tsx";
import { clockText, recordingPath } from "./recording-words.ts";
import type { Lacking } from "./use-cast.ts";
import { usePlayer } from "./use-player.ts";

/** How far the arrow keys go, in milliseconds. */
const STEP_MS = 5_000;

interface ReplayProps {
  id: string;
  cast: Cast;
  lacks: Lacking | undefined;
  /** Undefined while they are asked for. */
  commands: RecordingCommands | undefined;
  /** Milliseconds. */
  startAt: number;
  text: string | undefined;
  facts: ReactNode;
}

const LACKS: Readonly<Record<Lacking, string>> = {
  broken: "What is shown ends where the recording could not be read on. Its check says why.",
  lost: "The rest did not arrive. Load the page again.",
  long: "What is shown ends where it is more than a browser can keep. Search and commands have all of it; download it to watch the rest.",
};

/** The screen with its timeline; beside it what is to be known, a search and the commands. */
export function Replay({ id, cast, lacks, commands, startAt, text, facts }: ReplayProps) {
  const [speed, setSpeed] = useState(1);
  const [skipIdle, setSkipIdle] = useState(true);
  const [found, setFound] = useState<readonly number[]>([]);
  const container = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const { at, playing, ready, fault, seek, toggle } = usePlayer(container, cast, { speed, skipIdle, startAt });
  const list = commands?.commands ?? [];
  const toCommand = (direction: 1 | -1) => {
    // A little back from where one is, so that twice in a row goes on.
    const next = direction === 1 ? list.find((one) => one.at > at + 50) : list.findLast((one) => one.at < at - 500);
    if (next !== undefined) seek(next.at);
  };
  const copyLink = () =>
    void copyText(`${location.origin}${recordingPath(id, at)}`, `The link to ${clockText(at)} of this recording is copied.`);
  const press = (event: KeyboardEvent) => {
    const own = event.target instanceof HTMLElement && event.target.closest("input:not([type=range]), select, button, a") !== null;
    if (event.ctrlKey || event.metaKey || event.altKey || (own && event.key !== "/")) return;
    if (event.target instanceof HTMLInputElement && event.target.type !== "range") return;
    const act = KEYS[event.key];
    // The slider has arrows of its own.
    if (act === undefined || (event.key.startsWith("Arrow") && event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    event.stopPropagation();
    act({ at, seek, toggle, toCommand, find: () => field.current?.focus() });
  };
  return (
    <div className="flex min-h-0 flex-1 max-lg:flex-col" onKeyDownCapture={press}>
      <section aria-label="Replay" className="flex min-h-0 min-w-0 flex-1 flex-col bg-bg max-lg:flex-none">
        {lacks !== undefined && (
          <p
            role="alert"
            className="flex items-center gap-2 border-b border-delete-line bg-delete-soft px-3 py-1.5 text-xs text-delete-text"
          >
            <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0" />
            {LACKS[lacks]}
          </p>
        )}
        {fault !== undefined && (
          <p role="alert" className="border-b border-delete-line bg-delete-soft px-3 py-1.5 text-xs text-delete-text">
            This browser cannot play it ({fault}). Download it, and play it with asciinema.
          </p>
        )}
        <div className="relative min-h-0 flex-1 max-lg:h-[52vh] max-lg:flex-none">
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys of the player work here */}
          <div
            ref={container}
            data-recorded-screen
            role="group"
            aria-label="Recorded screen. Space plays, arrows go 5 seconds, brackets to commands, slash searches."
            tabIndex={0}
            className="absolute inset-0 p-2 outline-offset-[-2px]"
          />
          {!ready && fault === undefined && (
            <output className="absolute inset-0 grid place-items-center text-dim">
              <span className="flex items-center gap-2 text-sm">
                <Spinner /> Drawing…
              </span>
            </output>
          )}
        </div>
        <PlayerBar
          at={at}
          lastsMs={cast.lastsMs}
          playing={playing}
          ready={ready}
          commands={list}
          found={found}
          speed={speed}
          skipIdle={skipIdle}
          onSeek={seek}
          onToggle={toggle}
          onCommand={toCommand}
          onSpeed={setSpeed}
          onSkipIdle={setSkipIdle}
          onCopyLink={copyLink}
        />
      </section>
      <aside
        aria-label="About this recording"
        className="flex w-96 shrink-0 flex-col border-l border-line bg-panel max-lg:w-full max-lg:border-t max-lg:border-l-0"
      >
        <div className="shrink-0 border-b border-line">{facts}</div>
        <div className="shrink-0 border-b border-line">
          <FindInRecording id={id} initial={text} field={field} onFound={setFound} onJump={seek} />
        </div>
        <div data-scrolls className="min-h-40 flex-1 overflow-y-auto max-lg:max-h-96 max-lg:flex-none">
          {commands === undefined ? (
            <output className="flex items-center gap-2 px-3.5 py-4 text-xs text-dim">
              <Spinner /> Looking for its commands…
            </output>
          ) : (
            <CommandsTable {...commands} at={at} onJump={seek} />
          )}
        </div>
        <p className="shrink-0 border-t border-line px-3.5 py-2 text-2xs text-faint">That you watch this is in the audit log.</p>
      </aside>
    </div>
  );
}

interface Ways {
  at: number;
  seek: (at: number) => void;
  toggle: () => void;
  toCommand: (direction: 1 | -1) => void;
  find: () => void;
}

const KEYS: Readonly<Record<string, (ways: Ways) => void>> = {
  " ": ({ toggle }) => toggle(),
  ArrowLeft: ({ at, seek }) => seek(at - STEP_MS),
  ArrowRight: ({ at, seek }) => seek(at + STEP_MS),
  "[": ({ toCommand }) => toCommand(-1),
  "]": ({ toCommand }) => toCommand(1),
  "/": ({ find }) => find(),
};
