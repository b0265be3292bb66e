import { z } from "zod";

/** The most consequential thing a statement does, weakest first. `unknown` outranks all: it fails closed. */
export const EFFECTS = ["read", "session", "append", "modify", "delete", "schema", "privilege", "unknown"] as const;
export const Effect = z.enum(EFFECTS);
export type Effect = z.infer<typeof Effect>;

/** The more consequential of the given effects; `read` for none. */
export function strongest(effects: Iterable<Effect>): Effect {
  let rank = 0;
  for (const effect of effects) rank = Math.max(rank, EFFECTS.indexOf(effect));
  return EFFECTS[rank]!;
}

/** How sure a figure is, surest first. `capped`: at least `value`; `unknown`: `value` is 0 and means nothing. */
export const ROW_KINDS = ["exact", "capped", "estimate", "unknown"] as const;
export const Rows = z.object({
  value: z.number().nonnegative(),
  kind: z.enum(ROW_KINDS),
  /** Share of the relation's rows, 0…1. */
  fraction: z.number().min(0).max(1).optional(),
});
export type Rows = z.infer<typeof Rows>;

/** Sum of figures; the least certain kind wins. An empty sum is exactly 0. */
export function sumRows(figures: Iterable<Rows>): Rows {
  let value = 0;
  let kind = 0;
  for (const figure of figures) {
    value += figure.value;
    kind = Math.max(kind, ROW_KINDS.indexOf(figure.kind));
  }
  return { value, kind: ROW_KINDS[kind]! };
}

export const ObjectEffect = z.object({
  effect: Effect,
  /** Qualified name: `schema.name`; of a Kubernetes object `<group/version> <Kind> <namespace>/<name>`, e.g. `v1 Pod payments/web-1`. */
  object: z.string(),
  /** `table`, `view`, `index`, `function`, `role` … */
  kind: z.string(),
  columns: z.array(z.string()).optional(),
  rows: Rows,
  /** Data that is lost with it and that no undo brings back, in words for people. */
  dataLoss: z.string().optional(),
});
export type ObjectEffect = z.infer<typeof ObjectEffect>;

export const Cascade = z.object({
  object: z.string(),
  effect: z.enum(["delete", "modify"]),
  rows: Rows,
  /** What leads here: names of constraints; of Kubernetes objects `ownerReference`, `namespace`, `finalizer`, `selector`, `webhook` … */
  via: z.array(z.string()),
  /** Of several constraints what each takes along, where it could be told. A row that more than one leads to is deleted once: then `rows` is less than their sum. */
  paths: z.array(z.object({ constraint: z.string(), rows: Rows })).optional(),
  /** Fewest steps from the statement's own target, 1 for its direct children. */
  depth: z.number().int().positive(),
  /** Data that is lost with it and that no undo brings back, in words for people. */
  dataLoss: z.string().optional(),
});
export type Cascade = z.infer<typeof Cascade>;

/**
 * A lock on a relation that is there before the statement: a table, view, materialised view, sequence, foreign table or composite type;
 * an index only where the statement names or rebuilds it apart from its table. Locks on what the statement makes, on catalogues and on TOAST are left out. `mode` is
 * PostgreSQL's own name, e.g. `RowExclusiveLock`; an object held in several modes has an entry for each, as in pg_locks.
 */
export const Lock = z.object({ object: z.string(), mode: z.string() });
export type Lock = z.infer<typeof Lock>;

export const SideEffect = z.object({
  kind: z.enum(["trigger", "function", "sequence", "notify", "file", "program", "network", "session", "largeObject", "background"]),
  name: z.string(),
  effect: Effect,
  /** What it writes, with the rows expected per table; part of what a reviewer agrees to. */
  writes: z.array(z.object({ object: z.string(), effect: Effect, rows: Rows })).optional(),
});
export type SideEffect = z.infer<typeof SideEffect>;

export const Risk = z.object({
  code: z.string(),
  severity: z.enum(["info", "warning", "danger"]),
  message: z.string(),
  suggestion: z.object({ text: z.string(), why: z.string() }).optional(),
});
export type Risk = z.infer<typeof Risk>;

/** One step of the target's plan, e.g. of EXPLAIN. Costs and rows are the planner's estimates. */
export const PlanStep = z.object({
  /** 0 for the last thing done; a step draws from those below it that are one deeper, up to the next of its own depth. */
  depth: z.number().int().nonnegative(),
  /** The target's own word, e.g. `Seq Scan`. */
  node: z.string(),
  object: z.string().optional(),
  index: z.string().optional(),
  condition: z.string().optional(),
  /** Up to and with this step, in the planner's units. */
  cost: z.number(),
  /** Per time it is asked. */
  rows: z.number(),
  /** Why this step is the likely reason for the cost. At most one in a plan. */
  culprit: z.string().optional(),
});
export type PlanStep = z.infer<typeof PlanStep>;

/** How large a relation is that a statement goes through as a whole; of a partitioned one, its partitions that are not named themselves. */
export const RelationSize = z.object({
  object: z.string(),
  /** By the target's statistics, in proportion to the storage that is there now. */
  rows: Rows,
  /** Bytes stored now, values stored apart (TOAST) included, indexes not. Absent where the target did not tell. */
  bytes: z.number().int().nonnegative().optional(),
});
export type RelationSize = z.infer<typeof RelationSize>;

/** An object that is not written and no longer works as it did. */
export const Breakage = z.object({
  object: z.string(),
  /** What it is, for rules: `no_disruption_budget`, `connection_opened`, `connection_closed`. Absent where rules have no word for it. */
  code: z.string().optional(),
  why: z.string(),
  /** How far it reaches: the whole cluster, or the namespace named. */
  scope: z.string().optional(),
});
export type Breakage = z.infer<typeof Breakage>;

/** Something that an undo would not bring back. */
export const Loss = z.object({
  /** As in `effects`. */
  object: z.string(),
  /** In words that go on after the object's name, e.g. `its data (10Gi) is deleted with its volume`. */
  why: z.string(),
  /** Nobody misses it, e.g. the generated names of pods. */
  minor: z.boolean().optional(),
});
export type Loss = z.infer<typeof Loss>;

/** A token that a statement asks for: whose, for how long, and what its holder may do with it. */
export const AskedToken = z.object({
  /** Whose it is. */
  account: z.object({ namespace: z.string(), name: z.string() }),
  /** How long it is asked for; what a server takes where nobody says. The server may give another time. */
  seconds: z.number().int().positive(),
  /** Nobody said how long. */
  usual: z.boolean().optional(),
  /** Empty: for the API server itself. */
  audiences: z.array(z.string()),
  /** It ends with this object, too. */
  boundTo: z.object({ kind: z.string(), name: z.string() }).optional(),
  /** What roles let the account do, in words by place, the whole cluster first. What leads further is in the statement's `risks`. */
  rights: z.array(z.object({ where: z.string(), may: z.array(z.string()) })),
  /** Rights that are not listed any more. */
  more: z.number().int().positive().optional(),
  /** SHA-256 of those, so that others in their place are seen. */
  moreDigest: z.string().optional(),
  /** Why the rights are not all there may be, in words. */
  unread: z.array(z.string()),
});
export type AskedToken = z.infer<typeof AskedToken>;

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** An object of the target's own form. Not `z.json()`: a schema within itself has no place in the OpenAPI description. */
const TargetObject = z.record(z.string(), z.unknown() as z.ZodType<JsonValue>);

/** One parsed unit of a command. `start`/`end` are UTF-16 units into the analysed text, end exclusive. */
export const Statement = z.object({
  index: z.number().int().nonnegative(),
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  text: z.string(),
  effect: Effect,
  /** Short label of the verb for a badge or a timeline line, e.g. `DELETE orders`. */
  title: z.string(),
  effects: z.array(ObjectEffect),
  cascades: z.array(Cascade),
  locks: z.array(Lock),
  /** Tables and materialised views that are written anew as a whole. What TRUNCATE empties is in `effects`. */
  rewrites: z.array(z.string()),
  /** Tables a definition reads from beginning to end, to check their rows or to build an index; not those it writes anew. */
  scans: z.array(z.string()),
  /** Of what is in `rewrites` and `scans`, each object once. Absent where there is none, or nothing could be asked. */
  sizes: z.array(RelationSize).optional(),
  sideEffects: z.array(SideEffect),
  willFail: z.array(z.object({ code: z.string(), reason: z.string() })),
  /** Who would keep it waiting right now, the longest at it first. */
  waits: z.array(
    z.object({
      object: z.string(),
      mode: z.string(),
      blockedBy: z.object({
        /** 0 for a transaction that is prepared: no session has it. */
        pid: z.number(),
        /** Of its transaction, e.g. `00:03:12`; empty where the target does not tell this role. */
        age: z.string(),
        user: z.string(),
        /** What it runs, or ran last; empty where the target does not tell this role. */
        query: z.string(),
        /** It has no lock yet that is in the way, but stands before the statement in the queue; the sessions it waits for itself. */
        behind: z.array(z.number()).optional(),
      }),
    }),
  ),
  plan: z.object({ cost: z.number(), node: z.string(), ms: z.number().optional(), steps: z.array(PlanStep).optional() }).optional(),
  /** Whether Interlock could put the rows back: all, all but what triggers write, or none. */
  reversible: z.enum(["undo", "partial", "no"]),
  /** Why it is not all. */
  reversibleReason: z.string().optional(),
  /** Object by object what an undo would not bring back, where the target can tell. With `reversible` `undo` only what is minor. */
  lost: z.array(Loss).optional(),
  risks: z.array(Risk),
  /** The API request that the statement is; absent where a statement is words. */
  request: z.object({ method: z.string(), path: z.string(), subresource: z.string().optional() }).optional(),
  /** The object without and with the write, sensitive values replaced; absent where there is none. */
  before: TargetObject.optional(),
  after: TargetObject.optional(),
  /** `before` and `after` as YAML, compared line by line: each line begins with ` `, `-` or `+`, or with `@@` where lines are left out. */
  diff: z.string().optional(),
  /** What stops working elsewhere. */
  breaks: z.array(Breakage).optional(),
  /** The token it asks for. */
  token: AskedToken.optional(),
  /** Where it is written, of one that comes from a file. Lines and columns count from 1, columns in UTF-16 units. */
  place: z.object({ file: z.string(), line: z.number().int().positive(), column: z.number().int().positive() }).optional(),
});
export type Statement = z.infer<typeof Statement>;

/** A statement of which nothing is found yet: every list is empty, and it cannot be undone. */
export function bareStatement(of: Pick<Statement, "index" | "start" | "end" | "text" | "title" | "effect">): Statement {
  const { index, start, end, text, title, effect } = of;
  return {
    index,
    start,
    end,
    text,
    title,
    effect,
    effects: [],
    cascades: [],
    locks: [],
    rewrites: [],
    scans: [],
    sideEffects: [],
    willFail: [],
    waits: [],
    reversible: "no",
    risks: [],
  };
}

/** What a text would do. `complete` is false when any part could not be worked out; then nothing may rely on its absence. */
export const Impact = z.object({
  effect: Effect,
  complete: z.boolean(),
  tookMs: z.number().nonnegative(),
  warnings: z.array(z.string()),
  statements: z.array(Statement),
  /** It is a script for a host: no transaction, nothing counted beforehand, nothing undone. A statement is then a line. */
  script: z.literal(true).optional(),
  /** Of a live one, of which more will be told: `counting` with more time, `asking` another time, for the target did not answer. */
  cutShort: z.enum(["counting", "asking"]).optional(),
});
export type Impact = z.infer<typeof Impact>;

/** A place the target's own parser objects to. UTF-16 units, end exclusive. */
export const Diagnostic = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  message: z.string(),
  severity: z.enum(["error", "warning"]),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

/** Rows over targets, cascades and predicted trigger writes that count towards `impact.rows` in policy: targets and cascades only. */
export function impactRows(impact: Impact): Rows {
  return sumRows(
    impact.statements.flatMap((statement) => [
      ...statement.effects.filter((effect) => effect.effect !== "read").map((effect) => effect.rows),
      ...statement.cascades.map((cascade) => cascade.rows),
    ]),
  );
}
