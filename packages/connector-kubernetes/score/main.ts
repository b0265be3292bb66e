/**
 * `npm run score:kubernetes`: plans every command of the list and runs it with kubectl alone on a cluster that began the same. What was
 * planned must be what was done, and nothing may have been done while planning. Words after it choose commands that hold them.
 */
import { env, exit, stdout } from "node:process";
import { findKubectl, KUBECTL_MISSING } from "../src/index.ts";
import { judge } from "./judge.ts";
import { planShape } from "./plan-shape.ts";
import { SHAPES } from "./shapes.data.ts";

const program = await findKubectl({
  path: env["PATH"] ?? "",
  ...(env["INTERLOCK_KUBECTL"] === undefined ? {} : { configured: env["INTERLOCK_KUBECTL"] }),
});
if (program === undefined) {
  stdout.write(`Not run: ${KUBECTL_MISSING}\n`);
  exit(1);
}
const words = process.argv.slice(2);
const shapes = SHAPES.filter((shape) => words.every((word) => shape.text.includes(word)));
let wrong = 0;
let writes = 0;
for (const shape of shapes) {
  const result = await planShape(shape, program);
  writes += result.planned.length;
  const faults = judge(shape, result);
  if (faults.length === 0) continue;
  wrong++;
  stdout.write(`${shape.text}\n${faults.map((fault) => `    ${fault}\n`).join("")}`);
}
stdout.write(`${shapes.length - wrong} of ${shapes.length} commands planned as kubectl alone does them, ${writes} writes\n`);
exit(wrong === 0 ? 0 : 1);
