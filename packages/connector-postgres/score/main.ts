/** `npm run score:postgres`; see scripts/score-postgres.mjs. Ends with code 1 when a figure is missed. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { failureText, machine, markdown, table } from "./report.ts";
import { GROUPS, score, type Group } from "./score.ts";

const REPORT = fileURLToPath(new URL("../../../bench/postgres-impact.md", import.meta.url));

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    cases: { type: "string", default: "6000" },
    races: { type: "string", default: "1000" },
    undos: { type: "string", default: "500" },
    reduced: { type: "string", default: "6" },
    only: { type: "string", multiple: true },
    json: { type: "string" },
    server: { type: "string" },
  },
});
const [seed, cases, races, undos, reduced] = [values.seed, values.cases, values.races, values.undos, values.reduced].map((value) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${value} is not a whole number`);
  return number;
});

function group(name: string): Group {
  const found = GROUPS.find((item) => item === name);
  if (found === undefined) throw new Error(`There is no figure ${name}. There are: ${GROUPS.join(", ")}.`);
  return found;
}

const found = await score({
  seed: seed!,
  cases: cases!,
  perSchema: 40,
  races: races!,
  undos: undos!,
  reduced: reduced!,
  say: (line) => process.stderr.write(`… ${line}\n`),
  only: values.only?.map(group),
  version: values.server === undefined ? undefined : Number(values.server),
});
for (const failure of found.failures) process.stdout.write(`\n${failure.count} × ${failure.kind}\n${failureText(failure)}\n`);
process.stdout.write(`\n${table(found.figures)}\n\nSeed ${seed}, ${found.conditions.cases} statements, ${machine()}\n`);
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine: machine(), ...found.conditions, families: [...found.conditions.families], figures: found.figures }, null, 2)}\n`,
  );
if (!values.only && values.server === undefined)
  writeFileSync(
    REPORT,
    markdown(
      found.figures,
      found.conditions,
      found.failures.filter((failure) => failure.reduced),
    ),
  );
process.exitCode = found.figures.some((figure) => figure.ok === false) ? 1 : 0;
