import { z } from "zod";
import { plainLine } from "./plain-text.ts";

/** Who may do something on a cluster. Names of resources as kubectl takes them; either `resource` or `nonResourceURL`. */
export const RightQuestion = z.object({
  verb: plainLine(100),
  resource: plainLine(300).optional().describe("`secrets`, `deploy`, `deployments.apps`, `pods/exec`, or `*`."),
  group: z.string().max(253).optional().describe("Where it is given, `resource` is of that group; empty for the core group."),
  subresource: plainLine(253).optional(),
  name: plainLine(253).optional(),
  namespace: plainLine(253).optional().describe("Absent: in every namespace; who may in some is told apart."),
  nonResourceURL: plainLine(2_000).optional().describe("A path that is no resource, e.g. `/metrics`."),
});
export type RightQuestion = z.infer<typeof RightQuestion>;

export const RightSubject = z.object({
  kind: z.enum(["User", "Group", "ServiceAccount"]),
  name: z.string(),
  namespace: z.string().optional().describe("Of a service account."),
});
export type RightSubject = z.infer<typeof RightSubject>;

/** One way in which somebody has a right: subject → binding → role → rule. */
export const RightChain = z.object({
  binding: z.string().describe("`rbac.authorization.k8s.io/v1 RoleBinding shop/deploys`"),
  namespace: z.string().optional().describe("That the binding is of; absent where it is for the whole cluster."),
  role: z.string(),
  ruleIndex: z.number().int().nonnegative().describe("Place of the rule in the role, from 0."),
  rule: z.string().describe("`get, list secrets`"),
  names: z.array(z.string()).optional().describe("The rule is for objects of these names alone."),
  aggregated: z.literal(true).optional().describe("The role is put together from others by their labels."),
});
export type RightChain = z.infer<typeof RightChain>;

export const RightHolder = z.object({
  subject: RightSubject,
  means: z.string().optional().describe("Who that is, where it is not one person or account."),
  system: z.boolean().describe("A part of Kubernetes itself; most of it is meant to be so."),
  chains: z.array(RightChain),
});
export type RightHolder = z.infer<typeof RightHolder>;

/** Everybody who may do what was asked, as roles and bindings say it. */
export const WhoMay = z.object({
  asked: z.string().describe("The question as it was read: `get secrets in every namespace`."),
  resource: z
    .object({ group: z.string(), resource: z.string(), subresource: z.string().optional(), kind: z.string(), namespaced: z.boolean() })
    .optional()
    .describe("What the name stands for; absent for a path, for `*`, and for what is not served."),
  known: z.boolean().describe("False where no such resource is served."),
  holders: z.array(RightHolder).describe("They may do all of what was asked."),
  partly: z.array(RightHolder).describe("They may do it in some namespaces only, or on objects of some names only, as their chains say."),
  notes: z.array(z.string()),
  certain: z.boolean().describe("False where not all roles and bindings could be read, as `unread` says."),
  unread: z.array(z.string()),
});
export type WhoMay = z.infer<typeof WhoMay>;
