import { describe, expect, it } from "vitest";
import { casesFor } from "../score/cases-for.ts";
import { certificateFiles } from "../score/certificate-files.ts";
import { drawCluster } from "../score/cluster.ts";
import { judge } from "../score/judge.ts";
import { planCase } from "../score/plan-case.ts";
import { ranThoughRefused } from "../score/score.ts";
import { kubectlFor } from "../src/testing.ts";

const program = await kubectlFor("planned writes against kubectl's own");

/** One in so many of the score's commands, on a cluster of one seed: `npm run score:kubernetes` runs all of them on several. */
const ONE_IN = 10;
/** What once went wrong and would not be met by chance. */
const ALWAYS = [
  "rollout status deployment <worker>",
  "kubectl apply -f thing-next.yaml",
  "kubectl delete -f app.yaml",
  "--current-replicas=3 --replicas=6",
  "kubectl certificate approve made",
];
const SEED = 7;

it("nothing is run that must not be", () => {
  expect(ranThoughRefused()).toEqual([]);
});

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("what is planned is what kubectl alone does, and nothing is done while planning", () => {
  const drawn = drawCluster(SEED);
  const cases = casesFor(SEED).filter(({ text }, index) => index % ONE_IN === 0 || ALWAYS.some((part) => text.includes(part)));
  // Not one test for each: what they start is shared out better between two at a time.
  it.concurrent.each(cases.map((one) => [one.text.replaceAll("\n", " ; "), one] as const))(
    "%s",
    async (_text, one) => {
      expect(judge(one, await planCase(one, drawn, program!, await files()))).toEqual([]);
    },
    // Each starts two clusters and kubectl twice for every line, beside others; a busy machine may take its time.
    180_000,
  );
});

let more: ReturnType<typeof certificateFiles> | undefined;
const files = (): ReturnType<typeof certificateFiles> => (more ??= certificateFiles());
