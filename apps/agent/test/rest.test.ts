import { Validator } from "@seriousme/openapi-schema-validator";
import { Problem } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStage, type Stage } from "./command-stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.dispose());

async function refusal(response: Response) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const document = Problem.parse(await response.json());
  expect(document.status).toBe(response.status);
  return document;
}

const lines = async (response: Response): Promise<unknown[]> =>
  (await response.text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

test("the story over REST: open, propose, refuse, approve, hold, run, read", async () => {
  const opened = await stage.call("oncall", "POST", "/rooms", { title: "payments 5xx", severity: "SEV-2" });
  expect(opened.status).toBe(201);
  const { id: roomId } = (await opened.json()) as { id: string };
  const proposed = await stage.call("oncall", "POST", `/rooms/${roomId}/commands`, {
    // Its countdown is long enough to be held however slow the machine is.
    connection: "payments-slow",
    text: "DELETE FROM payments.orders WHERE id = 31",
    reason: "duplicate",
  });
  expect(proposed.status).toBe(201);
  const command = (await proposed.json()) as { id: string; digest: string };
  expect(command).toMatchObject({
    state: "awaiting_review",
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    statements: [{ effect: "delete" }],
    impact: { effect: "delete" },
    verdict: { decision: "review" },
  });
  const review = { digest: command.digest, decision: "approve" };
  expect((await refusal(await stage.call("oncall", "POST", `/commands/${command.id}/reviews`, review))).code).toBe("self_review");
  const wrong = { ...review, digest: "0".repeat(64) };
  expect((await refusal(await stage.call("reviewer", "POST", `/commands/${command.id}/reviews`, wrong))).code).toBe("digest_mismatch");
  const approved = await stage.call("reviewer", "POST", `/commands/${command.id}/reviews`, review);
  expect(approved.status).toBe(201);
  expect(await approved.json()).toMatchObject({ state: "approved" });
  expect((await stage.call("responder", "POST", `/commands/${command.id}/hold`)).status).toBe(200);
  expect((await stage.call("oncall", "POST", `/commands/${command.id}/run`, { digest: command.digest })).status).toBe(200);
  expect((await stage.until(command.id)).state).toBe("succeeded");
  const one = await stage.call("observer", "GET", `/commands/${command.id}`);
  expect(await one.json()).toMatchObject({ state: "succeeded", execution: { affected: expect.any(Array) } });
  const list = (await (await stage.call("oncall", "GET", `/rooms/${roomId}/commands`)).json()) as unknown[];
  expect(list).toHaveLength(1);
  expect((await refusal(await stage.call("oncall", "GET", `/commands/${command.id}/result`))).code).toBe("not_found");
});

test("a result is a header, rows and a trailer, and every export is in the log", async () => {
  const proposed = await stage.call("oncall", "POST", `/rooms/${stage.room.id}/commands`, {
    connection: "payments-db",
    text: "SELECT id, email, '=1+1' AS formula, NULL AS nothing FROM payments.customers ORDER BY id LIMIT 2",
  });
  const { id } = (await proposed.json()) as { id: string };
  const [header, ...rest] = await lines(await stage.call("oncall", "GET", `/commands/${id}/result`));
  expect(header).toMatchObject({
    statement: 0,
    columns: [{ name: "id" }, { name: "email", mask: "full" }, { name: "formula" }, { name: "nothing" }],
  });
  expect(rest).toHaveLength(3);
  expect(rest[0]).toEqual(["1", expect.stringContaining("•"), "=1+1", null]);
  expect(rest[2]).toMatchObject({ rows: 2, truncated: false, tookMs: expect.any(Number) });
  const csv = await stage.call("oncall", "GET", `/commands/${id}/result?format=csv`);
  expect(csv.headers.get("content-type")).toContain("text/csv");
  expect((await csv.text()).split("\r\n")[1]).toMatch(/^1,.*•.*,'=1\+1,$/);
  const json = (await (await stage.call("oncall", "GET", `/commands/${id}/result?format=json`)).json()) as unknown[];
  expect(json).toHaveLength(2);
  expect(json[1]).toMatchObject({ id: "2", nothing: null });
  expect(await stage.db.auditEvent.count({ where: { commandId: id, type: "result.exported" } })).toBe(3);
});

test("reading a result that is still written follows it to its end", async () => {
  const proposed = await stage.call("oncall", "POST", `/rooms/${stage.room.id}/commands`, {
    connection: "payments-db",
    text: "SELECT i, pg_sleep(0.005) FROM generate_series(1, 100) i",
  });
  const { id } = (await proposed.json()) as { id: string };
  const all = await lines(await stage.call("oncall", "GET", `/commands/${id}/result`));
  expect(all.at(-1)).toMatchObject({ rows: 100, truncated: false });
});

describe("analyze", () => {
  test("says what a text would do and changes nothing", async () => {
    const answered = await stage.call("oncall", "POST", "/analyze", {
      connection: "payments-db",
      text: "DELETE FROM payments.orders WHERE id < 3",
    });
    expect(answered.status).toBe(200);
    expect(await answered.json()).toMatchObject({
      impact: {
        effect: "delete",
        statements: [
          {
            effects: expect.arrayContaining([
              expect.objectContaining({ object: "payments.orders", rows: expect.objectContaining({ value: 2, kind: "exact" }) }),
            ]),
            cascades: [{ object: "payments.order_items", rows: { value: 6, kind: "exact" } }],
          },
        ],
      },
      verdict: { decision: "review" },
    });
    expect((await stage.target.query("SELECT 1 FROM payments.orders WHERE id < 3")).rowCount).toBe(2);
  });

  test("is audited once while somebody keeps asking", async () => {
    const before = await stage.db.auditEvent.count({ where: { type: "draft.analysed", actor: "responder" } });
    for (let n = 0; n < 3; n++) await stage.call("responder", "POST", "/analyze", { connection: "payments-db", text: `SELECT ${n}` });
    expect(await stage.db.auditEvent.count({ where: { type: "draft.analysed", actor: "responder" } })).toBe(before + 1);
  });
});

describe("refusals", () => {
  test.each([
    [undefined, "GET", "/rooms", undefined, 401, "unauthenticated"],
    ["oncall", "GET", "/nothing", undefined, 404, "not_found"],
    ["oncall", "GET", "/rooms/00000000-0000-4000-8000-000000000000", undefined, 404, "not_found"],
    ["oncall", "GET", "/rooms/1", undefined, 400, "bad_request"],
    ["oncall", "POST", "/rooms", { title: "" }, 400, "bad_request"],
    ["oncall", "POST", "/rooms", { title: "a\0b" }, 400, "bad_request"],
    ["oncall", "POST", "/rooms", { title: "a\u202eb" }, 400, "bad_request"],
    ["oncall", "POST", "/analyze", { connection: "a\0b", text: "SELECT 1" }, 400, "bad_request"],
    ["oncall", "POST", "/analyze", { connection: "payments-db", text: "SELECT '\0'" }, 400, "bad_request"],
    ["oncall", "POST", "/rooms", { title: "x", colour: "red" }, 400, "bad_request"],
    ["oncall", "POST", "/rooms", "{not json", 400, "bad_request"],
    ["oncall", "POST", "/analyze", { connection: "nowhere", text: "SELECT 1" }, 404, "unknown_connection"],
    ["oncall", "POST", "/analyze", { connection: "payments-db", text: " " }, 422, "empty_command"],
    ["oncall", "POST", "/rooms", { title: "x".repeat(2_000_000) }, 413, "too_large"],
    ["oncall", "GET", "/connections/nowhere/schema", undefined, 404, "unknown_connection"],
  ] as const)("%s %s %s", async (who, method, path, body, status, code) => {
    const response = await stage.call(who, method, path, body);
    expect([response.status, (await refusal(response)).code]).toEqual([status, code]);
  });

  test("a body that does not say that it is JSON is refused, and so is a name that no database holds", async () => {
    const bare = await stage.call("oncall", "POST", "/rooms", '{"title":"x"}', { "content-type": "text/plain" });
    expect([bare.status, (await refusal(bare)).detail]).toEqual([400, "The body must be application/json."]);
    expect((await refusal(await stage.call("oncall", "GET", "/connections/a%00b/schema"))).code).toBe("bad_request");
  });

  test("the limit of a body is named", async () => {
    const document = await refusal(await stage.call("oncall", "POST", "/rooms", { title: "x".repeat(2_000_000) }));
    expect(document.detail).toContain("1048576");
  });
});

describe("Idempotency-Key", () => {
  test("the same request is done once, also when sent twice at the same moment", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const send = () => stage.call("oncall", "POST", "/rooms", { title: "only one" }, key);
    const answers = await Promise.all([send(), send(), send()]);
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await stage.db.room.count({ where: { title: "only one" } })).toBe(1);
    const other = await stage.call("oncall", "POST", "/rooms", { title: "another" }, key);
    expect((await refusal(other)).code).toBe("idempotency_conflict");
    expect((await stage.call("responder", "POST", "/rooms", { title: "only one" }, key)).status).toBe(201);
  });

  test("a command proposed twice under a key is one command", async () => {
    const key = { "idempotency-key": "retry-1" };
    const body = { connection: "payments-db", text: "SELECT 42 AS answer" };
    const ids = [];
    for (let n = 0; n < 2; n++) {
      const answered = await stage.call("oncall", "POST", `/rooms/${stage.room.id}/commands`, body, key);
      ids.push(((await answered.json()) as { id: string }).id);
    }
    expect(ids[0]).toBe(ids[1]);
    expect(await stage.db.command.count({ where: { text: body.text } })).toBe(1);
  });
});

test("the audit log is complete for administrators and limited to their own for others", async () => {
  const all = (await lines(await stage.call("admin", "GET", "/audit"))) as { seq: number; roomId: string | null; actor: string }[];
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
  const after = (await lines(await stage.call("admin", "GET", `/audit?after=${all.length - 2}`))) as { seq: number }[];
  expect(after[0]?.seq).toBe(all.length - 1);
  const own = (await lines(await stage.call("observer", "GET", "/audit"))) as { actor: string }[];
  expect(own.every(({ actor }) => actor === "observer")).toBe(true);
});

test("health needs nobody and says which part is down", async () => {
  const healthy = await stage.call(undefined, "GET", "/health");
  expect([healthy.status, await healthy.json()]).toEqual([200, { ok: true, database: "up", agent: "up" }]);
});

test("the schema tree names tables, columns and what is masked", async () => {
  const tree = (await (await stage.call("oncall", "GET", `/connections/${stage.connectionId}/schema`)).json()) as {
    schemas: { name: string; objects: { name: string; columns: { name: string; masked: boolean }[] }[] }[];
  };
  const customers = tree.schemas.find(({ name }) => name === "payments")?.objects.find(({ name }) => name === "customers");
  expect(customers?.columns.map(({ name, masked }) => [name, masked])).toEqual([
    ["id", false],
    ["full_name", false],
    ["email", true],
    ["card_number", true],
  ]);
});

test("the description is valid by the meta-schema of OpenAPI 3.1", async () => {
  const document = (await (await stage.call(undefined, "GET", "/openapi.json")).json()) as Record<string, unknown>;
  const validator = new Validator();
  expect(await validator.validate(document)).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  expect((await new Validator().validate({ ...document, paths: { health: {} } })).valid).toBe(false);
});

test("the interface describes itself in OpenAPI 3.1", async () => {
  const response = await stage.call(undefined, "GET", "/openapi.json");
  const document = (await response.json()) as { openapi: string; paths: Record<string, Record<string, { responses: object }>> };
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths).toSorted()).toEqual(
    [
      "/analyze",
      "/audit",
      "/commands/{id}",
      "/commands/{id}/again",
      "/commands/{id}/cancel",
      "/commands/{id}/files",
      "/commands/{id}/hold",
      "/commands/{id}/result",
      "/commands/{id}/reviews",
      "/commands/{id}/run",
      "/commands/{id}/tokens",
      "/commands/{id}/undo",
      "/commands/{id}/upload",
      "/commands/{id}/withdraw",
      "/connections",
      "/connections/{id}/host-keys",
      "/connections/{id}/host-keys/{keyId}",
      "/connections/{id}/least-privilege",
      "/connections/{id}/least-privilege/{subject}",
      "/connections/{id}/people-use",
      "/connections/{id}/posture",
      "/connections/{id}/roles",
      "/connections/{id}/schema",
      "/connections/{id}/usage-imports",
      "/connections/{id}/usage-imports/{import}",
      "/health",
      "/reachability",
      "/recordings",
      "/recordings/search",
      "/recordings/{id}",
      "/recordings/{id}/cast",
      "/recordings/{id}/check",
      "/recordings/{id}/commands",
      "/recordings/{id}/hold",
      "/recordings/{id}/search",
      "/rooms",
      "/rooms/{id}",
      "/rooms/{id}/close",
      "/rooms/{id}/commands",
      "/rooms/{id}/documents",
      "/rooms/{id}/documents/{documentId}",
      "/rooms/{id}/files",
      "/rooms/{id}/files/content",
      "/rooms/{id}/files/preview",
      "/rooms/{id}/uploads",
      "/rooms/{id}/uploads/{uploadId}",
      "/rooms/{id}/uploads/{uploadId}/propose",
      "/who-may",
    ].map((path) => `/api/v1${path}`),
  );
  const propose = document.paths["/api/v1/rooms/{id}/commands"]?.["post"];
  expect(Object.keys(propose?.responses ?? {})).toEqual(expect.arrayContaining(["201", "4XX", "5XX"]));
  expect(JSON.stringify(document)).not.toContain('"$ref":"#/components/schemas/undefined"');
});
