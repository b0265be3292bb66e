import type { ApprovedWrite } from "@interlock/connector";
import { sample, type Choice } from "./choice.ts";
import { claimOf } from "./claim.ts";
import { contentOf, writtenBetween } from "./content.ts";
import type { Figure } from "./figures.ts";
import type { Lane } from "./lane.ts";
import { quoted, type Model, type Table } from "./schema/model.ts";
import { schema } from "./schema/schema.ts";
import { statement } from "./statements/statement.ts";

const RACES_PER_SCHEMA = 12;
/** Families that write rows; definitions are agreed to as such, not by rows. */
const ROWS = new Set(["delete", "update", "insert", "merge", "with", "view", "truncate", "call"]);

export interface Races {
  run: number;
  succeeded: number;
  /** Stopped because more was written than approved. */
  stopped: number;
  failed: number;
  /** Nothing was added and every figure was exact: runs, and those that were stopped all the same. */
  undisturbed: number;
  stoppedInVain: number;
  /** Runs that wrote more than approved and stayed, or wrote at all although they did not succeed. */
  broken: { parts: readonly string[]; text: string; detail: string }[];
}

/**
 * The guard against somebody quicker: rows are added by another session between the approval of the figures and the run, which commits.
 * What was written is told from the tables' contents before and after, not by the counters that the guard itself reads.
 */
export async function runRaces(lanes: readonly Lane[], seed: number, count: number): Promise<Races> {
  const races: Races = { run: 0, succeeded: 0, stopped: 0, failed: 0, undisturbed: 0, stoppedInVain: 0, broken: [] };
  const share = Math.ceil(count / lanes.length);
  await Promise.all(
    lanes.map(async (lane, at) => {
      let run = 0;
      for (let n = at; run < share; n += lanes.length) {
        const model = sample(schema, seed * 30_011 + n, 1)[0]!;
        await lane.build(model.parts);
        const plans = sample((choice) => plan(choice, model), seed * 40_009 + n, RACES_PER_SCHEMA * 3);
        for (const { text, additions } of plans.slice(0, Math.min(plans.length, share - run)))
          if (await race(lane, model, text, additions, races)) run++;
      }
    }),
  );
  return races;
}

interface Plan {
  text: string;
  additions: string[];
}

function plan(choice: Choice, model: Model): Plan {
  for (;;) {
    const { family, text } = statement(choice, model);
    if (!ROWS.has(family)) continue;
    const tables = model.tables.filter((table) => table.kind !== "partition");
    if (choice.chance(15)) return { text, additions: [] };
    return { text, additions: choice.some(tables, choice.int(1, 3)).map((table) => addition(choice, table)) };
  }
}

/** Copies of rows under ids of their own, below or above all others: conditions on ids and on values both find some of them. */
function addition(choice: Choice, table: Table): string {
  const columns = table.columns.filter((column) => !column.generated);
  const name = quoted(table.name);
  const number = "row_number() OVER (ORDER BY x.id)";
  const id = choice.chance(50) ? `(SELECT max(id) FROM ${name}) + ${number}` : `(SELECT min(id) FROM ${name}) - ${number}`;
  const values = columns.map((column) => (column.name === "id" ? id : `x.${quoted(column.name)}`));
  return `INSERT INTO ${name} (${columns.map((column) => quoted(column.name)).join(", ")}) OVERRIDING SYSTEM VALUE SELECT ${values.join(", ")} FROM ${name} x LIMIT ${choice.int(1, 60)}`;
}

/** False when nothing was added: then it was no race. */
async function race(lane: Lane, model: Model, text: string, additions: readonly string[], races: Races): Promise<boolean> {
  const signal = new AbortController().signal;
  const impact = await lane.impact(text);
  const approved = approvedOf(impact);
  const resolution = await lane.target.resolve(text, signal);
  let added = 0;
  for (const addition of additions) added += await lane.add(addition);
  if (added === 0 && additions.length > 0) return false;
  const before = await contentOf(lane);
  const outcome = await lane.target.execute(
    { text, resolution, access: "write", guard: { approved }, timeoutMs: 20_000, rowCap: 1_000, applicationName: "score" },
    SILENT,
    signal,
  );
  const written = writtenBetween(before, await contentOf(lane));
  const sure = impact.complete && [...claimOf(impact).figures.values()].every((figure) => figure.exact);
  if (additions.length === 0 && sure) {
    races.undisturbed++;
    if (outcome.state === "rolled_back") races.stoppedInVain++;
  }
  if (additions.length > 0) {
    races.run++;
    if (outcome.state === "succeeded") races.succeeded++;
    else if (outcome.state === "rolled_back") races.stopped++;
    else races.failed++;
  }
  // A row of a partition is a row of its whole: what is approved of either covers it, the partition's own figure first.
  const left = new Map(outcome.state === "succeeded" ? approved.map((item) => [item.object, item.rows]) : []);
  for (const [name, rows] of written) {
    const relation = [...lane.before.values()].find((item) => item.name === name);
    let over = rows;
    for (const object of [name, ...(relation?.ancestors ?? [])]) {
      const taken = Math.min(over, left.get(object) ?? 0);
      left.set(object, (left.get(object) ?? 0) - taken);
      over -= taken;
    }
    if (over > 0)
      races.broken.push({
        parts: model.parts,
        text,
        detail: `${outcome.state}: ${rows} rows of ${name} written, ${over} more than approved`,
      });
  }
  return additions.length > 0;
}

/** As the product seals them: per object everything that is said to be written to it. */
function approvedOf(impact: Parameters<typeof claimOf>[0]): ApprovedWrite[] {
  const approved = new Map<string, number>();
  for (const { object, rows } of claimOf(impact).figures.values()) approved.set(object, (approved.get(object) ?? 0) + rows);
  return [...approved].map(([object, rows]) => ({ object, rows }));
}

const SILENT = { columns: () => {}, rows: () => {}, end: () => {}, notice: () => {} };

export function raceFigures(races: Races, least: number): Figure[] {
  return [
    {
      name: "commit guard: let through more than approved",
      value: `${races.broken.length} of ${races.run} races (${races.stopped} stopped, ${races.succeeded} within what was approved, ${races.failed} refused by the server)`,
      goal: `0 of ≥ ${least}`,
      ok: races.broken.length === 0 && races.run >= least && races.stopped > 0 && races.succeeded > 0,
    },
    {
      name: "commit guard: stopped though nothing was added and all figures were exact (shown beside)",
      value: `${races.stoppedInVain} of ${races.undisturbed}`,
      goal: "–",
    },
  ];
}
