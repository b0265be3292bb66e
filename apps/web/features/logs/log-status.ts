import { type Command, type ErrorCode, ERRORS } from "@interlock/protocol";
import type { LogState } from "./log-follow.ts";

/** Where a pane stands, in words. `blank`: said in the middle of the pane while it has no lines. */
export interface LogStatus {
  kind: "asking" | "following" | "ended" | "stopped" | "failed" | "waiting";
  /** In the bar. */
  word: string;
  title: string;
  detail: string | undefined;
}

/** `command` is undefined until the room has told of it. */
export function logStatus({ phase, refusal, query }: LogState, command: Command | undefined): LogStatus {
  if (phase === "refused")
    return {
      kind: "failed",
      word: "refused",
      title: "The logs cannot be asked for",
      detail: refusal && [refusal.detail ?? titleOf(refusal.title), nextOf(refusal.title)].filter(Boolean).join(" "),
    };
  if (phase === "asking" || command === undefined) return asking();
  const message = command.execution?.error?.message;
  switch (command.state) {
    case "proposed":
    case "approved":
      return asking();
    case "running":
      return {
        kind: "following",
        word: query.previous ? "reading" : "following",
        title: "No lines yet",
        detail: "They appear here as they are written.",
      };
    case "awaiting_review":
      return { kind: "waiting", word: "waits for a review", title: "Somebody must agree first", detail: command.verdict.message };
    case "denied":
      return { kind: "failed", word: "denied", title: "Policy denies these logs", detail: command.verdict.message };
    case "succeeded":
      return command.execution?.results.some(({ truncated }) => truncated) === true
        ? {
            kind: "stopped",
            word: "stopped at its limit",
            title: "It was stopped before a line came",
            detail: command.execution.notices.at(-1),
          }
        : { kind: "ended", word: query.previous ? "complete" : "ended", title: "The log is empty", detail: emptyWords(query.since) };
    case "cancelled":
      return { kind: "stopped", word: "stopped", title: "Stopped before a line came", detail: undefined };
    case "failed":
    case "rolled_back":
    case "unknown":
      return { kind: "failed", word: "failed", title: "The logs could not be read", detail: message };
    case "rejected":
    case "withdrawn":
    case "expired":
      return { kind: "failed", word: command.state, title: `It was ${command.state}`, detail: command.reviews.at(-1)?.comment };
  }
}

const asking = (): LogStatus => ({ kind: "asking", word: "asking", title: "Asking for the logs", detail: undefined });

const emptyWords = (since: string) =>
  since === "tail" || since === "all" ? "Its containers have written nothing." : "Nothing was written in that time: look further back.";

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);
const titleOf = (code: string) => (isCode(code) ? ERRORS[code].title : code);
const nextOf = (code: string) => (isCode(code) ? ERRORS[code].next : undefined);
