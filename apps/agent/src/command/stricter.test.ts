import type { Obligations, Verdict } from "@interlock/protocol";
import { expect, test } from "vitest";
import { stricter } from "./stricter.ts";

const NONE: Obligations = { reviews: [], reason: false, guard: false, countdownMs: 0, masks: [] };

function verdict(decision: Verdict["decision"], obligations: Partial<Obligations> = {}): Verdict {
  return { decision, rules: [decision], message: decision, obligations: { ...NONE, ...obligations }, trace: [], policyVersion: "p" };
}

test("a policy that became more lenient does not loosen what was sealed", () => {
  const sealed = verdict("review", { reviews: [{ group: "payments", count: 2 }], guard: true, countdownMs: 5000 });
  const now = stricter(sealed, verdict("allow"));
  expect(now).toEqual(sealed);
});

test("a policy that became stricter binds at once", () => {
  expect(stricter(verdict("allow"), verdict("deny")).decision).toBe("deny");
  const both = stricter(
    verdict("review", { reviews: [{ group: "payments", count: 1 }], rowCap: 100, masks: ["a.b.c"] }),
    verdict("review", {
      reviews: [
        { group: "payments", count: 2 },
        { group: "network", count: 1 },
      ],
      rowCap: 10,
      timeoutMs: 1000,
      reason: true,
      masks: ["email"],
    }),
  );
  expect(both.obligations).toEqual({
    reviews: [
      { group: "payments", count: 2 },
      { group: "network", count: 1 },
    ],
    reason: true,
    guard: false,
    countdownMs: 0,
    rowCap: 10,
    timeoutMs: 1000,
    masks: ["a.b.c", "email"],
  });
});

test("a secret is shown only where what was sealed and the policy of today both show it", () => {
  const shown = (secrets: string[]) => verdict("allow", { secrets });
  expect(stricter(shown(["a/b/c", "a/b/d"]), shown(["a/b/d", "x/y/z"])).obligations.secrets).toEqual(["a/b/d"]);
  expect(stricter(shown(["a/b/c"]), verdict("allow")).obligations.secrets).toBeUndefined();
  expect(stricter(verdict("allow"), shown(["a/b/c"])).obligations.secrets).toBeUndefined();
});
