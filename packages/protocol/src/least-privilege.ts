import { z } from "zod";
import { PostureSeverity } from "./posture.ts";
import { RightSubject } from "./who-may.ts";

const Count = z.number().int().nonnegative();

/** A right that leads further than it says. */
export const RightDanger = z.object({ id: z.string(), title: z.string(), severity: PostureSeverity, why: z.string() });
export type RightDanger = z.infer<typeof RightDanger>;

/** An API server's audit log that was imported: what it told is kept, its text is not. */
export const UsageImport = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  by: z.string().describe("Who imported it."),
  name: z.string().describe("What the file was called."),
  bytes: Count.describe("Of the log, unpacked."),
  entries: Count,
  counted: Count.describe("Entries that are a request that was allowed and answered."),
  badLines: Count.describe("Lines that could not be read."),
  problems: z.array(z.object({ line: Count, message: z.string() })).describe("The first of them."),
  from: z.iso.datetime().optional().describe("First and last request that counted."),
  to: z.iso.datetime().optional(),
});
export type UsageImport = z.infer<typeof UsageImport>;

/** How much of the time that is asked about the imported logs tell of. */
export const UsageCoverage = z.object({
  since: z.iso.datetime(),
  days: z.number().int().positive(),
  coveredDays: z.number().nonnegative(),
  complete: z.boolean().describe("They tell of all of it: what was not seen was not used."),
  gaps: z.array(z.object({ from: z.iso.datetime(), to: z.iso.datetime() })).describe("Times that no log tells of."),
});
export type UsageCoverage = z.infer<typeof UsageCoverage>;

/** What somebody may do on a cluster against what they did, in figures. */
export const PrivilegeSummary = z.object({
  id: z.string().describe("To ask for the rest by."),
  subject: RightSubject,
  means: z.string().optional().describe("Who that is, where it is not one person or account."),
  system: z.boolean().describe("A part of Kubernetes itself."),
  rights: Count.describe("Rights by bindings that name them: verb by verb, resource by resource."),
  used: Count,
  unlogged: Count.describe("Rights whose use no log shows, such as bind and escalate."),
  gone: Count.describe("Kinds of requests that were seen and that no role allows any more."),
  dangers: z.array(RightDanger).describe("Dangerous rights that were not seen used, the worst first."),
  last: z.iso.datetime().optional(),
  byGroups: z.array(z.string()).describe("Groups by which they have rights besides."),
  members: Count.optional().describe("Of a group: how many of its members the logs tell of."),
  smaller: z.boolean().describe("A smaller role can be proposed."),
});
export type PrivilegeSummary = z.infer<typeof PrivilegeSummary>;

/** What one person may do through Interlock, by policy, and did, by its own record. */
export const PersonUse = z.object({
  person: z.string(),
  groups: z.array(z.string()),
  effects: z.array(
    z.object({
      effect: z.string(),
      may: z.enum(["allow", "review", "deny"]),
      rules: z.array(z.string()),
      times: Count,
      last: z.iso.datetime().optional(),
    }),
  ),
  requests: z
    .array(z.object({ text: z.string(), times: Count, last: z.iso.datetime() }))
    .describe("Requests to the cluster's API that were sent for them, most often first: `patch deployments.apps in shop`."),
});
export type PersonUse = z.infer<typeof PersonUse>;

export const LeastPrivilegePage = z.object({
  at: z.iso.datetime(),
  coverage: UsageCoverage,
  imports: z.array(UsageImport),
  mayImport: z.boolean(),
  importers: z.array(z.string()).describe("Groups whose members may import logs."),
  unread: z.array(z.string()).describe("Roles and bindings that could not be read, and why."),
  summary: z.object({
    subjects: Count,
    dangerous: Count.describe("With dangerous rights that were not seen used."),
    idle: Count.describe("With rights of which none was seen used."),
    gone: Count,
    smaller: Count,
    system: Count.describe("Of Kubernetes itself; counted here alone."),
  }),
  subjects: z.array(PrivilegeSummary),
  total: Count,
  offset: Count,
});
export type LeastPrivilegePage = z.infer<typeof LeastPrivilegePage>;

export const PeopleUse = z.object({
  days: z.number().int().positive(),
  recordedSince: z.iso.datetime().optional().describe("Since when there is a record of this connection."),
  people: z.array(PersonUse),
});
export type PeopleUse = z.infer<typeof PeopleUse>;

/** `never`: the logs tell of the whole time, and not of that. `unseen`: not in the time they tell of. `unlogged`: no log shows it. */
export const RightState = z.enum(["used", "never", "unseen", "unlogged"]);
export type RightState = z.infer<typeof RightState>;

const UsedText = z.object({ text: z.string(), times: Count, last: z.iso.datetime() });

export const RightUse = z.object({
  what: z.string().describe("`secrets`, `deployments.apps`, `pods/exec`, `*.*`, `/metrics`"),
  names: z.array(z.string()),
  role: z.string(),
  ruleIndex: Count,
  verbs: z.array(
    z.object({ verb: z.string(), state: RightState, times: Count, last: z.iso.datetime().optional(), danger: RightDanger.optional() }),
  ),
  used: z.array(UsedText).describe("Where the rule says `*`: what of it was used."),
});
export type RightUse = z.infer<typeof RightUse>;

export const BindingUse = z.object({
  binding: z.string(),
  role: z.string(),
  namespace: z.string().optional().describe("That it is of; absent where it is for the whole cluster."),
  byGroup: z.string().optional(),
  builtin: z.boolean().describe("A part of Kubernetes itself, which is not changed."),
  others: z.array(z.string()).describe("Whom else it names."),
  rights: z.array(RightUse),
});
export type BindingUse = z.infer<typeof BindingUse>;

const DiffLine = z.object({ sign: z.enum([" ", "-", "+"]), text: z.string() });

/** A smaller role as a plan. Nothing of it has run, and nothing runs by asking. */
export const SmallerRole = z.object({
  form: z
    .enum(["own", "roles"])
    .describe("`own`: a role of their own, in place of the bindings that name them; `roles`: their roles, for everybody who has them."),
  text: z.string().describe("Lines of kubectl for a document of a room."),
  diff: z.array(DiffLine).describe("Resource by resource."),
  takes: z.array(z.string()).describe("Rights that go."),
  everyone: z.array(z.string()).describe("What it changes for whom, in sentences: for everybody that it touches."),
  cautions: z.array(z.string()),
  masked: z.boolean().describe("The lines hold what is masked here, so that they cannot be proposed from here."),
});
export type SmallerRole = z.infer<typeof SmallerRole>;

export const PrivilegeDetail = PrivilegeSummary.extend({
  bindings: z.array(BindingUse),
  goneUses: z.array(UsedText).describe("Seen, and allowed by no role any more."),
  smallerRoles: z.array(SmallerRole),
  left: z.array(z.string()).describe("Roles that are not changed where they stand, and why."),
  sources: z.array(z.string()).describe("Where what was used is known from."),
});
export type PrivilegeDetail = z.infer<typeof PrivilegeDetail>;
