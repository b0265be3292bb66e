import { TargetError, type PodProgram, type Target, type TerminalChannel, type TerminalRequest } from "@interlock/connector";
import type { TerminalSize } from "@interlock/protocol";
import { openIntegrated } from "./guard/integrated-channel.ts";
import type { ShellGuard } from "./guard/shell-guard.ts";
import type { OpenedPod } from "./terminal-view.ts";

/** How long a shell may take to begin, in milliseconds. */
const CONNECT_MS = 30_000;
/** How long a container for debugging may take, whose image may have to be fetched first. */
const DEBUG_MS = 180_000;

export interface ShellWanted {
  size: TerminalSize;
  /** In which pod, and how; absent: on the target itself. */
  pod: OpenedPod | undefined;
  /** Whom a shell tells of its lines; absent where policy leaves it as it is. */
  guard: ShellGuard | undefined;
  /** Lines are held until they are judged. */
  guarded: boolean;
  signal: AbortSignal;
}

/** Opens a shell at a target, and asks it for its integration. Rejects with a TargetError where there is none. */
export async function openShell(target: Target, { size, pod, guard, guarded, signal }: ShellWanted): Promise<TerminalChannel> {
  if (target.terminal === undefined) throw new TargetError("bad_request", "This connection offers no shell.");
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(pod?.mode === "debug" ? DEBUG_MS : CONNECT_MS)]);
  const open = (request: TerminalRequest): Promise<TerminalChannel> => target.terminal!(request, inTime);
  const request = { ...size, ...(pod === undefined ? {} : { program: { pod: exact(pod) } }) };
  if (guard === undefined) return open(request);
  const { channel, why } = await openIntegrated(open, request, {
    nonce: guard.nonce,
    guard: guarded,
    mode: pod === undefined ? "login" : "plain",
    absent: (reason) => guard.absent(reason),
  });
  if (why !== undefined) guard.absent(why);
  return channel;
}

/** Without fields that are there and undefined. */
const exact = (pod: OpenedPod): PodProgram =>
  Object.fromEntries(Object.entries(pod).filter(([, value]) => value !== undefined)) as unknown as PodProgram;
