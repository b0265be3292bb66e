import type { Statement } from "@interlock/protocol";
import { elapsed } from "./figures.ts";

type BlockedBy = Statement["waits"][number]["blockedBy"];

/** `app (pid 12, at it for 3 min 10 s)`; a prepared transaction has no session, and not every role is told how long it has been. */
export function whoBlocks({ user, pid, age }: BlockedBy): string {
  const more = [pid === 0 ? "" : `pid ${pid}`, age === "" ? "" : `at it for ${elapsed(age)}`].filter(Boolean).join(", ");
  const who = pid === 0 ? `a prepared transaction of ${user}` : user || "somebody";
  return more === "" ? who : `${who} (${more})`;
}

/** Where it has no lock yet but stands before the statement: `in the queue itself, behind pid 7`; empty otherwise. */
export function queuedBehind({ behind }: BlockedBy): string {
  if (behind === undefined) return "";
  return behind.length === 0 ? "in the queue itself" : `in the queue itself, behind pid ${behind.join(", ")}`;
}
