/**
 * `npm run score:kubernetes [-- --seed N (again for another) --only WORDS --json FILE]`: plans commands behind the API gate on clusters that
 * are drawn by seed and runs them with kubectl alone on clusters that began the same, fuzzes the gate, and writes what came of each seed into
 * bench/kubernetes-plan.md. Seed 0 is the cluster as it is written down. `--only` takes the commands that hold its words and leaves the report alone.
 * `--cluster KUBECONFIG` holds commands against a real cluster instead, which is written to.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { env, exit, stdout } from "node:process";
import { parseArgs } from "node:util";
import { findKubectl, KUBECTL_MISSING } from "../src/index.ts";
import { casesFor } from "./cases-for.ts";
import { REFUSED } from "./cases/refused.data.ts";
import { certificateFiles } from "./certificate-files.ts";
import { drawCluster } from "./cluster.ts";
import { figuresOf, fuzzFigures, type Figure } from "./figures.ts";
import { fuzzGate } from "./fuzz.ts";
import { runOnRealCluster } from "./real-cluster.ts";
import { reportOf, wordOf, type Part } from "./report.ts";
import { ranThoughRefused, runCases, type Judged } from "./score.ts";

const REPORT = new URL("../../../bench/kubernetes-plan.md", import.meta.url);
/** One beside the cluster that is written down: what holds on one that is drawn as well is not made for one. */
const SEEDS = ["0", "1"];
/** Requests that no client would send, for each seed. */
const FUZZED = 10_000;
const LANES = 4;

const { values } = parseArgs({
  options: { seed: { type: "string", multiple: true }, only: { type: "string" }, json: { type: "string" }, cluster: { type: "string" } },
});
const program = await findKubectl({
  path: env["PATH"] ?? "",
  ...(env["INTERLOCK_KUBECTL"] === undefined ? {} : { configured: env["INTERLOCK_KUBECTL"] }),
});
if (program === undefined) {
  stdout.write(`Not run: ${KUBECTL_MISSING}\n`);
  exit(1);
}
if (values.cluster !== undefined) {
  const all = await runOnRealCluster(values.cluster, program, values.only, ({ text, faults }) => {
    stdout.write(`${faults.length === 0 ? "as kubectl alone" : "NOT as kubectl alone"}: ${text.split("\n")[0]}\n`);
    for (const fault of faults) stdout.write(`    ${fault.slice(0, 2000)}\n`);
  });
  const same = all.filter(({ faults }) => faults.length === 0).length;
  stdout.write(`\n${same} of ${all.length} commands left the cluster as kubectl alone does, and nothing changed while they were planned\n`);
  exit(same === all.length ? 0 : 1);
}
const more = await certificateFiles();
/** Some of the commands say nothing of the figures that count them. */
const whole = values.only === undefined;
const parts: Part[] = [];
for (const seed of values.seed ?? SEEDS) {
  const drawn = drawCluster(Number(seed));
  const cases = casesFor(Number(seed)).filter(({ text }) => values.only === undefined || text.includes(values.only));
  const judged = await runCases(
    cases.map((one) => ({ one, drawn })),
    { program, more, lanes: LANES },
    (one) => tell(one, seed),
  );
  const refused = ranThoughRefused();
  for (const line of refused) stdout.write(`runs, and must not: ${line}\n`);
  const all = figuresOf(judged, { lines: REFUSED.length, ran: refused.length });
  const figures = whole ? all : all.filter(({ name }) => !/^(lines of|verbs)/.test(name));
  parts.push({ title: `Seed ${seed}`, judged, figures });
  show(seed, figures);
  if (!whole) continue;
  const fuzzed = await fuzzGate(drawn, Number(seed), FUZZED);
  for (const write of fuzzed.writes) stdout.write(`reached the cluster: ${write}\n`);
  const found = fuzzFigures(fuzzed);
  parts.push({ title: `Seed ${seed}, bytes that no client sends`, judged: [], figures: found });
  show(`${seed}, bytes that no client sends`, found);
  const kept = existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "";
  writeFileSync(REPORT, reportOf(parts, kept, versionOf(program)));
}
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify(
      parts.map(({ title, figures }) => ({ title, figures })),
      null,
      2,
    )}\n`,
  );
}
exit(parts.some(({ figures }) => figures.some(({ reached }) => reached === false)) ? 1 : 0);

/** A command that went wrong, so that it can be run again alone. */
function tell({ one, faults, result }: Judged, seed: string): void {
  if (faults.length === 0) return;
  const line = (result?.text ?? one.text).replaceAll("\n", "\n  ");
  stdout.write(`\nseed ${seed}:\n  ${line}\n${faults.map((fault) => `    ${fault.slice(0, 2000)}\n`).join("")}`);
  stdout.write(`    again: npm run score:kubernetes -- --seed ${seed} --only ${JSON.stringify(one.text.split("\n")[0])}\n`);
}

function show(seed: string, figures: readonly Figure[]): void {
  stdout.write(`\nseed ${seed}\n`);
  for (const { name, value, goal, reached } of figures)
    stdout.write(`  ${wordOf(reached).padEnd(3)} ${name}: ${value} (must be ${goal})\n`);
}

function versionOf(path: string): string {
  const said = execFileSync(path, ["version", "--client", "-o", "json"], { encoding: "utf8" });
  const { clientVersion } = JSON.parse(said) as { clientVersion: { gitVersion: string } };
  return `kubectl ${clientVersion.gitVersion}`;
}
