import type { Connection, POD_MODES, Principal } from "@interlock/protocol";
import type { GuardRule, GuardTerms } from "./line-rules.ts";
import { placeMismatch } from "./match.ts";
import type { Match } from "./policy.ts";

/**
 * Who else is in a shell: `peer` whoever responds in the room may be given control; `observe` only who opened it types; `moderated` nothing
 * connects until a moderator is there.
 */
export const JOINING = ["peer", "observe", "moderated", "deny"] as const;
export type Joining = (typeof JOINING)[number];

export type PodMode = (typeof POD_MODES)[number];

/** What a rule of `terminals` is about. */
export interface TerminalMatch extends Match {
  /** Only shells in such pods. */
  pods?: {
    namespaces?: readonly string[];
    labels?: Readonly<Record<string, readonly string[]>>;
    modes?: readonly PodMode[];
  };
}

/** A rule of `terminals`, checked. */
export interface TerminalRule {
  id: string;
  enabled: boolean;
  match: TerminalMatch;
  joining: Joining;
  /** Groups; one of them has somebody there while it is moderated. */
  moderators: readonly string[];
  whenModeratorLeaves: "pause" | "end";
  /** Nothing may be typed that cannot be recorded. */
  recordingRequired: boolean;
  /** How long it goes on while nobody looks, in milliseconds. */
  keepMs?: number;
  reason: boolean;
  /** What containers for debugging may be made of. Absent: it says nothing about them. */
  debugImages?: readonly string[];
  /** What becomes of lines by their effects; `off`: the shell is left as it is, without marks of its commands. */
  guard?: GuardRule | "off";
  message?: string;
}

/** What holds for one terminal. */
export interface TerminalTerms {
  decision: "allow" | "deny";
  /** The rules that matched and are enabled; empty when none did, which denies. */
  rules: string[];
  message: string;
  joining: Exclude<Joining, "deny">;
  /** Of each entry somebody must be there; empty unless it is moderated. */
  moderators: readonly (readonly string[])[];
  whenModeratorLeaves: "pause" | "end";
  recordingRequired: boolean;
  keepMs: number;
  reason: boolean;
  /** Of a container for debugging: the lists of every rule that has one; of each an entry must fit. */
  debugImages?: readonly (readonly string[])[];
  /** Of each rule that judges lines, what it demands of them. */
  guard: readonly GuardTerms[];
  /** Shells are asked to tell their commands, and where `guard` is not empty to wait before they run one. */
  integration: boolean;
}

/** How long a terminal goes on while nobody looks where no rule says so: a browser that restarts is back by then. */
const KEEP_MS = 15 * 60_000;
const STRICTNESS: Record<Joining, number> = { peer: 0, observe: 1, moderated: 2, deny: 3 };

export interface TerminalInput {
  principal: Pick<Principal, "name" | "groups">;
  connection: Pick<Connection, "name" | "connector" | "environment" | "labels">;
  /** Absent: the shell of a host. Without an image, a debug container is judged as far as it can be. */
  pod?: { namespace: string; labels: Readonly<Record<string, string>>; mode: PodMode; image?: string };
}

/** Every rule is judged; demands add up, the strictest holds, and what no rule permits is denied. */
export function judgeTerminal(rules: readonly TerminalRule[], input: TerminalInput): TerminalTerms {
  const matched = rules
    .filter((rule) => rule.enabled && placeMismatch(rule.match, input) === undefined && isSuchPod(rule.match, input))
    .toSorted((left, right) => STRICTNESS[right.joining] - STRICTNESS[left.joining]);
  const [strictest] = matched;
  const joining = strictest?.joining ?? "deny";
  const debugImages =
    input.pod?.mode === "debug" ? matched.flatMap((rule) => (rule.debugImages === undefined ? [] : [rule.debugImages])) : undefined;
  const message = strictest === undefined ? "No rule for terminals permits a shell here." : (strictest.message ?? `Rule ${strictest.id}.`);
  const imageRefusal = joining === "deny" || debugImages === undefined ? undefined : refusedImage(debugImages, input.pod?.image);
  return {
    decision: joining === "deny" || imageRefusal !== undefined ? "deny" : "allow",
    rules: matched.map(({ id }) => id),
    message: imageRefusal ?? message,
    joining: joining === "deny" ? "moderated" : joining,
    moderators: matched.filter((rule) => rule.joining === "moderated").map(({ moderators }) => moderators),
    whenModeratorLeaves: matched.some((rule) => rule.joining === "moderated" && rule.whenModeratorLeaves === "end") ? "end" : "pause",
    recordingRequired: matched.some((rule) => rule.recordingRequired),
    keepMs: Math.min(
      ...matched.flatMap(({ keepMs }) => keepMs ?? []),
      ...(matched.some((rule) => rule.keepMs !== undefined) ? [] : [KEEP_MS]),
    ),
    reason: matched.some((rule) => rule.reason),
    ...(debugImages === undefined ? {} : { debugImages }),
    guard: matched.flatMap(({ id, guard, message }) =>
      guard === undefined || guard === "off" ? [] : [{ rule: id, ...guard, ...(message === undefined ? {} : { message }) }],
    ),
    // Whoever turns it off for one place wants that shell left alone, unless another rule judges its lines.
    integration: matched.every(({ guard }) => guard !== "off") || matched.some(({ guard }) => typeof guard === "object"),
  };
}

function isSuchPod({ pods }: TerminalMatch, { pod }: TerminalInput): boolean {
  if (pods === undefined) return true;
  if (pod === undefined) return false;
  const { namespaces, labels = {}, modes } = pods;
  return (
    namespaces?.includes(pod.namespace) !== false &&
    modes?.includes(pod.mode) !== false &&
    Object.entries(labels).every(([label, values]) => Object.hasOwn(pod.labels, label) && values.includes(pod.labels[label]!))
  );
}

/** Why a container for debugging may not be made of this image; undefined where it may, or where none is named yet. */
function refusedImage(lists: readonly (readonly string[])[], image: string | undefined): string | undefined {
  if (lists.length === 0) return "No rule for terminals that holds here lists debugImages, so nothing may be put into this pod.";
  if (image === undefined) return undefined;
  if (image.includes("@") && !/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(image))
    return `${image} has no digest of the form @sha256: and 64 digits.`;
  const refusing = lists.find((patterns) => !patterns.some((pattern) => fits(pattern, image)));
  return refusing === undefined ? undefined : `${image} may not be put into this pod; policy permits ${refusing.join(", ")}.`;
}

/** Whether a text is a pattern's, in which `*` stands for any characters. In the time of the two lengths multiplied at most. */
function fits(pattern: string, text: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  if (parts.length === 0) return pattern === text;
  const last = parts.pop()!;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
