import { startTestPostgres } from "@interlock/db/testing";
import { impactFigures, type Figure } from "./figures.ts";
import { reduceFailures, runGenerated, type Failure } from "./generated.ts";
import { Lane } from "./lane.ts";
import type { Conditions } from "./report.ts";
import { raceFigures, runRaces } from "./races.ts";
import { Tally } from "./tally.ts";
import { timeFigures } from "./timings.ts";
import { faultKind, undoFault, undoFigures, runUndos } from "./undos.ts";
import { evaded, EVASION_COUNT, runWritten } from "./written.ts";

export interface ScoreOptions {
  seed: number;
  /** Generated statements the server must accept. */
  cases: number;
  /** Statements tried on each schema: fewer make a small run meet more schemas. */
  perSchema: number;
  /** Races of the guard. */
  races: number;
  /** Statements that are done and undone. */
  undos: number;
  /** Groups of figures to measure; all when absent. */
  only?: readonly Group[] | undefined;
  /** Major version of the server; the installed one when absent. */
  version?: number | undefined;
  /** Kinds of failures that are reduced to a minimal case. */
  reduced: number;
  /** Hears what is being measured; a full run takes minutes. */
  say?: (line: string) => void;
}

export const GROUPS = ["impact", "races", "undo", "time"] as const;
export type Group = (typeof GROUPS)[number];

export interface Score {
  figures: Figure[];
  failures: Failure[];
  conditions: Conditions;
}

/** Statements a full run must have (the bound); smaller runs are judged on what they have. */
export const FULL = 5_000;
/** Measurements that fail, worst first. */
const ORDER = ["guard", "undo", "unsafe", "exact", "rewrites", "locks", "willFail", "unknown", "incomplete"];

const rank = (failure: Failure): number => ORDER.indexOf(failure.kind.split(":")[0]!);

/** Measures everything on a server of its own. */
export async function score(options: ScoreOptions): Promise<Score> {
  const server = await startTestPostgres(
    { autovacuum: "off", max_locks_per_transaction: "256" },
    options.version === undefined ? {} : { version: options.version },
  );
  const lanes: Lane[] = [];
  try {
    for (const name of ["one", "two"]) lanes.push(await Lane.open(await server.createDatabase(name)));
    const user = await Lane.open(await server.createDatabase("user"), true);
    lanes.push(user);
    const main = lanes.slice(0, 2);
    const wanted = (group: Group): boolean => options.only?.includes(group) ?? true;
    const tally = new Tally();
    const figures: Figure[] = [];
    const failures: Failure[] = [];
    const say = options.say ?? (() => {});
    if (wanted("impact")) {
      say("statements written by hand");
      await runWritten(lanes[0]!, user, tally);
      say(`${options.cases} generated statements`);
      await runGenerated(main, options.seed, options.cases, options.perSchema, tally);
      failures.push(...tally.failures.values());
      const evasions = evaded();
      failures.unshift(...evasions.map((first) => ({ kind: "unsafe: an evasion", count: 1, first: { ...first, parts: [] } })));
      figures.push({
        name: "evasions called less than they are",
        value: `${evasions.length} of ${EVASION_COUNT}`,
        goal: "0",
        ok: evasions.length === 0,
      });
      figures.push(...impactFigures(tally, Math.min(options.cases, FULL)));
    }
    let raced = 0;
    if (wanted("races")) {
      say(`${options.races} races of the guard`);
      const races = await runRaces(main, options.seed, options.races);
      raced = races.run;
      failures.push(...races.broken.map((first) => ({ kind: `guard: ${first.detail}`, count: 1, first })));
      figures.push(...raceFigures(races, options.races));
    }
    if (wanted("undo")) {
      say(`${options.undos} undos`);
      const undos = await runUndos(main, options.seed, options.undos);
      failures.push(
        ...undos.broken.map((first) => ({ kind: `undo: ${first.detail}`, count: 1, first, check: undoFault(faultKind(first.detail)) })),
      );
      figures.push(...undoFigures(undos, options.undos));
    }
    if (wanted("time")) {
      say("times on the demo's data");
      figures.push(...(await timeFigures(await server.createDatabase("demo"))));
    }
    failures.sort((a, b) => rank(a) - rank(b) || b.count - a.count);
    if (failures.length > 0) say(`${Math.min(options.reduced, failures.length)} of ${failures.length} kinds of failures to reduce`);
    await reduceFailures(main[0]!, failures.slice(0, options.reduced));
    const [version] = await lanes[0]!.query("SELECT current_setting('server_version') AS version");
    return {
      figures,
      failures,
      conditions: {
        seed: options.seed,
        server: `PostgreSQL ${String(version?.["version"])}`,
        cases: tally.accepted,
        refused: tally.refused,
        races: raced,
        families: tally.families,
      },
    };
  } finally {
    for (const lane of lanes) await lane.close();
    await server.stop();
  }
}
