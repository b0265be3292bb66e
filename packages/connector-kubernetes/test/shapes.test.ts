import { env, stderr } from "node:process";
import { describe, expect, it } from "vitest";
import { judge } from "../score/judge.ts";
import { planShape } from "../score/plan-shape.ts";
import { SHAPES } from "../score/shapes.data.ts";
import { findKubectl, KUBECTL_MISSING } from "../src/index.ts";

const configured = env["INTERLOCK_KUBECTL"];
const program = await findKubectl({ path: env["PATH"] ?? "", ...(configured === undefined ? {} : { configured }) });
if (program === undefined) stderr.write(`NOT RUN: planned writes against kubectl's own. ${KUBECTL_MISSING}\n`);

describe.skipIf(program === undefined)("what is planned is what kubectl alone does, and nothing is done while planning", () => {
  // Not one test for each: what they start is shared out better between two at a time.
  it.concurrent.each(SHAPES.map((shape) => [shape.text.replaceAll("\n", " ; "), shape] as const))(
    "%s",
    async (_text, shape) => {
      expect(judge(shape, await planShape(shape, program!))).toEqual([]);
    },
    // Each starts two clusters and kubectl twice for every line, beside others; a busy machine may take its time.
    180_000,
  );
});
