import type { Terminal as TerminalRow } from "@interlock/db";
import type { TerminalTerms } from "@interlock/policy";
import { Terminal, TerminalPod } from "@interlock/protocol";
import { z } from "zod";

/** What is kept of how a terminal ended. */
export type TerminalEnding = NonNullable<Terminal["end"]>;

/** What changes while somebody is there and is kept nowhere. */
export type TerminalNow = Pick<Terminal, "driverId" | "asking" | "watchers" | "paused" | "title" | "shell" | "columns" | "rows">;

/** The terms a terminal was opened under. They were written by us, and hold for as long as it lives. */
export const termsOf = (row: Pick<TerminalRow, "terms">): TerminalTerms => row.terms as unknown as TerminalTerms;

/** The very pod that was judged. */
const OpenedPod = TerminalPod.extend({ uid: z.string().optional() });
export type OpenedPod = z.infer<typeof OpenedPod>;

export const podOf = (row: Pick<TerminalRow, "pod">): OpenedPod | undefined => (row.pod === null ? undefined : OpenedPod.parse(row.pod));

/** What may still run of a shell that nobody could end, because whoever held it was gone at once; undefined where nothing had begun. */
export function leftBehind(row: Pick<TerminalRow, "pod" | "phase">): string | undefined {
  if (row.phase === "waiting") return undefined;
  const pod = podOf(row);
  if (pod === undefined) return "What ran in it may run on until the host notices that the connection is gone.";
  if (pod.mode === "attach") return "The container's own program goes on.";
  const program = "The program, and what it started, may still run until the container ends.";
  return pod.mode === "debug" ? `${program} The debug container stays in the pod: Kubernetes removes none.` : program;
}

/** What the audit log says of the pod. */
export const podData = (pod: OpenedPod | undefined): Record<string, string> =>
  pod === undefined
    ? {}
    : {
        pod: `${pod.namespace}/${pod.name}`,
        mode: pod.mode ?? "exec",
        ...(pod.container === undefined ? {} : { container: pod.container }),
        ...(pod.image === undefined ? {} : { image: pod.image }),
      };

/** A terminal as people see it. Without `now` it is one that has ended. */
export function terminalView(row: TerminalRow, now?: TerminalNow): Terminal {
  const { joining, moderators } = termsOf(row);
  const pod = podOf(row);
  return Terminal.parse({
    id: row.id,
    roomId: row.roomId,
    connectionId: row.connectionId,
    name: row.name,
    ...(pod === undefined ? {} : { pod: TerminalPod.parse(pod) }),
    phase: row.phase,
    openedById: row.openedById,
    openedAt: row.openedAt.toISOString(),
    ...(row.endedAt === null ? {} : { endedAt: row.endedAt.toISOString() }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    joining,
    moderators,
    asking: [],
    watchers: [],
    columns: row.columns,
    rows: row.rows,
    ...(row.end === null ? {} : { end: row.end }),
    recording: row.recording,
    ...now,
  });
}
