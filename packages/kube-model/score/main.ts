/**
 * `npm run score:network [-- --clusters N --seed N --json FILE]`: holds the model of NetworkPolicies against an evaluator that was read off
 * the documentation (test/network/documented.ts) on clusters drawn by seed. Writes bench/network-policies.md when it runs whole; `--seed`
 * runs that one cluster and says what it finds.
 */
import { writeFileSync } from "node:fs";
import { exit, stdout } from "node:process";
import { parseArgs } from "node:util";
import { judgeCluster } from "./judge-network.ts";

const REPORT = new URL("../../../bench/network-policies.md", import.meta.url);
const CLUSTERS = 10_000;
const FAULTS = 20;

const { values } = parseArgs({ options: { clusters: { type: "string" }, seed: { type: "string" }, json: { type: "string" } } });
const clusters = values.seed === undefined ? Number(values.clusters ?? CLUSTERS) : 1;
const first = Number(values.seed ?? 1);
if (!Number.isInteger(clusters) || !Number.isInteger(first) || clusters < 1) {
  stdout.write("--clusters and --seed are whole numbers.\n");
  exit(2);
}
const started = performance.now();
const sum = { questions: 0, changes: 0, compared: 0, agreed: 0 };
const faults: string[] = [];
for (let seed = first; seed < first + clusters; seed++) {
  const judged = judgeCluster(seed);
  sum.questions += judged.questions;
  sum.changes += judged.changes;
  sum.compared += judged.compared;
  if (judged.faults.length === 0) sum.agreed++;
  for (const fault of judged.faults.slice(0, FAULTS)) if (faults.length < FAULTS) faults.push(`cluster ${seed}: ${fault}`);
  if ((seed - first + 1) % 1000 === 0) stdout.write(`${seed - first + 1} clusters, ${sum.agreed} without a difference\n`);
}
for (const fault of faults) stdout.write(`${fault}\n`);
const seconds = Math.round((performance.now() - started) / 1000);
const percent = ((100 * sum.agreed) / clusters).toFixed(2);
stdout.write(
  `\n${sum.agreed} of ${clusters} clusters without a difference (${percent} %), ${sum.questions} questions, ${sum.changes} changes, ${sum.compared} connections compared, ${seconds} s\n`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ clusters, ...sum, faults }, null, 2)}\n`);
if (values.seed === undefined && clusters >= CLUSTERS) writeFileSync(REPORT, report());
exit(sum.agreed === clusters ? 0 : 1);

function report(): string {
  const row = (name: string, value: number): string => `| ${name} | ${value.toLocaleString("en")} |`;
  return `# NetworkPolicies against their documentation

Written by \`npm run score:network\`. The model is held against an evaluator that was read off the Kubernetes documentation one sentence at a
time and shares no code with it (\`packages/kube-model/test/network/documented.ts\`), on clusters drawn by seed.

| what | how many |
| --- | --- |
${row("clusters", clusters)}
${row("clusters without any difference", sum.agreed)}
${row("questions answered", sum.questions)}
${row("blocked connections whose smallest change opens them by the other evaluator, too", sum.changes)}
${row("connections compared: each cell of the matrix, and all ends before and after a change", sum.compared)}
`;
}
