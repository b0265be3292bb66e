/** See scripts/score-posture.mjs. */
import { exit, stdout } from "node:process";
import { kubectlFor } from "../../src/testing.ts";
import { scoreFixes } from "./score.ts";

const program = await kubectlFor("the score of fixes");
if (program === undefined) exit(1);
const outcomes = await scoreFixes(program);
for (const { check, outcome, detail } of outcomes) stdout.write(`${outcome}: ${check}${detail === undefined ? "" : ` (${detail})`}\n`);
const count = (wanted: string): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
stdout.write(
  `\n${outcomes.length} checks: ${count("mended")} mended by their lines, ${count("decided")} wait for a decision alone, ${count("not taken")} are of manifests that no server takes, ${count("failed")} failed\n`,
);
exit(count("failed") === 0 ? 0 : 1);
