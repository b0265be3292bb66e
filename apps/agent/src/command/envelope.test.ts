import { expect, test } from "vitest";
import { canonicalJson } from "@interlock/audit";
import type { Impact, Statement } from "@interlock/protocol";
import { digestOf, openSeal, seal } from "./envelope.ts";

const RESOLUTION = {
  database: "payments",
  role: "interlock_write",
  targets: ["payments.orders=table:16412"],
  settings: { search_path: "public" },
};
const STATEMENT: Statement = {
  index: 0,
  start: 0,
  end: 27,
  text: "DELETE FROM payments.orders",
  title: "DELETE payments.orders",
  effect: "delete",
  effects: [{ effect: "delete", object: "payments.orders", kind: "table", rows: { value: 3, kind: "exact" } }],
  cascades: [],
  locks: [],
  rewrites: [],
  scans: [],
  sideEffects: [],
  willFail: [],
  waits: [],
  reversible: "no",
  risks: [],
};
const IMPACT: Impact = { effect: "delete", complete: true, tookMs: 1.25, warnings: [], statements: [STATEMENT] };
const MORE: Impact = {
  ...IMPACT,
  statements: [{ ...STATEMENT, effects: [{ ...STATEMENT.effects[0]!, rows: { value: 300_000, kind: "exact" } }] }],
};
const INPUT = {
  text: "DELETE FROM payments.orders",
  files: [
    { name: "web.yaml", sha256: "aa" },
    { name: "-", sha256: "bb" },
  ],
  resolution: RESOLUTION,
  connectionId: "c",
  policyVersion: "p",
  roomId: "r",
  maxRows: 5,
  impact: IMPACT,
  dryRun: false,
  undo: { of: "command", digest: "rows" },
};

function row(input = INPUT) {
  const { text, files, connectionId, roomId, maxRows, impact, dryRun, undo } = input;
  const stored = structuredClone<unknown>(impact);
  const one = { hostOrder: null, hosts: [], upload: null };
  return {
    text,
    files,
    connectionId,
    roomId,
    maxRows,
    dryRun,
    undoOfId: undo.of,
    impact: stored,
    effect: impact.effect,
    ...one,
    ...seal(input),
  };
}

test("the digest covers everything a reviewer agrees to", () => {
  const base = seal(INPUT).digest;
  const changed = [
    { ...INPUT, text: "DELETE FROM payments.orders " },
    { ...INPUT, files: [] },
    { ...INPUT, files: [INPUT.files[0]!] },
    { ...INPUT, files: [INPUT.files[0]!, { name: "-", sha256: "bc" }] },
    { ...INPUT, files: [{ name: "api.yaml", sha256: "aa" }, INPUT.files[1]!] },
    { ...INPUT, connectionId: "d" },
    { ...INPUT, policyVersion: "q" },
    { ...INPUT, roomId: "s" },
    { ...INPUT, maxRows: 6 },
    { ...INPUT, impact: MORE },
    { ...INPUT, dryRun: true },
    { ...INPUT, undo: undefined },
    { ...INPUT, undo: { ...INPUT.undo, of: "another" } },
    { ...INPUT, undo: { ...INPUT.undo, digest: "other rows" } },
    { ...INPUT, impact: { ...IMPACT, warnings: ["a trigger is not understood"] } },
    { ...INPUT, resolution: { ...RESOLUTION, database: "other" } },
    { ...INPUT, resolution: { ...RESOLUTION, role: "postgres" } },
    { ...INPUT, resolution: { ...RESOLUTION, targets: ["payments.orders=table:16413"] } },
    { ...INPUT, resolution: { ...RESOLUTION, settings: { search_path: "evil" } } },
  ];
  for (const input of changed) expect(seal(input).digest).not.toBe(base);
  expect(seal({ ...INPUT }).digest).toBe(base);
  expect(seal({ ...INPUT, files: INPUT.files.toReversed() }).digest).toBe(base);
});

test("a row that says something else than its envelope does not open", () => {
  const good = row();
  expect(openSeal(good)?.text).toBe(INPUT.text);
  expect(openSeal({ ...good, text: "TRUNCATE payments.orders" })).toBeUndefined();
  expect(openSeal({ ...good, connectionId: "d" })).toBeUndefined();
  expect(openSeal({ ...good, files: [] })).toBeUndefined();
  expect(openSeal({ ...good, files: [{ name: "web.yaml", sha256: "ab" }, good.files[1]!] })).toBeUndefined();
  expect(openSeal({ ...good, maxRows: 1000 })).toBeUndefined();
  expect(openSeal({ ...good, impact: MORE })).toBeUndefined();
  expect(openSeal({ ...good, dryRun: true })).toBeUndefined();
  expect(openSeal({ ...good, undoOfId: null })).toBeUndefined();
  expect(openSeal({ ...good, impact: null })).toBeUndefined();
  expect(openSeal({ ...good, effect: "read" })).toBeUndefined();
  expect(openSeal({ ...good, envelope: good.envelope.replace('"maxRows":5', '"maxRows":9') })).toBeUndefined();
  expect(openSeal({ ...good, digest: seal({ ...INPUT, text: "x" }).digest })).toBeUndefined();
});

test("I2 the list of hosts, their order and what is done on each is part of what is agreed to", () => {
  const host = { connectionId: "c", database: "", role: "deploy", targets: ["0:deploy@web-1=SHA256:a"], settings: {} };
  const impacts = [IMPACT, MORE];
  const each = impacts.map((impact, at) => ({ ...host, connectionId: `c${at}`, impact: digestOf(canonicalJson(impact)) }));
  const hosts = { order: { onFailure: "stop", atOnce: 1 } as const, each };
  const sealed = seal({ ...INPUT, hosts });
  const good = {
    ...row(),
    ...sealed,
    hostOrder: hosts.order as unknown,
    hosts: impacts.map((impact, at) => ({ connectionId: `c${at}`, impact })),
  };
  expect(openSeal(good)?.hosts?.each).toHaveLength(2);
  for (const changed of [
    { hosts: [] },
    { hosts: good.hosts.slice(0, 1) },
    { hosts: good.hosts.toReversed() },
    { hosts: [good.hosts[0]!, { ...good.hosts[1]!, connectionId: "c7" }] },
    { hosts: [good.hosts[0]!, { ...good.hosts[1]!, impact: IMPACT }] },
    { hostOrder: { onFailure: "carry_on", atOnce: 1 } },
    { hostOrder: { onFailure: "stop", atOnce: 9 } },
    { hostOrder: null },
  ])
    expect(openSeal({ ...good, ...changed })).toBeUndefined();
  const others = [
    { ...hosts, order: { onFailure: "carry_on", atOnce: 1 } as const },
    { ...hosts, each: each.toReversed() },
    { ...hosts, each: each.map((one) => ({ ...one, targets: ["0:deploy@web-1=SHA256:b"] })) },
    { ...hosts, each: each.map((one) => ({ ...one, settings: { interpreter: "sh" } })) },
    undefined,
  ];
  for (const other of others) expect(seal({ ...INPUT, hosts: other }).digest).not.toBe(sealed.digest);
});

test("what the guard lets through is part of what is agreed to", () => {
  expect(openSeal(row())?.approved).toEqual([{ object: "payments.orders", rows: 3 }]);
  const good = row();
  const raised = good.envelope.replace('"rows":3', '"rows":300000');
  expect(raised).not.toBe(good.envelope);
  expect(openSeal({ ...good, envelope: raised })).toBeUndefined();
});
