import { migratedDatabase, type MigratedDatabase } from "@interlock/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AnalysisAudit } from "../src/draft/analysis-audit.ts";

let own: MigratedDatabase;
beforeAll(async () => {
  own = await migratedDatabase();
});
afterAll(() => own.dispose());

const events = (): Promise<number> => own.db.auditEvent.count({ where: { type: "draft.analysed" } });
const draft = { actor: "oncall", data: { connection: "payments-db" } };

test("I1: of many analyses of a draft at once none begins before the log has the one event", async () => {
  const audit = new AnalysisAudit(own.db, { publish: () => Promise.resolve() });
  const seen = await Promise.all(Array.from({ length: 8 }, () => audit.once("d", draft).then(events)));
  expect(seen).toEqual(Array.from({ length: 8 }, () => 1));
});

test("I1: while the log cannot be written nobody may ask, and afterwards it is tried again", async () => {
  const audit = new AnalysisAudit(own.db, { publish: () => Promise.resolve() });
  await own.db.$executeRaw`ALTER TABLE "AuditEvent" RENAME TO "AuditGone"`;
  try {
    const refused = await Promise.allSettled([audit.once("e", draft), audit.once("e", draft)]);
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  } finally {
    await own.db.$executeRaw`ALTER TABLE "AuditGone" RENAME TO "AuditEvent"`;
  }
  const before = await events();
  await audit.once("e", draft);
  expect(await events()).toBe(before + 1);
});
