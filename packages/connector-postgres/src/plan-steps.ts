import type { PlanStep } from "@interlock/protocol";
import type { Catalog } from "./catalog-model.ts";
import type { PlanNode } from "./plan-reads.ts";

/** Most steps that are shown; a plan beyond it is cut where it is deepest. */
const MOST_STEPS = 200;
/** Longest condition shown, in characters. */
const MOST_CHARS = 400;
/** Share of the whole cost from which one step is worth pointing at. */
const WORTH_NAMING = 0.4;
/** Planner's units below which nothing is slow: a thousand pages of 8 kB read one after the other (`seq_page_cost` is 1). */
const SLOW = 1_000;
/** A scan that keeps less than this share of what it reads throws work away. */
const KEEPS_LITTLE = 0.1;

/** Conditions of a node, by EXPLAIN's own field names, most telling first. */
const CONDITIONS = ["Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "TID Cond", "Order By"];

/** A step with what EXPLAIN says of it and the steps it draws from. */
interface Drawn {
  step: PlanStep;
  node: PlanNode;
  below: Drawn[];
}

/** A plan as people read it, top to bottom, the step that most likely makes it slow marked with the reason. */
export function planSteps(root: PlanNode, catalog: Catalog): PlanStep[] {
  const steps: PlanStep[] = [];
  const draw = (node: PlanNode, depth: number): Drawn => {
    const step: PlanStep = { depth, ...words(node), cost: Number(node["Total Cost"] ?? 0), rows: Number(node["Plan Rows"] ?? 0) };
    steps.push(step);
    const below: Drawn[] = [];
    for (const child of (node["Plans"] ?? []) as PlanNode[]) if (steps.length < MOST_STEPS) below.push(draw(child, depth + 1));
    return { step, node, below };
  };
  markCulprit(draw(root, 0), catalog);
  return steps;
}

function words(node: PlanNode): Pick<PlanStep, "node" | "object" | "index" | "condition"> {
  const type = String(node["Node Type"] ?? "");
  const join = node["Join Type"] && node["Join Type"] !== "Inner" ? ` ${node["Join Type"]}` : "";
  const name = type === "ModifyTable" ? String(node["Operation"] ?? type) : `${node["Parallel Aware"] ? "Parallel " : ""}${type}${join}`;
  const object = node["Relation Name"] === undefined ? undefined : `${node["Schema"] ?? ""}.${node["Relation Name"]}`;
  const condition = CONDITIONS.map((field) => node[field]).find((value) => value !== undefined);
  return {
    node: name,
    ...(object === undefined ? {} : { object }),
    ...(node["Index Name"] === undefined ? {} : { index: String(node["Index Name"]) }),
    ...(condition === undefined ? {} : { condition: [condition].flat().join(", ").slice(0, MOST_CHARS) }),
  };
}

/** Cost that is a step's own: its total without those of the steps it draws from, as often as it asks them. */
function ownCost({ step, below }: Drawn): number {
  const [outer, inner] = below;
  const again = asksAgain(step) && outer && inner ? inner.step.cost * Math.max(0, outer.step.rows - 1) : 0;
  return Math.max(0, step.cost - below.reduce((sum, child) => sum + child.step.cost, 0) - again);
}

const asksAgain = ({ node }: PlanStep): boolean => node.startsWith("Nested Loop");

function markCulprit(root: Drawn, catalog: Catalog): void {
  let worst: { drawn: Drawn; cost: number } | undefined;
  const visit = (drawn: Drawn, loops: number): void => {
    const cost = ownCost(drawn) * loops;
    if (cost > (worst?.cost ?? 0)) worst = { drawn, cost };
    for (const [i, child] of drawn.below.entries())
      visit(child, asksAgain(drawn.step) && i === 1 ? loops * Math.max(1, drawn.below[0]!.step.rows) : loops);
  };
  visit(root, 1);
  if (!worst || worst.cost < root.step.cost * WORTH_NAMING || root.step.cost < SLOW) return;
  const reason = reasonOf(worst.drawn, catalog);
  if (reason !== undefined) worst.drawn.step.culprit = reason;
}

const count = (rows: number): string => Math.round(rows).toLocaleString("en");

function reasonOf({ step, node, below }: Drawn, catalog: Catalog): string | undefined {
  const tuples = step.object === undefined ? -1 : (catalog.byName.get(step.object)?.tuples ?? -1);
  if (step.node.endsWith("Seq Scan")) {
    if (node["Filter"] === undefined) return `reads all ${tuples < 0 ? "" : `${count(tuples)} `}rows of ${step.object}`;
    const little = tuples > 0 && step.rows < tuples * KEEPS_LITTLE;
    return little
      ? `reads all ${count(tuples)} rows of ${step.object} to keep about ${count(step.rows)}: no index fits the condition`
      : `reads all of ${step.object}`;
  }
  if (step.node.startsWith("Nested Loop")) return `asks its inner side about ${count(below[0]?.step.rows ?? 0)} times`;
  if (step.node.includes("Sort")) return `sorts about ${count(below[0]?.step.rows ?? step.rows)} rows`;
  if (step.node.includes("Aggregate")) return `gathers about ${count(below[0]?.step.rows ?? step.rows)} rows into groups`;
  if (step.node.includes("Hash") || step.node.includes("Merge")) return `joins about ${count(step.rows)} rows`;
  if (step.node.includes("Index") || step.node.includes("Bitmap"))
    return `fetches about ${count(step.rows)} rows of ${step.object ?? "the table"} one by one`;
  if (step.node === "Function Scan") return "runs a function whose work the planner can only guess";
  return undefined;
}
