import { Problem, problem, type ErrorCode, type Outcome } from "@interlock/protocol";
import type { RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ZodType } from "zod";

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
const REFUSALS = {
  "4XX": { description: "Refused; `code` says why, `next` what to do.", content },
  "5XX": { description: "A fault of Interlock or of the target.", content },
};

/** The `responses` of a route: its good answer, and the refusals that every route has. */
export function answers(status: 200 | 201, description: string, schema: ZodType, type = "application/json"): RouteConfig["responses"] {
  return { [status]: { description, content: { [type]: { schema } } }, ...REFUSALS };
}

export const json = <S>(schema: S) => ({ "application/json": { schema } });
