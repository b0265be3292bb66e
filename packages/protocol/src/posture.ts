import { z } from "zod";

/** What is worst first. */
export const PostureSeverity = z.enum(["critical", "high", "medium", "low"]);
export type PostureSeverity = z.infer<typeof PostureSeverity>;

export const PostureArea = z.enum([
  "rights",
  "duties",
  "credentials",
  "workload",
  "images",
  "resources",
  "availability",
  "network",
  "namespaces",
]);
export type PostureArea = z.infer<typeof PostureArea>;

/** A field of an object that a finding rests on. */
export const PostureEvidence = z.object({
  object: z.string().describe("`<group/version> <Kind> <namespace>/<name>`"),
  path: z.string(),
  value: z.string().describe("In JSON, or words where it is not set; masked, and never a secret."),
  /** Of manifests; line and column count from 1. */
  place: z.object({ file: z.string(), line: z.number().int(), column: z.number().int() }).optional(),
});
export type PostureEvidence = z.infer<typeof PostureEvidence>;

/** What to do about a finding. Nothing of it has run, and nothing runs by asking. */
export const PostureFix = z.object({
  lines: z.array(z.string()).describe("kubectl lines that can be planned as they are."),
  choices: z.array(z.string()).describe("kubectl lines that hold once the decision is made."),
  decision: z.string().optional().describe("What somebody must decide first."),
  patch: z.string().optional().describe("YAML: what a manifest of the object has to say, merged by names."),
});
export type PostureFix = z.infer<typeof PostureFix>;

export const PostureFinding = z.object({
  check: z.string(),
  severity: PostureSeverity,
  area: PostureArea,
  object: z.string().describe("`apps/v1 Deployment shop/web`, or for rights `Group oncall`."),
  namespace: z.string().optional(),
  says: z.string(),
  evidence: z.array(PostureEvidence),
  fix: PostureFix,
  system: z.boolean().describe("A part of Kubernetes itself; most of it is meant to be so."),
});
export type PostureFinding = z.infer<typeof PostureFinding>;

/** How a check came out. `unknown`: it could not look at everything, and found nothing in what it saw. */
export const PostureCheck = z.object({
  id: z.string(),
  title: z.string(),
  severity: PostureSeverity,
  area: PostureArea,
  why: z.string(),
  state: z.enum(["found", "clean", "unknown"]),
  findings: z.number().int().nonnegative(),
  unknown: z.string().optional().describe("What it could not look at, in words; also beside findings."),
});
export type PostureCheck = z.infer<typeof PostureCheck>;

/** What could not be read, and why. */
export const PostureUnread = z.object({ kind: z.string(), why: z.string() });
export type PostureUnread = z.infer<typeof PostureUnread>;

/** How well a target is set up: every check, and everything that was found. */
export const Posture = z.object({
  /** When it was read. */
  at: z.iso.datetime(),
  tookMs: z.number().nonnegative(),
  /** How many objects were looked at. */
  objects: z.number().int().nonnegative(),
  checks: z.array(PostureCheck),
  findings: z.array(PostureFinding),
  unread: z.array(PostureUnread),
});
export type Posture = z.infer<typeof Posture>;

/** A part of a posture: what was asked for, and how much there is of that. */
export const PosturePage = Posture.extend({
  /** Findings that the question holds for; `findings` are those from `offset` on. */
  total: z.number().int().nonnegative(),
  offset: z.number().int().nonnegative(),
  /** Of everything, whatever was asked for: findings that are not of Kubernetes itself, and apart from them those that are. */
  summary: z.object({
    severities: z.record(PostureSeverity, z.number().int()),
    areas: z.record(PostureArea, z.number().int()),
    system: z.number().int(),
  }),
});
export type PosturePage = z.infer<typeof PosturePage>;

/** Roles and bindings of a target, as it has them, and in words what of them could not be read. */
export const TargetRoles = z.object({ objects: z.array(z.record(z.string(), z.unknown())), unread: z.array(z.string()) });
export type TargetRoles = z.infer<typeof TargetRoles>;

/**
 * A fix as the text of a document: what is to be decided as comments, and what depends on it as lines that are commented out, so that nothing
 * can be planned before somebody has chosen.
 */
export function fixText({ says, object, fix }: Pick<PostureFinding, "says" | "object" | "fix">): string {
  const commented = (text: string): string[] => text.split("\n").map((line) => `# ${line}`);
  const decision = fix.decision === undefined ? [] : commented(fix.decision);
  return `${[...commented(`${object}: ${says}`), ...decision, ...fix.choices.flatMap(commented), ...fix.lines].join("\n")}\n`;
}
