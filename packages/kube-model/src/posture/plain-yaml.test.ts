import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { plainYaml } from "./plain-yaml.ts";

test("it reads as the library's own", () => {
  expect(plainYaml({ spec: { containers: [{ name: "web", args: ["-a", "yes"], limits: {} }], replicas: 2 } })).toBe(
    `spec:\n  containers:\n    - name: web\n      args:\n        - "-a"\n        - "yes"\n      limits: {}\n  replicas: 2\n`,
  );
});

test("whatever is written is read again", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(parse(plainYaml(value), { version: "1.1", uniqueKeys: false })).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 3, numRuns: 300 },
  );
});
