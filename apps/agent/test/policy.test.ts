import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_POLICY, parsePolicy } from "@interlock/policy";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openStage, POLICY, type Stage } from "./command-stage.ts";

const PATIENCE = { timeout: 10_000, interval: 10 };

let stage: Stage;
let path: string;
beforeAll(async () => {
  stage = await openStage();
  path = join(stage.home, "policy.yaml");
});
afterAll(() => stage.dispose());

test("a saved file binds without a restart", async () => {
  const before = stage.policy.current.version;
  await writeFile(path, `${POLICY}  - { id: freeze, match: { effects: [delete] }, effect: deny, message: Freeze. }\n`);
  await vi.waitUntil(() => stage.policy.current.version !== before, PATIENCE);
  expect(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 41")).toMatchObject({
    state: "denied",
    verdict: { message: "Freeze." },
  });
  // The way most editors save: another file takes the name.
  await writeFile(`${path}.new`, POLICY);
  await rename(`${path}.new`, path);
  await vi.waitUntil(() => stage.policy.current.version === before, PATIENCE);
  expect(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 41")).toMatchObject({ state: "awaiting_review" });
});

test("a broken file keeps the last good policy, over a restart too, and says where it is broken", async () => {
  const good = stage.policy.current.version;
  await writeFile(path, `${POLICY}  - { id: odd, effect: perhaps }\n`);
  await vi.waitUntil(() => stage.policy.problem !== undefined, PATIENCE);
  expect(stage.policy.problem).toMatch(/^policy\.yaml, line 21, column \d+: /);
  expect(stage.policy.current.version).toBe(good);
  const told = stage.told.filter((message) => message.type === "policy");
  expect(told.at(-1)).toMatchObject({ problem: expect.stringContaining("line 21") });
  const refused = await stage.db.auditEvent.findFirstOrThrow({ where: { type: "policy.refused" }, orderBy: { seq: "desc" } });
  expect(JSON.parse(refused.data)).toMatchObject({ line: 21 });
  await stage.restart();
  expect(stage.policy.current.version).toBe(good);
  expect(stage.policy.problem).toContain("line 21");
  expect(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 42")).toMatchObject({ state: "awaiting_review" });

  await writeFile(path, POLICY);
  await vi.waitUntil(() => stage.policy.problem === undefined, PATIENCE);
  expect(stage.told.filter((message) => message.type === "policy").at(-1)).not.toHaveProperty("problem");
});

test("with neither a good file nor an older good one everything is denied", async () => {
  await writeFile(path, "rules: 7");
  await rm(`${path}.last-good`);
  await stage.restart();
  expect(await stage.propose("oncall", "SELECT 1")).toMatchObject({ state: "denied", verdict: { rules: [] } });
});

test("a missing file is written with the default policy", async () => {
  await rm(path);
  await stage.restart();
  expect(await readFile(path, "utf8")).toBe(DEFAULT_POLICY);
  const parsed = parsePolicy(DEFAULT_POLICY);
  expect(parsed.ok && parsed.policy.version).toBe(stage.policy.current.version);
});
