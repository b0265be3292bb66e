import type { RoomMember, Terminal } from "@interlock/protocol";

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
