import { CAPTURE_LIMITS, type ExecuteOutcome, type RowsImage } from "@interlock/connector";
import type { Impact } from "@interlock/protocol";

import { sample } from "./choice.ts";
import { claimOf } from "./claim.ts";
import { contentOf, writtenBetween } from "./content.ts";
import type { Figure } from "./figures.ts";
import type { Lane } from "./lane.ts";
import type { Check } from "./reduce.ts";
import { schema } from "./schema/schema.ts";
import { statement } from "./statements/statement.ts";

const STATED = 100_000;
const TRIES_PER_SCHEMA = 30;
const ROWS = new Set(["delete", "update", "insert", "merge", "with", "view"]);

export interface Undos {
  /** Statements whose impact promised an undo, in whole or in part, and that the server accepted. */
  promised: number;
  partial: number;
  restored: number;
  broken: { parts: readonly string[]; text: string; detail: string }[];
}

/** Does and undoes what can be undone, on generated schemas, until `count` promises were made. */
export async function runUndos(lanes: readonly Lane[], seed: number, count: number): Promise<Undos> {
  const undos: Undos = { promised: 0, partial: 0, restored: 0, broken: [] };
  const share = Math.ceil(count / lanes.length);
  await Promise.all(
    lanes.map(async (lane, at) => {
      let promised = 0;
      for (let n = at; promised < share; n += lanes.length) {
        const model = sample(schema, seed * 50_021 + n, 1)[0]!;
        await lane.build(model.parts);
        for (const { family, text } of sample((choice) => statement(choice, model), seed * 60_013 + n, TRIES_PER_SCHEMA)) {
          if (!ROWS.has(family) || promised >= share) continue;
          const tried = await doAndUndo(lane, text);
          if (!tried) continue;
          promised++;
          undos.promised++;
          if (tried.partial) undos.partial++;
          if (tried.fault === undefined) undos.restored++;
          else {
            undos.broken.push({ parts: model.parts, text, detail: tried.fault });
            // What was not put back would count against the next one.
            await lane.build(model.parts);
          }
        }
      }
    }),
  );
  return undos;
}

/** What is wrong with doing and undoing a statement; see reduce.ts. */
export const undoFault =
  (kind: string): Check =>
  async (lane, text) => {
    const fault = (await doAndUndo(lane, text))?.fault;
    return fault !== undefined && faultKind(fault) === kind ? fault : undefined;
  };

/** Names and numbers left out. */
export const faultKind = (fault: string): string => fault.replaceAll(/\d+/g, "n").replaceAll(/app\.[\w" ]+/g, "…");

const { signal } = new AbortController();

/** Undefined for a statement without a promise, or that the server refuses. */
async function doAndUndo(lane: Lane, text: string): Promise<{ partial: boolean; fault?: string } | undefined> {
  const impact = await lane.impact(text);
  const words = impact.statements.map((item) => item.reversible);
  if (words.length === 0 || words.includes("no")) return undefined;
  const partial = words.includes("partial");
  // A trigger that changes rows on their way changes them again on their way back, as was announced: their keys must be the same.
  const altered = partial ? await alteredTables(lane) : new Set<string>();
  const before = await contentOf(lane, altered);
  let image: RowsImage = { tables: [] };
  const done = await lane.target.execute(
    {
      text,
      resolution: await lane.target.resolve(text, signal),
      access: "write",
      capture: CAPTURE_LIMITS,
      timeoutMs: 20_000,
      rowCap: 1_000,
      applicationName: "score",
    },
    {
      columns: () => {},
      rows: () => {},
      end: () => {},
      notice: () => {},
      captured: async (kept) => void (image = structuredClone(kept) as RowsImage),
    },
    signal,
  );
  if (done.error?.code === "undo_lost") return { partial, fault: `undo was promised, and could not be kept: ${done.error.message}` };
  if (done.state !== "succeeded") return undefined;
  const undone = await lane.target.undo!(
    image,
    {
      guard: { approved: approvedOf((await lane.target.foreseeUndo!(image, { signal, exact: true, countingMs: 10_000 })).impact) },
      timeoutMs: 20_000,
      applicationName: "score",
    },
    signal,
  );
  if (undone.state !== "succeeded") return { partial, fault: outcomeWords(undone) };
  const own = new Set(
    impact.statements.flatMap((item) =>
      [...item.effects.filter(({ effect }) => effect !== "read"), ...item.cascades].map(({ object }) => object),
    ),
  );
  const different = [...writtenBetween(before, await contentOf(lane, altered)).keys()].filter((name) => !partial || isOwn(lane, own, name));
  return different.length === 0 ? { partial } : { partial, fault: `not as before: ${different.join(", ")}` };
}

async function alteredTables(lane: Lane): Promise<Set<string>> {
  // tgtype: 1 for each row, 2 before.
  const rows = await lane.query(
    "SELECT concat(n.nspname, '.', c.relname) AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgtype & 3 = 3",
  );
  return new Set(rows.map((row) => String(row["name"])));
}

const isOwn = (lane: Lane, own: ReadonlySet<string>, name: string): boolean =>
  [name, ...([...lane.before.values()].find((relation) => relation.name === name)?.ancestors ?? [])].some((item) => own.has(item));

const outcomeWords = ({ state, error, conflicts, guard }: ExecuteOutcome): string =>
  `the undo ended ${state}: ${error?.message ?? ""}${JSON.stringify(conflicts ?? guard ?? [])}`.slice(0, 300);

/** What is exact stands; for the rest somebody states a bound of their own, as the product asks them to. */
function approvedOf(impact: Impact): { object: string; rows: number }[] {
  return [...claimOf(impact).figures.values()].map(({ object, rows, exact }) => ({ object, rows: exact ? rows : STATED }));
}

export function undoFigures(undos: Undos, least: number): Figure[] {
  return [
    {
      name: "undo: tables identical after do and undo, of those promised",
      value: `${undos.restored} of ${undos.promised} (${undos.partial} announced as partial)`,
      goal: "100 %",
      ok: undos.broken.length === 0 && undos.promised >= least,
    },
  ];
}
