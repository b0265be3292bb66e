import { expect, test } from "vitest";
import { scoreFixes } from "../score/posture/score.ts";
import { kubectlFor } from "../src/testing.ts";

const program = await kubectlFor("fixes of findings of a cluster's posture");

// Of each way to mend something one; all of them: npm run score:posture.
test.skipIf(program === undefined)("a fix that is run leaves nothing to find", async () => {
  const checks = ["cluster-admin", "privileged", "host-port", "default-service-account", "no-disruption-budget", "namespace-default-deny"];
  expect(await scoreFixes(program!, checks)).toEqual(checks.map((check) => ({ check, outcome: "mended" })));
});
