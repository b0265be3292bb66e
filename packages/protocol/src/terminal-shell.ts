import { z } from "zod";
import { Effect } from "./impact.ts";
import { ReviewDemand } from "./verdict.ts";

/** One thing that a line would do, and the part of it that says so. */
export const LinePart = z.object({ text: z.string(), effect: Effect, title: z.string() });
export type LinePart = z.infer<typeof LinePart>;

/** A line that somebody typed into a shell and that does not run until it is decided. */
export const WaitingLine = z.object({
  id: z.string(),
  /** As the shell would run it, masked; control and invisible characters are still in it. */
  text: z.string(),
  /** Something in `text` is masked. */
  masked: z.boolean(),
  /** SHA-256 (hex) of the bytes that would run. Whoever decides sends back the one they were shown. */
  digest: z.string(),
  /** `confirm`: who drives decides; `ask`: others do. */
  decision: z.enum(["confirm", "ask"]),
  /** Whose keys are in it: none of them agrees to it. */
  typedBy: z.array(z.string()),
  effect: Effect,
  /** Short, for people: `Deletes /var/lib/app and everything below`. */
  title: z.string(),
  /** All that it would do, as it stands in the line. */
  parts: z.array(LinePart),
  /** What could go badly wrong, why it cannot be told what would run, and whom it runs as; in sentences. */
  warnings: z.array(z.string()),
  /** Rules that made it wait, and what they say. */
  rules: z.array(z.string()),
  message: z.string(),
  /** Who has to agree; empty: any one other responder. */
  reviews: z.array(ReviewDemand),
  /** Who has agreed so far. */
  approvedBy: z.array(z.string()),
  askedAt: z.iso.datetime(),
  /** It is given back unrun then. */
  until: z.iso.datetime(),
});
export type WaitingLine = z.infer<typeof WaitingLine>;

/** What the shell in a terminal tells of itself, and whether its lines wait to be judged. */
export const TerminalShell = z.object({
  /**
   * `starting` nothing is known yet; `guarded` lines wait before they run; `told` commands are told, and nothing waits; `none` neither. While a
   * command runs nothing that is typed into it is judged, whatever this says.
   */
  guard: z.enum(["starting", "guarded", "told", "none"]),
  /** Why lines do not wait, in words. */
  why: z.string().optional(),
  /** For example `bash 5.2.15(1)-release`. */
  name: z.string().optional(),
  folder: z.string().optional(),
  /** What runs now. */
  running: z.object({ text: z.string().optional(), since: z.iso.datetime() }).optional(),
  /** What ran last. */
  last: z.object({ text: z.string().optional(), exitCode: z.number().int().optional() }).optional(),
  line: WaitingLine.optional(),
});
export type TerminalShell = z.infer<typeof TerminalShell>;

/** What one does about a line that waits: who drives runs or takes back, others agree or reject. */
export const LINE_DECISIONS = ["run", "back", "approve", "reject"] as const;
export type LineDecision = (typeof LINE_DECISIONS)[number];
