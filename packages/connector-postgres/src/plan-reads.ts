/** A node of EXPLAIN (FORMAT JSON), by PostgreSQL's own field names. */
export type PlanNode = Record<string, any>;

/** Nodes that hand on rows as they come: who asks them for ten asks the node below for ten. All others may need every row first. */
const PASSING: ReadonlySet<string> = new Set([
  "Limit",
  "Result",
  "Subquery Scan",
  "LockRows",
  "Append",
  "Merge Append",
  "Gather",
  "Gather Merge",
]);
/** Nodes that keep what they read once, however often they are asked again. */
const KEEPING: ReadonlySet<string> = new Set(["Materialize", "Hash", "CTE Scan"]);

/**
 * Rows each relation is expected to hand to the plan, by `schema.name`, estimated by the planner. EXPLAIN counts a node per loop and, below a
 * Gather, per process, and shows what lies under a Limit as if all of it were wanted; those three are worked in here (see "Using EXPLAIN" in
 * PostgreSQL's manual; the share of the leading process as in `get_parallel_divisor`).
 */
export function plannedReads(root: PlanNode): Map<string, number> {
  const reads = new Map<string, number>();
  const visit = (node: PlanNode, loops: number, wanted: number): void => {
    const type = String(node["Node Type"]);
    const rows = Number(node["Plan Rows"] ?? 0);
    if (node["Relation Name"] !== undefined && type !== "ModifyTable") {
      const object = `${node["Schema"] ?? ""}.${node["Relation Name"]}`;
      reads.set(object, (reads.get(object) ?? 0) + Math.min(rows, wanted) * loops);
    }
    const below = type === "Limit" ? Math.min(rows, wanted) : PASSING.has(type) && node["Filter"] === undefined ? wanted : Infinity;
    const workers = Number(node["Workers Planned"] ?? 0);
    const processes = workers === 0 ? 1 : workers + Math.max(0, 1 - 0.3 * workers);
    let outerRows = 1;
    for (const child of (node["Plans"] ?? []) as PlanNode[]) {
      const relation = child["Parent Relationship"];
      const again = type === "Nested Loop" && relation === "Inner" && !KEEPING.has(String(child["Node Type"]));
      const perRow = relation === "SubPlan" && !String(child["Subplan Name"] ?? "").startsWith("CTE");
      const times = again ? Math.max(1, outerRows) : perRow ? Math.max(1, rows) : 1;
      visit(child, loops * times * processes, relation === "SubPlan" || relation === "InitPlan" ? Infinity : below);
      if (relation === "Outer") outerRows = Number(child["Plan Rows"] ?? 1);
    }
  };
  visit(root, 1, Infinity);
  return reads;
}
