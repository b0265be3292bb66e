import type { AnalysisSession, DatabaseError } from "./analysis-pool.ts";
import { planOpened, type PlanOpened } from "./plan-opened.ts";
import { plannedReads, type PlanNode } from "./plan-reads.ts";

/** Stands where an SQLSTATE would: the server answered without a plan. */
export const NO_PLAN = "no plan";
/** Longest one EXPLAIN may take, in milliseconds. */
const PLAN_MS = 1_000;

export interface PlannedWrite {
  /** PostgreSQL's word: Insert, Update, Delete, Merge. */
  operation: string;
  /** `schema.name` of the table named or, for a view, of the table behind it. */
  object: string;
  /** Rows its children are expected to hand over. */
  rows: number;
}

export interface SeqScan {
  object: string;
  /** Rows it passes on. */
  rows: number;
  filtered: boolean;
}

export interface PlanFacts {
  root: PlanNode;
  cost: number;
  node: string;
  rows: number;
  writes: PlannedWrite[];
  seqScans: SeqScan[];
  /** Rows each relation is expected to hand to the plan, by `schema.name`. */
  reads: ReadonlyMap<string, number>;
  /** Every relation the plan opens. */
  opened: PlanOpened;
  /** A nested loop without any condition joins its two sides. */
  cartesian: boolean;
}

/** Plans a statement without running it. The caller has made sure that planning runs nothing of the user's. */
export async function explain(
  session: AnalysisSession,
  text: string,
): Promise<{ ok: true; plan: PlanFacts } | { ok: false; error: DatabaseError }> {
  const result = await session.attempt(PLAN_MS, () => session.query(`EXPLAIN (FORMAT JSON, VERBOSE) ${text}`));
  if (!result.ok) return result;
  // Rules may make several statements of one, or none.
  const plans = (result.value[0]?.["QUERY PLAN"] ?? []) as { Plan?: PlanNode }[];
  const facts = plans.flatMap(({ Plan: root }) => (root ? [planFacts(root)] : []));
  const [first] = facts.toSorted((x, y) => y.cost - x.cost);
  // Utility statements (CREATE TABLE AS with no plan, say) answer without one.
  if (!first) return { ok: false, error: { code: NO_PLAN, message: "The server gave no plan" } };
  return { ok: true, plan: facts.length === 1 ? first : together(first, facts) };
}

/** What a statement that is carried out in several parts does; what is shown of it is the dearest. */
function together(first: PlanFacts, parts: readonly PlanFacts[]): PlanFacts {
  const reads = new Map<string, number>();
  for (const part of parts) for (const [object, rows] of part.reads) reads.set(object, (reads.get(object) ?? 0) + rows);
  return {
    ...first,
    writes: parts.flatMap((part) => part.writes),
    seqScans: parts.flatMap((part) => part.seqScans),
    reads,
    opened: {
      reads: new Set(parts.flatMap((part) => [...part.opened.reads])),
      writes: new Set(parts.flatMap((part) => [...part.opened.writes])),
      more: parts.some((part) => part.opened.more),
      nothing: parts.some((part) => part.opened.nothing),
    },
    cartesian: parts.some((part) => part.cartesian),
  };
}

export function planFacts(root: PlanNode): PlanFacts {
  const facts: PlanFacts = {
    root,
    cost: root["Total Cost"] ?? 0,
    node: accessPath(root),
    rows: root["Plan Rows"] ?? 0,
    writes: [],
    seqScans: [],
    reads: plannedReads(root),
    opened: planOpened(root),
    cartesian: false,
  };
  const visit = (node: PlanNode): void => {
    const object = node["Relation Name"] ? `${node["Schema"] ?? ""}.${node["Relation Name"]}` : undefined;
    const outer = ((node["Plans"] ?? []) as PlanNode[]).filter(
      (child) => child["Parent Relationship"] !== "InitPlan" && child["Parent Relationship"] !== "SubPlan",
    );
    if (node["Node Type"] === "ModifyTable") {
      facts.writes.push({
        operation: node["Operation"],
        object: object ?? "",
        rows: outer.reduce((sum, child) => sum + (child["Plan Rows"] ?? 0), 0),
      });
    }
    if (node["Node Type"] === "Seq Scan" && object)
      facts.seqScans.push({ object, rows: node["Plan Rows"] ?? 0, filtered: node["Filter"] !== undefined });
    if (node["Node Type"] === "Nested Loop" && node["Join Filter"] === undefined && (node["Join Type"] ?? "Inner") === "Inner") {
      const [left, right] = outer;
      if (left && right && scansAll(left) && scansAll(right) && (left["Plan Rows"] ?? 0) > 1 && (right["Plan Rows"] ?? 0) > 1)
        facts.cartesian = true;
    }
    for (const child of node["Plans"] ?? []) visit(child);
  };
  visit(root);
  return facts;
}

/** Nodes that say nothing of how the rows are found. */
const ABOVE: ReadonlySet<string> = new Set(["ModifyTable", "Limit", "Result", "LockRows", "Gather", "Gather Merge", "Sort"]);

/** How the rows are found, in a few words: `Index Scan orders_created_at`, `Seq Scan orders`, `Hash Join`. */
export function accessPath(node: PlanNode): string {
  const type = String(node["Node Type"] ?? "");
  const [below] = (node["Plans"] ?? []) as PlanNode[];
  if (ABOVE.has(type)) {
    const path = below ? accessPath(below) : type;
    return path === "Result" || path === "ModifyTable" ? String(node["Operation"] ?? path) : path;
  }
  const index = node["Index Name"] ?? (type === "Bitmap Heap Scan" ? below?.["Index Name"] : undefined);
  const name = index ?? node["Relation Name"];
  return name === undefined ? type : `${type} ${name}`;
}

/** Not driven by a condition from the other side of a join. */
function scansAll(node: PlanNode): boolean {
  if (node["Node Type"] === "Materialize") return (node["Plans"] ?? []).every(scansAll);
  return node["Node Type"] === "Seq Scan" || (node["Node Type"] === "Function Scan" && !node["Filter"]);
}
