import { isRecord, parseJson } from "@interlock/kube-model";
import type { TerminalEnd } from "@interlock/connector";

/**
 * Subprotocols of exec and attach, best first. A message is a byte that names a channel and its bytes; from v5 on (KEP-4006, Kubernetes 1.30) one
 * side of a stream can be closed by a message on channel 255.
 */
export const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export function message(channel: number, bytes: Uint8Array): Buffer {
  const whole = Buffer.allocUnsafe(bytes.byteLength + 1);
  whole[0] = channel;
  whole.set(bytes, 1);
  return whole;
}

/** Closes the standard input, where the protocol can. */
export const closeOfInput = (): Buffer => message(CHANNEL.close, Uint8Array.of(CHANNEL.stdin));

export const sizeMessage = (columns: number, rows: number): Buffer =>
  message(CHANNEL.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));

/** What a server says at the end: the program's exit, or why it did not come to that. */
export type StreamStatus = { exitCode: number } | { failed: string };

/** A `metav1.Status` of the error channel; undefined as long as it is not whole. */
export function readStatus(text: string): StreamStatus | undefined {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isRecord(body)) return { failed: text };
  if (body["status"] === "Success") return { exitCode: 0 };
  const causes = isRecord(body["details"]) && Array.isArray(body["details"]["causes"]) ? (body["details"]["causes"] as unknown[]) : [];
  const cause = causes.find((one) => isRecord(one) && one["reason"] === "ExitCode");
  const code = isRecord(cause) ? Number(cause["message"]) : Number.NaN;
  if (body["reason"] === "NonZeroExitCode" && Number.isInteger(code)) return { exitCode: code };
  return { failed: typeof body["message"] === "string" ? body["message"] : "it said nothing more" };
}

/** Exits above 128 are signals by the convention of shells and runtimes. Source of the numbers: POSIX `kill`. */
const SIGNALS: Readonly<Record<number, string>> = { 1: "HUP", 2: "INT", 3: "QUIT", 6: "ABRT", 9: "KILL", 15: "TERM" };

/** In words where a runtime's number stands for a signal that it was ended by. */
export const signalOf = (end: TerminalEnd): string | undefined => (end.exitCode === undefined ? undefined : SIGNALS[end.exitCode - 128]);
