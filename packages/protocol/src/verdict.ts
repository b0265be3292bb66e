import { z } from "zod";

/** Reviews demanded from one group: `count` different people, none of them an author. */
export const ReviewDemand = z.object({ count: z.number().int().positive(), group: z.string() });
export type ReviewDemand = z.infer<typeof ReviewDemand>;

/** What a verdict demands beyond reviews. Strictest wins when rules add up. */
export const Obligations = z.object({
  reviews: z.array(ReviewDemand),
  reason: z.boolean(),
  /** Runs in a transaction that rolls back when it does more than was approved. */
  guard: z.boolean(),
  /** Milliseconds between the last approval and the run, in which anyone in the room can hold it. */
  countdownMs: z.number().int().nonnegative(),
  /** Most rows a result may show; absent: no cap but the product's own. */
  rowCap: z.number().int().positive().optional(),
  /** Extra masks, by `schema.table.column` or detector name. */
  masks: z.array(z.string()),
  /** Values of Kubernetes Secrets that its proposer is shown, as `namespace/name/key` where `*` stands for any one part. */
  secrets: z.array(z.string()).optional(),
  /** Statement timeout in milliseconds. */
  timeoutMs: z.number().int().positive().optional(),
});
export type Obligations = z.infer<typeof Obligations>;

export const TraceLine = z.object({
  rule: z.string(),
  matched: z.boolean(),
  /** Why: which part of `match`, the value of `when`, or the error. */
  why: z.string(),
  effect: z.enum(["allow", "review", "deny", "mask"]),
});
export type TraceLine = z.infer<typeof TraceLine>;

export const Verdict = z.object({
  decision: z.enum(["allow", "review", "deny"]),
  /** The rules that decided, strongest first; empty when nothing matched (then it is a deny). */
  rules: z.array(z.string()),
  /** The message of the deciding rule, for people. */
  message: z.string(),
  obligations: Obligations,
  trace: z.array(TraceLine),
  /** SHA-256 (hex) of the policy text that judged. */
  policyVersion: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;
