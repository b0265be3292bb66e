/** See scripts/score-rights.mjs. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { exit, stdout } from "node:process";
import { parseArgs } from "node:util";
import { startKubeSim } from "@interlock/kube-sim";
import { openCluster } from "../../src/index.ts";
import { send } from "./access.ts";
import { scoreEvery } from "./every.ts";
import { reportOf } from "./report.ts";
import { scoreRights } from "./score.ts";

const REPORT = new URL("../../../../bench/rights.md", import.meta.url);

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true },
    questions: { type: "string", default: "2000" },
    cluster: { type: "string" },
    every: { type: "boolean", default: false },
  },
});
const seeds = (values.seed ?? (values.every ? ["0", "1"] : ["0", "1", "2", "3", "4"])).map(Number);
const sim = values.cluster === undefined ? await startKubeSim() : undefined;
const cluster = await openCluster({ kubeconfig: sim?.kubeconfig() ?? readFileSync(values.cluster!, "utf8") });
let wrong = 0;
try {
  for (const seed of seeds) wrong += values.every ? await every(seed) : await drawn(seed);
} finally {
  await cluster.close();
  await sim?.stop();
}
exit(wrong === 0 ? 0 : 1);

async function drawn(seed: number): Promise<number> {
  const started = performance.now();
  const { questions, allowed, different, listed } = await scoreRights(cluster, { seed, questions: Number(values.questions) });
  for (const one of different.slice(0, 20)) stdout.write(`    ${one}\n`);
  stdout.write(
    `seed ${seed}: ${questions - different.length} of ${questions} answers as the server's (${allowed} allowed), ${listed} of ${questions} lists of who may; ${seconds(started)} s\n`,
  );
  return different.length + (questions - listed);
}

async function every(seed: number): Promise<number> {
  const started = performance.now();
  const score = await scoreEvery(cluster, { seed });
  for (const one of score.different.slice(0, 20)) stdout.write(`    ${one}\n`);
  stdout.write(
    `seed ${seed}: ${score.questions - score.different.length} of ${score.questions} answers as the server's (${score.allowed} allowed): ${score.subjects} subjects, ${score.verbs} verbs, ${score.resources} resources, ${score.namespaces} namespaces, ${score.paths} paths; ${seconds(started)} s\n`,
  );
  const { body } = await send(cluster, "GET", "/version");
  const server = sim === undefined ? `kube-apiserver ${String(body["gitVersion"])}` : "simulated server";
  const kept = existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "";
  writeFileSync(REPORT, reportOf(kept, `${server}, seed ${seed}`, score));
  return score.different.length;
}

function seconds(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
