import type { PrivilegeSummary, RightState, RightSubject } from "@interlock/protocol";

/** `ServiceAccount ci/deployer`. */
export const subjectText = ({ kind, namespace, name }: RightSubject): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

export const KIND_WORDS: Record<RightSubject["kind"], string> = { ServiceAccount: "Service accounts", User: "Users", Group: "Groups" };

/** How a right is drawn: never only by its colour. */
export const STATES: Record<RightState, { mark: string; word: string; looks: string }> = {
  used: { mark: "✓", word: "used", looks: "text-read-text" },
  never: { mark: "✕", word: "never used", looks: "text-delete-text" },
  unseen: { mark: "?", word: "not seen used in the time the logs tell of", looks: "text-modify-text" },
  unlogged: { mark: "·", word: "no log shows its use", looks: "text-dim" },
};

const DAY_MS = 86_400_000;

/** `today`, `3 days ago`. */
export function ago(at: string, now = Date.now()): string {
  const days = Math.floor((now - Date.parse(at)) / DAY_MS);
  if (days < 1) return "within a day";
  return days === 1 ? "yesterday" : `${days} days ago`;
}

/** What matters about somebody in one line. `complete`: the logs tell of the whole time. */
export function verdictOf(
  { rights, used, unlogged, gone, byGroups, subject }: PrivilegeSummary,
  complete: boolean,
  known: boolean,
): string {
  const parts: string[] = [];
  const unused = rights - used - unlogged;
  if (rights === 0) parts.push(byGroups.length > 0 ? "has rights by groups alone" : "has no rights any more");
  else if (!known) parts.push(`${rights.toLocaleString("en")} ${rights === 1 ? "right" : "rights"}, use unknown`);
  else if (used === 0 && unused > 0)
    parts.push(`${complete ? "used" : "was seen to use"} none of ${rights.toLocaleString("en")} ${rights === 1 ? "right" : "rights"}`);
  else if (unused === 0) parts.push(`uses all of ${rights.toLocaleString("en")}`);
  else parts.push(`${used.toLocaleString("en")} of ${rights.toLocaleString("en")} rights ${complete ? "used" : "seen used"}`);
  if (gone > 0) parts.push(`${gone.toLocaleString("en")} used and not granted any more`);
  if (subject.kind === "Group" && rights > 0 && known) parts.push("by its members");
  return parts.join(" · ");
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** `12.4 MiB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export const day = (at: string): string => at.slice(0, 10);
