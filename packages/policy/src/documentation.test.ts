import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parsePolicy } from "./parse.ts";

test("every example of docs/policy.md is a policy, or rules or masks of one", async () => {
  const text = await readFile(new URL("../../../docs/policy.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example]) => example!);
  expect(examples.length).toBeGreaterThan(2);
  for (const example of examples) {
    const indented = example.replaceAll(/^/gm, "  ");
    const whole = example.startsWith("version:")
      ? example
      : /^(masks|terminals|recordings|files):/.test(example)
        ? `version: 1\nrules: []\n${example}`
        : `version: 1\nrules:\n${indented}`;
    expect(parsePolicy(whole)).toMatchObject({ ok: true });
  }
});
