import { Problem, problem, type ErrorCode, type Outcome } from "@interlock/protocol";
import type { Context } from "hono";

/** RFC 9457. */
export function problemResponse(c: Context, code: ErrorCode, detail?: string): Response {
  const document = problem(code, detail);
  return c.body(JSON.stringify(document), {
    status: document.status as 400,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

/** An outcome as a response: its value as JSON, or its refusal as a problem. */
export function answer<T>(c: Context, outcome: Outcome<T>, status: 200 | 201 = 200): Response {
  if (!outcome.ok) return problemResponse(c, outcome.code, outcome.detail);
  return c.body(JSON.stringify(outcome.value), { status, headers: { "content-type": "application/json" } });
}

const content = { "application/problem+json": { schema: Problem } };

/** The part of a route's `responses` that every route has. */
export const REFUSALS = {
  "4XX": { description: "Refused; `code` says why, `next` what to do.", content },
  "5XX": { description: "A fault of Interlock or of the target.", content },
} as const;

export const json = <S>(schema: S) => ({ "application/json": { schema } });
