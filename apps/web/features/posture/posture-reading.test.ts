import { ok, type PostureFinding, type PosturePage, refuse } from "@interlock/protocol";
import { expect, test } from "vitest";
import { type PostureAsk, readPosture } from "./posture-reading.ts";

const finding = (object: string): PostureFinding => ({
  check: "exec",
  severity: "high",
  area: "rights",
  object,
  says: "May do it.",
  evidence: [],
  fix: { lines: [], choices: [] },
  system: false,
});
/** What a cluster shows at one moment, so many findings. */
const reading = (at: string, many: number) => Array.from({ length: many }, (_, index) => finding(`${at} ${index}`));
const page = (at: string, findings: PostureFinding[], { offset, limit }: PostureAsk): PosturePage => ({
  at,
  tookMs: 1,
  objects: 1,
  checks: [],
  unread: [],
  findings: findings.slice(offset, offset + limit),
  total: findings.length,
  offset,
  summary: { severities: {} as never, areas: {} as never, system: 0 },
});

/** Reads a cluster that is at `moments[n]` when it is asked for the nth time; then at the last of them. */
async function read(moments: [at: string, many: number][], fresh = false) {
  const asked: PostureAsk[] = [];
  const told: [at: string, findings: readonly PostureFinding[]][] = [];
  const ask = (what: PostureAsk) => {
    const [at, many] = moments[Math.min(asked.length, moments.length - 1)]!;
    asked.push(what);
    return Promise.resolve(ok(page(at, reading(at, many), what)));
  };
  const outcome = await readPosture(ask, fresh, ({ at }, findings) => told.push([at, findings]));
  return { asked, outcome, last: told.at(-1)!, told };
}

test("pages are put together, and only the first of them reads anew", async () => {
  const { outcome, last, asked } = await read([["a", 2_500]], true);
  expect(outcome.ok).toBe(true);
  expect(last[1]).toEqual(reading("a", 2_500));
  expect(asked.map(({ offset, fresh }) => [offset, fresh])).toEqual([
    [0, true],
    [1_000, false],
    [2_000, false],
  ]);
});

test("when the cluster was read again between two pages, all is of the newer reading", async () => {
  const { outcome, told, last, asked } = await read([
    ["a", 2_500],
    ["a", 2_500],
    ["b", 2_100],
  ]);
  expect(outcome.ok).toBe(true);
  expect(asked.map(({ offset }) => offset)).toEqual([0, 1_000, 2_000, 0, 1_000, 2_000]);
  expect(last).toEqual(["b", reading("b", 2_100)]);
  // Nor was a mixture shown on the way.
  for (const [at, findings] of told) expect(new Set(findings.map(({ object }) => object.split(" ")[0]))).toEqual(new Set([at]));
});

test("a cluster that is read again for every page leaves no answer, and no mixture", async () => {
  let at = 0;
  const told: unknown[] = [];
  const outcome = await readPosture(
    (what) => Promise.resolve(ok(page(String(at++), reading("x", 2_500), what))),
    false,
    (_, findings) => told.push(findings.length),
  );
  expect(outcome).toMatchObject({ ok: false, detail: expect.stringContaining("not of one moment") });
  expect(new Set(told)).toEqual(new Set([1_000]));
});

test("most that a page holds, nothing, and a refusal end it", async () => {
  expect((await read([["a", 9_000]])).asked).toHaveLength(5);
  expect((await read([["a", 0]])).asked).toHaveLength(1);
  expect(
    await readPosture(
      () => Promise.resolve(refuse("denied")),
      false,
      () => expect.unreachable(),
    ),
  ).toMatchObject({ code: "denied" });
});
