import { ERRORS, type ErrorCode, type RoomMember, type Terminal } from "@interlock/protocol";
import type { Missed } from "./terminal-link.ts";

/** How a person is called in a sentence of ours. */
export function nameOf(userId: string | undefined, members: readonly RoomMember[], meId: string | undefined): string {
  if (userId === undefined) return "nobody";
  if (userId === meId) return "you";
  return members.find(({ id }) => id === userId)?.name ?? "somebody who left";
}

/** Whose keys reach the shell, as a sentence. */
export function driving(
  terminal: Pick<Terminal, "driverId" | "watchers">,
  members: readonly RoomMember[],
  meId: string | undefined,
): string {
  const { driverId, watchers } = terminal;
  if (driverId === undefined) return "Nobody types";
  if (driverId === meId) return "You type";
  const name = nameOf(driverId, members, meId);
  return watchers.some(({ userId }) => userId === driverId) ? `${name} types` : `${name} has control, and is away`;
}

/** Where in a pod one is, and how: `app`, `attached to app`, `busybox:1.37 beside app`. */
export function inPod({ container = "", mode = "exec", image = "" }: NonNullable<Terminal["pod"]>): string {
  if (mode === "attach") return `attached to ${container}`;
  return mode === "debug" ? `${image} beside ${container}` : container;
}

/** Groups of which somebody has to be there: `somebody of platform or security, and of payments`. */
export function needed(moderators: Terminal["moderators"]): string {
  return `somebody of ${moderators.map((groups) => groups.join(" or ")).join(", and of ")}`;
}

/** How it ended, as a sentence. */
export function ending(end: Terminal["end"]): string {
  if (end === undefined) return "It ended.";
  const { exitCode, signal, why } = end;
  const said = why !== undefined ? sentence(why) : signal !== undefined ? `It was ended by SIG${signal}.` : undefined;
  const code =
    exitCode === undefined ? undefined : exitCode === 0 ? "The shell ended with 0." : `The shell ended with exit code ${exitCode}.`;
  return [said ?? code ?? "It ended.", end.mayStillRun === undefined ? undefined : sentence(end.mayStillRun)].filter(Boolean).join(" ");
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/u.test(text) ? "" : "."}`;

/** Bytes for reading: `812 B`, `48 KiB`, `3.1 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A span of time for reading: `40 s`, `3 min`, `2 h 5 min`. */
export function timeText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What was not seen, how much of it and in what time, and where it is to be had. */
export function missedText({ bytes, lines, ms }: Missed, recording: Terminal["recording"]): string {
  const much = lines === 0 ? bytesText(bytes) : `${bytesText(bytes)} (${lines === 1 ? "1 line" : `${lines.toLocaleString("en")} lines`})`;
  const where = {
    failed: "it is not recorded",
    interrupted: "its recording has what was stored of it",
    recording: "it is in the recording",
    sealed: "it is in the recording",
  }[recording];
  return `${much} of output went by in ${timeText(ms)} that you did not see; ${where}.`;
}

/** What to do about how it ended; undefined where there is nothing to be said. */
export function nextStep(end: Terminal["end"]): string | undefined {
  const { code } = end ?? {};
  // Something is there already: what to do about nothing would be wrong.
  if (code !== undefined && end?.mayStillRun !== undefined) return undefined;
  if (code !== undefined && Object.hasOwn(NEXT, code)) return NEXT[code as ErrorCode];
  if (code !== undefined && Object.hasOwn(ERRORS, code)) return ERRORS[code as ErrorCode].next;
  // The program ended, or somebody ended it: everybody knows what that means.
  if (end?.why === undefined || end.why.startsWith("it was ended by")) return undefined;
  if (/^(?:it could not be recorded|the audit log)/.test(end.why)) return "An administrator has to mend that before there is a new shell.";
  return "Open a new shell to go on.";
}

/** Of a shell; what the codes say themselves is said to whoever asks the API, or proposes a command. */
const NEXT: Partial<Record<ErrorCode, string | undefined>> = {
  bad_request: undefined,
  cancelled: undefined,
  internal: "An administrator finds the reason in the agent’s log.",
  not_found: "Look whether it is still there.",
  targets_changed: undefined,
};
