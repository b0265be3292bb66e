import type { Recording, RecordingCheck, RecordingState } from "@interlock/protocol";

/** `0:07`, `12:03`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** For ears: `1 hour 2 minutes 3 seconds`. */
export function spokenTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? "" : "s"}`]));
  return said.length === 0 ? "0 seconds" : said.join(" ");
}

/** How long a command took: `40 ms`, `1.2 s`, `3:07`. */
export function tookText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : clockText(ms);
}

type Tone = "good" | "warn" | "bad" | "neutral" | "accent";

export const STATES: Record<RecordingState, { word: string; tone: Tone; sentence: string }> = {
  recording: { word: "still recording", tone: "accent", sentence: "The shell goes on. This is what was stored when the page asked." },
  sealed: { word: "sealed", tone: "good", sentence: "It is complete, up to the end of the shell." },
  interrupted: {
    word: "interrupted",
    tone: "warn",
    sentence:
      "It ends where Interlock stopped or could not go on. After a hard stop the last second may be missing, more where the storage was slow.",
  },
  failed: { word: "incomplete", tone: "bad", sentence: "From some moment on it could not be stored, so its end is missing." },
  removed: { word: "removed", tone: "neutral", sentence: "It was removed by retention. Only its hash is kept." },
};

/** What a check found, as a sentence. */
export function checkSentence({ verdict, chunks, logged, fault }: RecordingCheck): string {
  const pieces = chunks === 1 ? "Its one piece is" : `All ${chunks.toLocaleString("en")} pieces are`;
  switch (verdict) {
    case "whole":
      return `${pieces} as recorded, and the last one is the one in the audit log (event ${logged?.seq.toLocaleString("en") ?? "?"}).`;
    case "so_far":
      return `${pieces} as recorded, so far as it is stored${logged === undefined ? "; the audit log has no hash of it yet" : ""}.`;
    case "broken":
      return `It is not what was recorded: ${fault?.why ?? "a piece is wrong"}.`;
    case "removed":
      return "There is nothing left to check but the hash in the audit log.";
  }
}

/** How long it is kept, as a sentence; undefined where nothing is said of that yet. */
export function keptSentence({ hold, keptUntil, removed, state }: Recording, date: (at: string) => string): string | undefined {
  if (removed !== undefined) return `Removed by retention on ${date(removed.at)} under the rule ${removed.rule}.`;
  if (hold !== undefined) return `Held by ${hold.by} since ${date(hold.at)}: ${hold.reason}`;
  if (keptUntil !== undefined) return `Kept until ${date(keptUntil.at)}, by the rule ${keptUntil.rule}.`;
  return state === "recording" ? undefined : "No rule of the policy removes it.";
}

/** The address of a moment of a recording; `at` in milliseconds. */
export function recordingPath(id: string, at?: number, text?: string): string {
  const query = new URLSearchParams({
    ...(at === undefined ? {} : { t: String(Math.floor(at / 100) / 10) }),
    ...(text === undefined ? {} : { q: text }),
  }).toString();
  return `/recordings/${id}${query === "" ? "" : `?${query}`}`;
}

/** The moment that an address names, in milliseconds; undefined for what is none. */
export function momentOf(text: string | undefined): number | undefined {
  const seconds = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}
