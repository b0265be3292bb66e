/**
 * `npm run bench [-- --only NAME --json FILE]`: runs bench/NAME.ts, each in a process of its own. A benchmark's default export is
 * `async (report) => …` and calls `report({ name, value, unit, peer?, ratio?, goal, ok })` for each figure.
 */
import { fork } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fail, pinnedNode, ROOT } from "./process.mjs";
import { setup } from "./setup.mjs";

const folder = join(ROOT, "bench");
const { values } = parseArgs({ options: { only: { type: "string", multiple: true }, json: { type: "string" } } });
const known = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3))
  .sort();
const unknown = values.only?.find((name) => !known.includes(name));
if (unknown !== undefined) fail(`There is no benchmark ${unknown}. There are: ${known.join(", ")}.`);
await setup({ build: true });

const machine = `${cpus()[0]?.model ?? "unknown CPU"} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`;
const figures = [];
let broken = 0;
for (const name of values.only ?? known) {
  process.stdout.write(`\n── ${name}\n`);
  const code = await new Promise((ended) => {
    const runner = fileURLToPath(new URL("./bench-one.mjs", import.meta.url));
    const child = fork(runner, [join(folder, `${name}.ts`)], { execPath: pinnedNode(), execArgv: ["--expose-gc"], cwd: ROOT });
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
    child.on("message", (figure) => {
      figures.push(figure);
      process.stdout.write(`${line(figure).join("  ")}\n`);
    });
    child.once("close", ended);
  });
  if (code !== 0) broken++;
}

if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
// A part of the figures must not replace the whole.
if (!values.only && broken === 0) writeFileSync(join(folder, "results.md"), report());
process.stdout.write(`\n${figures.filter((figure) => figure.ok).length} of ${figures.length} figures reach their goal\n`);
process.exit(broken === 0 ? 0 : 1);

function line({ name, value, unit, peer, ratio, spread, goal, ok }) {
  const between = spread === undefined ? "" : ` (${round(spread[0])}–${round(spread[1])})`;
  const shown = `${round(value)} ${unit}${ratio === undefined ? between : ""}`;
  return [name, shown, peer ?? "", ratio === undefined ? "" : `${round(ratio)} ×${between}`, `${goal}`, ok ? "yes" : "no"];
}

function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(3));
}

function report() {
  const rows = figures.map((figure) => `| ${line(figure).join(" | ")} |`).join("\n");
  return `# Measured\n\nOn ${machine}. Written by \`npm run bench\`; ratios are of one run on one machine.\n
| figure | value | compared with | ratio | goal | reached |\n| --- | --- | --- | --- | --- | --- |\n${rows}\n`;
}
