import {
  type Breakage,
  clusterOperation,
  type Impact,
  type Rows,
  type Statement,
  impactRows,
  kubernetesObject,
  sumRows,
} from "@interlock/protocol";
import type { JudgeInput } from "./judge-input.ts";
import { Moment } from "./moment.ts";
import { PlannedFact } from "./planned-facts.ts";

/*
 * What an expression sees, as classes, because the CEL environment checks and looks up fields by class. Integers are bigint there.
 */
export class RowsFact {
  readonly value: bigint;
  readonly kind: string;
  constructor(rows: Rows, atWorst: boolean) {
    const unbounded = atWorst && (rows.kind === "capped" || rows.kind === "unknown");
    this.value = unbounded || !Number.isFinite(rows.value) ? BigInt(Number.MAX_SAFE_INTEGER) : BigInt(Math.ceil(rows.value));
    this.kind = rows.kind;
  }
}

/** Without a prototype, so that a label nobody set is a missing key whatever its name. */
type Labels = Readonly<Record<string, string>>;

const labelsFrom = (labels: Record<string, string> = {}): Labels => Object.assign(Object.create(null) as Record<string, string>, labels);

/** One object a statement writes or reads, through itself (`statement`), a foreign key (`cascade`) or a trigger (`trigger`). */
export class ObjectFact {
  readonly name: string;
  readonly kind: string;
  readonly effect: string;
  readonly columns: readonly string[];
  readonly rows: RowsFact;
  readonly via: string;
  /** What is done to an object of Kubernetes: `create`, `update`, `delete`, `connect`; empty of any other object. */
  readonly operation: string;
  /** Of an object of Kubernetes; empty of what belongs to the whole cluster. */
  readonly namespace: string;
  /** Of an object of Kubernetes that a statement names, as they will be; a deleted one's as they are. */
  readonly labels: Labels;
  constructor(fields: ObjectFact) {
    this.name = fields.name;
    this.kind = fields.kind;
    this.effect = fields.effect;
    this.columns = fields.columns;
    this.rows = fields.rows;
    this.via = fields.via;
    this.operation = fields.operation;
    this.namespace = fields.namespace;
    this.labels = fields.labels;
  }
}

export class ImpactFact {
  readonly effect: string;
  readonly complete: boolean;
  readonly rows: RowsFact;
  constructor(impact: Impact, atWorst: boolean) {
    this.effect = impact.effect;
    this.complete = impact.complete;
    this.rows = new RowsFact(totalRows(impact), atWorst);
  }
}

/** Something elsewhere that stops working. */
export class BreakageFact {
  readonly object: string;
  /** Of an object of Kubernetes. */
  readonly kind: string;
  readonly namespace: string;
  /** What it is, for rules; empty where there is no word for it. */
  readonly code: string;
  readonly why: string;
  constructor({ object, code = "", why }: Breakage) {
    const named = kubernetesObject(object);
    this.object = object;
    this.kind = named?.kind ?? "";
    this.namespace = named?.namespace ?? "";
    this.code = code;
    this.why = why;
  }
}

export class StatementFact {
  readonly text: string;
  readonly title: string;
  readonly effect: string;
  readonly rows: RowsFact;
  readonly reversible: string;
  readonly locks: readonly string[];
  readonly rewrites: readonly string[];
  readonly risks: readonly string[];
  readonly sideEffects: readonly string[];
  readonly breaks: readonly BreakageFact[];
  /** Puts back what a command that was agreed to has changed. */
  readonly undo: boolean;
  constructor(statement: Statement, atWorst: boolean, undo: boolean) {
    this.text = statement.text;
    this.title = statement.title;
    this.effect = statement.effect;
    this.rows = new RowsFact(statementRows(statement), atWorst);
    this.reversible = statement.reversible;
    this.locks = statement.locks.map((lock) => lock.mode);
    this.rewrites = statement.rewrites;
    this.risks = statement.risks.map((risk) => risk.code);
    this.sideEffects = statement.sideEffects.map((effect) => effect.kind);
    this.breaks = (statement.breaks ?? []).map((one) => new BreakageFact(one));
    this.undo = undo;
  }
}

export class PrincipalFact {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  constructor(principal: JudgeInput["principal"]) {
    this.id = principal.id;
    this.name = principal.name;
    this.groups = principal.groups;
  }
}

export class ConnectionFact {
  readonly name: string;
  readonly connector: string;
  readonly environment: string;
  readonly labels: Labels;
  constructor(connection: JudgeInput["connection"]) {
    this.name = connection.name;
    this.connector = connection.connector;
    this.environment = connection.environment;
    this.labels = labelsFrom(connection.labels);
  }
}

/** Outside a room `id` and `severity` are empty and there is no incident. */
export class RoomFact {
  readonly id: string;
  readonly severity: string;
  readonly incident: boolean;
  constructor(room: JudgeInput["room"]) {
    this.id = room?.id ?? "";
    this.severity = room?.severity ?? "";
    this.incident = room?.incident ?? false;
  }
}

/** The variables of one evaluation: one statement of one command. */
export interface Facts {
  principal: PrincipalFact;
  connection: ConnectionFact;
  room: RoomFact;
  now: Moment;
  statement: StatementFact;
  impact: ImpactFact;
  objects: readonly ObjectFact[];
  /** The object of a cluster that the statement writes, without and with the write; of any other statement there is none. */
  before: PlannedFact;
  after: PlannedFact;
}

/** Facts that are the same for every statement of one judgement. */
export type CommonFacts = Pick<Facts, "principal" | "connection" | "room" | "now"> & { undo: boolean };

export function commonFacts(input: JudgeInput): CommonFacts {
  return {
    principal: new PrincipalFact(input.principal),
    connection: new ConnectionFact(input.connection),
    room: new RoomFact(input.room),
    now: new Moment(input.now),
    undo: input.undo === true,
  };
}

/** `atWorst` takes figures with no upper bound (`capped`, `unknown`) at the largest number there is. */
export function factsOf({ undo, ...common }: CommonFacts, impact: Impact, statement: Statement, atWorst: boolean): Facts {
  return {
    ...common,
    statement: new StatementFact(statement, atWorst, undo),
    impact: new ImpactFact(impact, atWorst),
    objects: objectsOf(statement).map(({ rows, ...object }) => new ObjectFact({ ...object, rows: new RowsFact(rows, atWorst) })),
    before: new PlannedFact(statement.before),
    after: new PlannedFact(statement.after),
  };
}

interface ObjectFigure extends Omit<ObjectFact, "rows"> {
  rows: Rows;
}

export function objectsOf(statement: Statement): ObjectFigure[] {
  if (statement.request !== undefined) return clusterObjects(statement, statement.request);
  return [
    ...statement.effects.map(({ object, kind, effect, columns, rows }) => ({
      ...NOT_OF_A_CLUSTER,
      name: object,
      kind,
      effect,
      columns: columns ?? [],
      rows,
      via: "statement",
    })),
    ...statement.cascades.map(({ object, effect, rows }) => ({ ...TABLE, name: object, effect, rows, via: "cascade" })),
    ...statement.sideEffects.flatMap(({ writes = [] }) =>
      writes.map(({ object, effect, rows }) => ({ ...TABLE, name: object, effect, rows, via: "trigger" })),
    ),
  ];
}

const NOT_OF_A_CLUSTER = { operation: "", namespace: "", labels: labelsFrom() };
const TABLE = { ...NOT_OF_A_CLUSTER, kind: "table", columns: [] };

/** Of a statement that is a request to a cluster. */
function clusterObjects(statement: Statement, request: NonNullable<Statement["request"]>): ObjectFigure[] {
  const labels = labelsFrom(writtenLabels(statement));
  return [
    ...statement.effects.map(({ object, kind, effect, rows }) => ({
      name: object,
      kind,
      effect,
      columns: [],
      rows,
      via: "statement",
      operation: clusterOperation(request, effect, statement.before !== undefined),
      namespace: kubernetesObject(object)?.namespace ?? "",
      labels,
    })),
    ...statement.cascades.map(({ object, effect, rows }) => ({
      ...TABLE,
      name: object,
      kind: kubernetesObject(object)?.kind ?? "",
      effect,
      rows,
      via: "cascade",
      operation: effect === "delete" ? "delete" : "update",
      namespace: kubernetesObject(object)?.namespace ?? "",
    })),
  ];
}

function writtenLabels({ before, after }: Statement): Record<string, string> {
  const metadata = (after ?? before)?.["metadata"] as { labels?: Record<string, unknown> } | undefined;
  return Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

const totals = new WeakMap<Impact, Rows>();

/** `impactRows`, summed once for the many times that it is asked for in one judgement. */
export function totalRows(impact: Impact): Rows {
  const total = totals.get(impact) ?? impactRows(impact);
  totals.set(impact, total);
  return total;
}

/** Rows one statement writes: its targets and cascades, as `impactRows` counts them for a whole command. */
export function statementRows(statement: Statement): Rows {
  const targets = statement.effects.filter(({ effect }) => effect !== "read");
  return sumRows([...targets, ...statement.cascades].map(({ rows }) => rows));
}
