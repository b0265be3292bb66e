/** See scripts/score-rights.mjs. */
import { readFileSync } from "node:fs";
import { exit, stdout } from "node:process";
import { parseArgs } from "node:util";
import { startKubeSim } from "@interlock/kube-sim";
import { openCluster } from "../../src/index.ts";
import { scoreRights } from "./score.ts";

const { values } = parseArgs({
  options: { seed: { type: "string", multiple: true }, questions: { type: "string", default: "2000" }, cluster: { type: "string" } },
});
const seeds = (values.seed ?? ["0", "1", "2", "3", "4"]).map(Number);
const sim = values.cluster === undefined ? await startKubeSim() : undefined;
const cluster = await openCluster({ kubeconfig: sim?.kubeconfig() ?? readFileSync(values.cluster!, "utf8") });
let wrong = 0;
try {
  for (const seed of seeds) {
    const started = performance.now();
    const { questions, allowed, different, listed } = await scoreRights(cluster, { seed, questions: Number(values.questions) });
    for (const one of different.slice(0, 20)) stdout.write(`    ${one}\n`);
    const took = ((performance.now() - started) / 1000).toFixed(1);
    stdout.write(
      `seed ${seed}: ${questions - different.length} of ${questions} answers as the server's (${allowed} allowed), ${listed} of ${questions} lists of who may; ${took} s\n`,
    );
    wrong += different.length + (questions - listed);
  }
} finally {
  await cluster.close();
  await sim?.stop();
}
exit(wrong === 0 ? 0 : 1);
