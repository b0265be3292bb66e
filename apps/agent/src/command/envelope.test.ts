import { expect, test } from "vitest";
import { openSeal, seal } from "./envelope.ts";

const RESOLUTION = {
  database: "payments",
  role: "interlock_write",
  targets: ["payments.orders=table:16412"],
  settings: { search_path: "public" },
};
const INPUT = {
  text: "DELETE FROM payments.orders",
  resolution: RESOLUTION,
  connectionId: "c",
  policyVersion: "p",
  roomId: "r",
  maxRows: 5,
};

function row(input = INPUT) {
  return { text: input.text, connectionId: input.connectionId, roomId: input.roomId, maxRows: input.maxRows, ...seal(input) };
}

test("the digest covers everything a reviewer agrees to", () => {
  const base = seal(INPUT).digest;
  const changed = [
    { ...INPUT, text: "DELETE FROM payments.orders " },
    { ...INPUT, connectionId: "d" },
    { ...INPUT, policyVersion: "q" },
    { ...INPUT, roomId: "s" },
    { ...INPUT, maxRows: 6 },
    { ...INPUT, resolution: { ...RESOLUTION, database: "other" } },
    { ...INPUT, resolution: { ...RESOLUTION, role: "postgres" } },
    { ...INPUT, resolution: { ...RESOLUTION, targets: ["payments.orders=table:16413"] } },
    { ...INPUT, resolution: { ...RESOLUTION, settings: { search_path: "evil" } } },
  ];
  for (const input of changed) expect(seal(input).digest).not.toBe(base);
  expect(seal({ ...INPUT }).digest).toBe(base);
});

test("a row that says something else than its envelope does not open", () => {
  const good = row();
  expect(openSeal(good)?.text).toBe(INPUT.text);
  expect(openSeal({ ...good, text: "TRUNCATE payments.orders" })).toBeUndefined();
  expect(openSeal({ ...good, connectionId: "d" })).toBeUndefined();
  expect(openSeal({ ...good, maxRows: 1000 })).toBeUndefined();
  expect(openSeal({ ...good, envelope: good.envelope.replace('"maxRows":5', '"maxRows":9') })).toBeUndefined();
  expect(openSeal({ ...good, digest: seal({ ...INPUT, text: "x" }).digest })).toBeUndefined();
});
