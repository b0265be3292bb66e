/** `npm run score:postgres`; see scripts/score-postgres.mjs. Ends with code 1 when a figure is missed. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { failureText, machine, markdown, table } from "./report.ts";
import { GROUPS, score, type Group, type Score } from "./score.ts";

/** Major versions beside the installed one. */
const OLDER = [13, 14, 15, 16, 17];
const REPORT = fileURLToPath(new URL("../../../bench/postgres-impact.md", import.meta.url));

const { values } = parseArgs({
  options: {
    // Figures that hold on one seed alone may have been fitted to it.
    seed: { type: "string", multiple: true, default: ["1", "2"] },
    cases: { type: "string", default: "6000" },
    races: { type: "string", default: "1000" },
    undos: { type: "string", default: "500" },
    reduced: { type: "string", default: "6" },
    only: { type: "string", multiple: true },
    json: { type: "string" },
    server: { type: "string" },
  },
});
function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${value} is not a whole number`);
  return number;
}

function group(name: string): Group {
  const found = GROUPS.find((item) => item === name);
  if (found === undefined) throw new Error(`There is no figure ${name}. There are: ${GROUPS.join(", ")}.`);
  return found;
}

const runs: Score[] = [];
for (const seed of values.seed.map(whole)) {
  const found = await score({
    seed,
    cases: whole(values.cases),
    perSchema: 40,
    races: whole(values.races),
    undos: whole(values.undos),
    reduced: whole(values.reduced),
    say: (line) => process.stderr.write(`… seed ${seed}: ${line}\n`),
    only: values.only?.map(group),
    version: values.server === undefined ? undefined : whole(values.server),
  });
  runs.push(found);
  for (const failure of found.failures) process.stdout.write(`\n${failure.count} × ${failure.kind}\n${failureText(failure)}\n`);
  process.stdout.write(`\n${table(found.figures)}\n\nSeed ${seed}, ${found.conditions.cases} statements, ${machine()}\n`);
}
const full = !values.only && values.server === undefined;
// The way a server runs a statement is asked of every version that is supported; what is Interlock's own work, of one.
const older: Score[] = [];
for (const version of full ? OLDER : []) {
  const found = await score({
    seed: runs[0]!.conditions.seed,
    cases: whole(values.cases),
    perSchema: 40,
    races: 0,
    undos: 0,
    reduced: 0,
    say: (line) => process.stderr.write(`… server ${version}: ${line}\n`),
    only: ["impact"],
    version,
  });
  older.push(found);
  process.stdout.write(`\n${table(found.figures)}\n\n${found.conditions.server}, ${found.conditions.cases} statements\n`);
}
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify(
      {
        machine: machine(),
        runs: runs.map(({ conditions, figures }) => ({ ...conditions, families: [...conditions.families], figures })),
      },
      null,
      2,
    )}\n`,
  );
if (full) writeFileSync(REPORT, markdown(runs, older));
process.exitCode = [...runs, ...older].some(({ figures }) => figures.some((figure) => figure.ok === false)) ? 1 : 0;
