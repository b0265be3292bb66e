import type { Command, Reachability } from "@interlock/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { endFacts } from "./end-facts.ts";
import { Inquiry } from "./inquiry.ts";

const DIFF = " apiVersion: v1\n kind: Namespace\n metadata:\n   name: ops\n   labels:\n     team: platform\n+    env: prod\n";
const CHANGE: Reachability["change"] = {
  title: "Label namespace ops with env=prod",
  command: "kubectl label namespace ops env=prod",
  files: {},
  edits: 1,
  objects: [{ object: "v1 Namespace ops", before: "", after: "", diff: DIFF }],
};
const answer = (allowed: boolean): Reachability => ({
  allowed,
  policies: [],
  reason: "",
  certain: true,
  notes: [],
  from: { name: "ops/a", namespace: "ops", namespaceLabels: { team: "platform" }, addresses: [] },
  to: { name: "prod/b", namespace: "prod", namespaceLabels: { env: "prod" }, addresses: [] },
  port: "1/TCP",
  sides: [],
  connections: [],
  connectionCount: 1,
  policyCount: 1,
  ...(allowed ? {} : { blockedAt: "ingress", change: CHANGE }),
});
const PLAN = {
  impact: { effect: "modify", complete: true, tookMs: 1, warnings: [], statements: [] },
  verdict: {
    decision: "review",
    rules: ["cluster-changes"],
    message: "",
    policyVersion: "1",
    trace: [],
    obligations: { reviews: [{ count: 1, group: "platform" }], guard: false, reason: false, countdownMs: 0, masks: [] },
  },
};

interface Asked {
  path: string;
  body: Record<string, unknown>;
  answer: (value: unknown) => void;
}
let asked: Asked[];
let commands: Pick<Command, "id" | "state">[];
let tell: () => void;

beforeEach(() => {
  asked = [];
  commands = [];
  vi.stubGlobal("fetch", (url: string, { body, signal }: { body: string; signal?: AbortSignal }) => {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
      const send = (value: unknown) => resolve(new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } }));
      asked.push({ path: url, body: JSON.parse(body) as Record<string, unknown>, answer: send });
    });
  });
});
afterEach(() => vi.unstubAllGlobals());

const open = () =>
  new Inquiry({
    roomId: "r",
    connection: () => "eks",
    command: (id) => commands.find((one) => one.id === id) as Command | undefined,
    onCommands: (listener) => {
      tell = listener;
      return () => {};
    },
  });
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("a question is answered with what policy demands of the change, and asked again once the change is made", async () => {
  const inquiry = open();
  inquiry.write({ from: "ops/a", to: "prod/b", port: "1" });
  void inquiry.ask();
  expect(asked[0]).toMatchObject({
    path: "/api/v1/reachability",
    body: { connection: "eks", from: { namespace: "ops", pod: "a" }, to: { namespace: "prod", pod: "b" }, port: 1, protocol: "TCP" },
  });
  asked[0]!.answer(answer(false));
  await settled();
  expect(asked[1]).toMatchObject({ path: "/api/v1/analyze", body: { text: CHANGE!.command } });
  asked[1]!.answer(PLAN);
  await settled();
  expect(inquiry.state.get()).toMatchObject({ asking: false, plan: { verdict: { decision: "review" } } });

  const proposing = inquiry.propose({ dryRun: false });
  asked[2]!.answer({ id: "c1" });
  expect(await proposing).toEqual({ ok: true, commandId: "c1" });
  expect(inquiry.state.get().proposed).toEqual({ commandId: "c1", text: CHANGE!.command });
  commands = [{ id: "c1", state: "running" }];
  tell();
  expect(asked).toHaveLength(3);
  commands = [{ id: "c1", state: "succeeded" }];
  tell();
  asked[3]!.answer(answer(true));
  await settled();
  expect(inquiry.state.get().answer?.value.allowed).toBe(true);
  expect(inquiry.state.get()).not.toHaveProperty("plan");
  expect(inquiry.state.get()).not.toHaveProperty("proposed");
});

test.each(["failed", "unknown", "cancelled", "rejected"] as const)(
  "what was asked is asked again once the change is %s, whatever stands in the fields by then",
  async (state) => {
    const inquiry = open();
    inquiry.write({ from: "ops/a", to: "prod/b", port: "1" });
    void inquiry.ask();
    asked[0]!.answer(answer(false));
    await settled();
    asked[1]!.answer(PLAN);
    await settled();
    const proposing = inquiry.propose({ dryRun: false });
    asked[2]!.answer({ id: "c1" });
    await proposing;
    // Another question is begun, and is half written when the change ends.
    inquiry.write({ from: "ops/", port: "53/UDP" });
    commands = [{ id: "c1", state }];
    tell();
    expect(asked[3]).toMatchObject({ path: "/api/v1/reachability", body: { from: { namespace: "ops", pod: "a" }, port: 1 } });
    expect(inquiry.state.get()).toMatchObject({ asking: true, problems: {}, texts: { from: "ops/", port: "53/UDP" } });
    asked[3]!.answer(answer(true));
    await settled();
    expect(inquiry.state.get()).toMatchObject({ asking: false, answer: { of: { from: "ops/a", port: "1" }, value: { allowed: true } } });
    tell();
    expect(asked).toHaveLength(4);
  },
);

test("an answer that comes after another question was asked is nobody's", async () => {
  const inquiry = open();
  inquiry.write({ from: "ops/a", to: "prod/b", port: "1" });
  void inquiry.ask();
  inquiry.write({ port: "2" });
  void inquiry.ask();
  asked[0]!.answer(answer(true));
  await settled();
  expect(inquiry.state.get()).not.toHaveProperty("answer");
  asked[1]!.answer(answer(true));
  await settled();
  expect(inquiry.state.get().answer?.of.port).toBe("2");
});

test("fields that are wrong ask nothing", async () => {
  const inquiry = open();
  await inquiry.ask();
  expect(asked).toEqual([]);
  expect(Object.keys(inquiry.state.get().problems)).toEqual(["from", "to", "port"]);
  inquiry.write({ from: "ops/a" });
  expect(Object.keys(inquiry.state.get().problems)).toEqual(["to", "port"]);
});

test("the label that is missing is named at its end", () => {
  const { from, to } = answer(false);
  expect(endFacts(from, CHANGE)).toEqual({
    title: "ops",
    below: "a",
    marks: [
      { text: "no env label", missing: true },
      { text: "team=platform", missing: false },
    ],
    amber: true,
  });
  expect(endFacts({ ...from, namespaceLabels: { env: "dev" } }, CHANGE).marks).toEqual([{ text: "env=dev", missing: true }]);
  expect(endFacts(to, CHANGE)).toMatchObject({ amber: false, marks: [{ text: "env=prod", missing: false }] });
  expect(endFacts({ name: "10.0.0.1", addresses: ["10.0.0.1"] }, undefined)).toEqual({ title: "10.0.0.1", marks: [], amber: false });
});
