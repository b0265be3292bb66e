import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { POSTURE_CASES } from "./cases.testing.ts";
import { Inventory } from "./inventory.ts";
import { postureOf, STOPPED } from "./posture.ts";

const OBJECTS = Object.values(POSTURE_CASES).flatMap(({ fails, passes }) => [...fails, ...passes]);

/** Every place of a value within an object. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, Array.isArray(value) ? Number(key) : key]))];
}

function replaced(object: KubeObject, path: readonly (string | number)[], value: unknown): KubeObject {
  const copy = structuredClone(object) as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined) return copy as KubeObject;
  const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as Record<string | number, unknown>, copy);
  parent[last] = value;
  return copy as KubeObject;
}

test("whatever somebody has written in the place of a value, every check goes on", () => {
  const odd = fc.constantFrom<unknown>(null, true, 0, "x", "", [], [null], [1], ["x"], {}, { name: null });
  const object = fc
    .constantFrom(...OBJECTS)
    .chain((one) =>
      fc
        .tuple(fc.constantFrom(...places(one).filter((path) => path.length > 0 && path[0] !== "kind" && path[0] !== "apiVersion")), odd)
        .map(([path, value]) => replaced(one, path, value)),
    );
  fc.assert(
    fc.property(
      fc.array(object, { minLength: 1, maxLength: 4 }),
      fc.constantFrom("cluster" as const, "manifests" as const),
      (objects, from) => {
        const inventory = new Inventory({ sources: objects.map((one) => ({ object: one })), from });
        const { findings, checks } = postureOf(inventory);
        expect(checks.filter(({ unknown }) => unknown?.includes(STOPPED))).toEqual([]);
        for (const { evidence, fix } of findings) {
          expect(evidence.length).toBeGreaterThan(0);
          expect(fix.lines.length > 0 || (fix.decision ?? "") !== "").toBe(true);
        }
      },
    ),
    { seed: 5, numRuns: 400 },
  );
});
