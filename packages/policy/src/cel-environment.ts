import { Environment } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { ConnectionFact, ImpactFact, ObjectFact, PrincipalFact, RoomFact, RowsFact, StatementFact } from "./facts.ts";
import { Moment, MOMENT_GETTERS } from "./moment.ts";

/** Names that mean something in every expression; no iteration variable may take one. */
export const VARIABLES = {
  principal: "Principal",
  connection: "Connection",
  room: "Room",
  now: "Moment",
  statement: "Statement",
  impact: "Impact",
  objects: "list<Object>",
} as const;

/** Everything that may be called. A list of what is allowed, so that a new version of the library cannot add something unbounded. */
export const CALLS: ReadonlySet<string> = new Set(
  Object.keys(MOMENT_GETTERS).concat(
    ["has", "size", "all", "exists", "exists_one", "filter"],
    ["startsWith", "endsWith", "contains", "lowerAscii", "upperAscii", "trim", "re"],
    ["int", "double", "string", "timestamp", "duration"],
  ),
);

/** Calls whose first argument names an element of a list. */
export const COMPREHENSIONS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter"]);

/** Characters that `re` may look at in one evaluation: about 20 ms at worst. */
const RE_BUDGET = 1_000_000;
let reLeft = RE_BUDGET;
const patterns = new Map<string, RE2JS>();

/** Call before each evaluation. Evaluations are synchronous, so one budget serves all. */
export function refillBudget(): void {
  reLeft = RE_BUDGET;
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

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** The typed environment of all expressions. Made once: it takes milliseconds. */
export const CEL = build();

function build(): Environment {
  const environment = new Environment({
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
