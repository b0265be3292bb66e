"use client";
import { ERRORS, type Refusal, RecordingFinding } from "@interlock/protocol";
import { ChevronDown, ChevronUp, Search } from "lucide-react";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Input } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { rest } from "../shell/rest-client.ts";
import { FoundLine } from "./found-line.tsx";
import { clockText } from "./recording-words.ts";

interface FindProps {
  id: string;
  /** What is looked for at once. */
  initial: string | undefined;
  field: RefObject<HTMLInputElement | null>;
  onFound: (moments: readonly number[]) => void;
  onJump: (at: number) => void;
}

/** Search in what was shown, with the moment of each place. */
export function FindInRecording({ id, initial, field, onFound, onJump }: FindProps) {
  const [text, setText] = useState(initial ?? "");
  const [busy, setBusy] = useState(false);
  const [finding, setFinding] = useState<RecordingFinding>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [current, setCurrent] = useState(-1);
  // What is done with an answer may change while it is waited for.
  const tell = useRef({ onFound, onJump });
  tell.current = { onFound, onJump };
  const search = useCallback(
    async (wanted: string, jump: boolean) => {
      if (wanted.trim() === "") return;
      setBusy(true);
      const outcome = await rest.get(`/recordings/${id}/search?q=${encodeURIComponent(wanted.trim())}`, RecordingFinding);
      setBusy(false);
      setRefusal(outcome.ok ? undefined : outcome);
      setFinding(outcome.ok ? outcome.value : undefined);
      const matches = outcome.ok ? outcome.value.matches : [];
      tell.current.onFound(matches.map(({ at }) => at));
      setCurrent(jump && matches.length > 0 ? 0 : -1);
      if (jump && matches[0] !== undefined) tell.current.onJump(matches[0].at);
    },
    [id],
  );
  useEffect(() => {
    // Who comes with a moment as well stays there.
    if (initial !== undefined) void search(initial, false);
  }, [initial, search]);
  const matches = finding?.matches ?? [];
  const go = (index: number): void => {
    const match = matches[index];
    if (match === undefined) return;
    setCurrent(index);
    onJump(match.at);
  };
  return (
    <section aria-label="Search in this recording" className="flex flex-col gap-2 px-3.5 py-3">
      <form
        role="search"
        className="flex gap-1.5"
        onSubmit={(event) => {
          event.preventDefault();
          void search(text, true);
        }}
      >
        <Input
          ref={field}
          aria-label="Text to look for"
          type="search"
          maxLength={200}
          value={text}
          placeholder="Search in what was shown"
          spellCheck={false}
          autoCapitalize="none"
          onChange={(event) => setText(event.target.value)}
          className="h-7 text-xs"
        />
        <Button type="submit" disabled={busy || text.trim() === ""}>
          {busy ? <Spinner /> : <Search />} Search
        </Button>
      </form>
      {refusal !== undefined && (
        <p role="alert" className="text-xs text-delete-text">
          {refusal.detail ?? ERRORS[refusal.code].title}
        </p>
      )}
      {finding !== undefined && (
        <div className="flex items-center gap-1 text-xs text-dim">
          <output>{countText(finding)}</output>
          {matches.length > 0 && (
            <span className="ml-auto flex">
              <Button variant="ghost" size="icon-sm" aria-label="Place before" disabled={current <= 0} onClick={() => go(current - 1)}>
                <ChevronUp />
              </Button>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label="Next place"
                disabled={current >= matches.length - 1}
                onClick={() => go(current + 1)}
              >
                <ChevronDown />
              </Button>
            </span>
          )}
        </div>
      )}
      {matches.length > 0 && (
        <ol className="max-h-48 overflow-y-auto rounded-md border border-line bg-bg">
          {matches.map((match, index) => (
            <li key={index}>
              <button
                type="button"
                aria-current={index === current ? "true" : undefined}
                onClick={() => go(index)}
                className={cn(
                  "grid w-full grid-cols-[3rem_1fr] gap-2 px-2 py-1 text-left text-xs hover:bg-hover",
                  index === current && "bg-accent-soft",
                )}
              >
                <span className="text-dim tabular-nums">{clockText(match.at)}</span>
                <FoundLine match={match} />
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function countText({ matches, more }: RecordingFinding): string {
  if (matches.length === 0) return "Not found in what is stored.";
  const count = matches.length.toLocaleString("en");
  return more ? `The first ${count} places` : `${count} ${matches.length === 1 ? "place" : "places"}`;
}
