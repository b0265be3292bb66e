/** `npm run score:postgres`; see scripts/score-postgres.mjs. Ends with code 1 when a figure is missed. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { failureText, machine, markdown, table } from "./report.ts";
import { score } from "./score.ts";

const REPORT = fileURLToPath(new URL("../../../bench/postgres-impact.md", import.meta.url));

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    cases: { type: "string", default: "6000" },
    reduced: { type: "string", default: "12" },
    only: { type: "string", multiple: true },
    json: { type: "string" },
  },
});
const [seed, cases, reduced] = [values.seed, values.cases, values.reduced].map((value) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${value} is not a whole number`);
  return number;
});

const found = await score({ seed: seed!, cases: cases!, reduced: reduced!, only: values.only });
for (const failure of found.failures) process.stdout.write(`\n${failure.count} × ${failure.kind}\n${failureText(failure)}\n`);
process.stdout.write(`\n${table(found.figures)}\n\nSeed ${seed}, ${found.conditions.cases} statements, ${machine()}\n`);
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine: machine(), ...found.conditions, families: [...found.conditions.families], figures: found.figures }, null, 2)}\n`,
  );
if (!values.only)
  writeFileSync(
    REPORT,
    markdown(
      found.figures,
      found.conditions,
      found.failures.filter((failure) => failure.reduced),
    ),
  );
process.exitCode = found.figures.some((figure) => figure.ok === false) ? 1 : 0;
