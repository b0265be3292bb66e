import { Environment } from "@marcbachmann/cel-js";
import type { Json } from "@interlock/kube-model";
import { RE2JS } from "re2js";
import { BreakageFact, ConnectionFact, ImpactFact, ObjectFact, PrincipalFact, RoomFact, RowsFact, StatementFact } from "./facts.ts";
import { parseFieldPath, scalarNumber, scalarText, valuesAt } from "./field-path.ts";
import { Moment, MOMENT_GETTERS } from "./moment.ts";
import { ContainerFact, ImageFact, PlannedFact, RightFact, RoleRefFact, SubjectFact, VolumeFact } from "./planned-facts.ts";

/** Names that mean something in every expression; no iteration variable may take one. */
export const VARIABLES = {
  principal: "Principal",
  connection: "Connection",
  room: "Room",
  now: "Moment",
  statement: "Statement",
  impact: "Impact",
  objects: "list<Object>",
  before: "Planned",
  after: "Planned",
} as const;

/** What looks into an object of a cluster by a path, e.g. `after.text("spec.type")`. Only `texts` may go through lists. */
export const FIELD_CALLS: ReadonlySet<string> = new Set(["text", "texts", "number", "flag", "sets"]);

/** Everything that may be called. A list of what is allowed, so that a new version of the library cannot add something unbounded. */
export const CALLS: ReadonlySet<string> = new Set(
  Object.keys(MOMENT_GETTERS).concat(
    ["has", "size", "all", "exists", "exists_one", "filter"],
    ["startsWith", "endsWith", "contains", "lowerAscii", "upperAscii", "trim", "re"],
    ["int", "double", "string", "timestamp", "duration"],
    [...FIELD_CALLS],
  ),
);

/** Calls whose first argument names an element of a list. */
export const COMPREHENSIONS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter"]);

/** Characters that `re` may look at in one evaluation: about 20 ms at worst. */
const RE_BUDGET = 1_000_000;
let reLeft = RE_BUDGET;

/** Fields that paths may look at in one evaluation, and values that `texts` may find at once. */
const FIELD_BUDGET = 200_000;
export const MOST_TEXTS = 10_000;
let fieldsLeft = FIELD_BUDGET;
const patterns = new Map<string, RE2JS>();

/** Call before each evaluation. Evaluations are synchronous, so one budget serves all. */
export function refillBudget(): void {
  reLeft = RE_BUDGET;
  fieldsLeft = FIELD_BUDGET;
}

/** Compiles a pattern once; throws the syntax error of a bad one. */
export function compilePattern(pattern: string): RE2JS {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = RE2JS.compile(pattern);
    // Patterns are literals of policy texts; an editor that checks on every key must not let this grow.
    if (patterns.size >= 1000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled;
}

function re(text: string, pattern: string): boolean {
  reLeft -= text.length;
  if (reLeft < 0) throw new Error(`re() looked at more than ${RE_BUDGET} characters`);
  return compilePattern(pattern).test(text);
}

function fieldsAt({ object }: PlannedFact, path: string): Json[] {
  const found = valuesAt(object, parseFieldPath(path) ?? [], () => {
    if (--fieldsLeft < 0) throw new Error(`paths looked at more than ${FIELD_BUDGET} fields`);
  });
  if (found.length > MOST_TEXTS) throw new Error(`${path} is more than ${MOST_TEXTS} values`);
  return found;
}

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** The typed environment of all expressions. Made once: it takes milliseconds. */
export const CEL = build(false);

/** The same for parts of an expression that was checked as a whole: names of iterations stand in them without their list. */
export const LOOSE = build(true);

function build(loose: boolean): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: loose,
    limits: { maxAstNodes: 400, maxDepth: 40, maxListElements: 200, maxMapEntries: 20, maxCallArguments: 4 },
  })
    .registerType("Rows", { ctor: RowsFact, fields: { value: "int", kind: "string" } })
    .registerType("Object", {
      ctor: ObjectFact,
      fields: {
        name: "string",
        kind: "string",
        effect: "string",
        columns: "list<string>",
        rows: "Rows",
        via: "string",
        operation: "string",
        namespace: "string",
        labels: "map<string, string>",
      },
    })
    .registerType("Impact", { ctor: ImpactFact, fields: { effect: "string", complete: "bool", rows: "Rows" } })
    .registerType("Breakage", {
      ctor: BreakageFact,
      fields: { object: "string", kind: "string", namespace: "string", code: "string", why: "string" },
    })
    .registerType("Statement", {
      ctor: StatementFact,
      fields: {
        text: "string",
        title: "string",
        effect: "string",
        rows: "Rows",
        reversible: "string",
        locks: "list<string>",
        rewrites: "list<string>",
        risks: "list<string>",
        sideEffects: "list<string>",
        breaks: "list<Breakage>",
        undo: "bool",
      },
    })
    .registerType("Principal", { ctor: PrincipalFact, fields: { id: "string", name: "string", groups: "list<string>" } })
    .registerType("Connection", {
      ctor: ConnectionFact,
      fields: { name: "string", connector: "string", environment: "string", labels: "map<string, string>" },
    })
    .registerType("Room", { ctor: RoomFact, fields: { id: "string", severity: "string", incident: "bool" } })
    .registerType("Moment", { ctor: Moment, fields: {} })
    .registerType("Image", {
      ctor: ImageFact,
      fields: { text: "string", registry: "string", repository: "string", tag: "string", digest: "string" },
    })
    .registerType("Container", {
      ctor: ContainerFact,
      fields: {
        name: "string",
        type: "string",
        image: "Image",
        privileged: "bool",
        root: "string",
        capabilities: "list<string>",
        escalates: "bool",
        readOnlyRoot: "bool",
      },
    })
    .registerType("Volume", { ctor: VolumeFact, fields: { name: "string", type: "string", hostPath: "string", image: "Image" } })
    .registerType("RoleRef", { ctor: RoleRefFact, fields: { kind: "string", name: "string" } })
    .registerType("Subject", { ctor: SubjectFact, fields: { kind: "string", name: "string", namespace: "string" } })
    .registerType("Right", {
      ctor: RightFact,
      fields: {
        verbs: "list<string>",
        groups: "list<string>",
        resources: "list<string>",
        names: "list<string>",
        urls: "list<string>",
      },
    })
    .registerType("Planned", {
      ctor: PlannedFact,
      fields: {
        present: "bool",
        group: "string",
        version: "string",
        kind: "string",
        namespace: "string",
        name: "string",
        labels: "map<string, string>",
        annotations: "map<string, string>",
        containers: "list<Container>",
        volumes: "list<Volume>",
        host: "list<string>",
        serviceAccounts: "list<string>",
        roleRef: "RoleRef",
        subjects: "list<Subject>",
        rights: "list<Right>",
      },
    })
    .registerFunction("Planned.text(string): string", (planned: PlannedFact, path: string) => scalarText(fieldsAt(planned, path)[0]))
    .registerFunction("Planned.texts(string): list<string>", (planned: PlannedFact, path: string) =>
      fieldsAt(planned, path).map(scalarText),
    )
    .registerFunction("Planned.number(string): double", (planned: PlannedFact, path: string) => scalarNumber(fieldsAt(planned, path)[0]))
    .registerFunction("Planned.flag(string): bool", (planned: PlannedFact, path: string) => fieldsAt(planned, path)[0] === true)
    .registerFunction("Planned.sets(string): bool", (planned: PlannedFact, path: string) => fieldsAt(planned, path).length > 0)
    .registerFunction("re(string, string): bool", re);
  for (const [name, get] of Object.entries(MOMENT_GETTERS)) {
    environment.registerFunction(`Moment.${name}(): int`, (moment: Moment) => BigInt(get(moment, "UTC")));
    environment.registerFunction(`Moment.${name}(string): int`, (moment: Moment, zone: string) => BigInt(get(moment, zone)));
  }
  for (const [operator, holds] of Object.entries(COMPARISONS)) {
    environment.registerOperator(`Moment ${operator} google.protobuf.Timestamp`, (moment: Moment, at: Date) =>
      holds(moment.ms, at.getTime()),
    );
  }
  for (const [name, type] of Object.entries(VARIABLES)) environment.registerVariable(name, type);
  return environment;
}
