import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import type { Command } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handleMessage, type RoomActs } from "../src/room/room-acts.ts";
import { connectCluster, sendProposal } from "./cluster-stage.ts";
import { openStage, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("secrets in what kubectl shows");

const POLICY = `version: 1
rules:
  - { id: reads, match: { effects: [read, session] }, effect: allow }
  - id: unknown
    match: { effects: [unknown] }
    effect: allow
  - id: writes
    match: { effects: [append, modify, delete] }
    effect: allow
  - id: door-user
    match: { connectors: [kubernetes], groups: [oncall], effects: [read] }
    when: statement.text.contains("secret")
    effect: allow
    obligations: { reason: true, secrets: ["shop/door/user"] }
`;

const [USER, PASSWORD] = ["door-keeper-17", "hunter2-and-much-more"];
const hidden = (value: string): string[] => [value, Buffer.from(value).toString("base64"), Buffer.from(value).toString("hex")];

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Secret
metadata:
  name: door
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"door","namespace":"shop"},"stringData":{"user":"${USER}","password":"${PASSWORD}"}}'
stringData: { user: ${USER}, password: ${PASSWORD} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: plain, namespace: shop }
data: { a: b }
`;

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("values of Secrets", () => {
  let stage: Stage;
  let sim: KubeSim;

  beforeAll(async () => {
    [stage, sim] = await Promise.all([openStage(POLICY), startKubeSim()]);
    sim.load(SHOP);
    sim.settle();
    await connectCluster(stage, sim);
  });
  afterAll(async () => {
    await stage.dispose();
    await sim.stop();
  });

  async function propose(who: Name, text: string, more: object = {}): Promise<{ status: number; body: Command & { code?: string } }> {
    const { status, body } = await sendProposal(stage, who, { text, ...more });
    return { status, body: body as Command & { code?: string } };
  }

  /** Runs a command and answers with all that anybody is shown of it. */
  async function shown(who: Name, text: string, more: object = {}): Promise<{ done: Command; output: string; everything: string }> {
    const { status, body } = await propose(who, text, more);
    expect({ status, body }).toMatchObject({ status: 201 });
    const done = await stage.until(body.id);
    const outputs = await Promise.all(
      (done.execution?.results ?? []).map(async ({ statement }) =>
        (await stage.call(who, "GET", `/commands/${body.id}/result?statement=${statement}`)).text(),
      ),
    );
    const output = outputs.join("\n");
    const rows = await stage.db.command.findMany({ where: { id: body.id }, include: { execution: true } });
    return { done, output, everything: [output, JSON.stringify(done), JSON.stringify(rows), JSON.stringify(stage.told)].join("\n") };
  }

  const events = async (commandId: string): Promise<Record<string, unknown>[]> =>
    (await stage.db.auditEvent.findMany({ where: { commandId, type: "secret.shown" }, orderBy: { seq: "asc" } })).map(
      ({ data, actor }) => ({ ...(JSON.parse(data) as object), actor }),
    );

  test.each([
    "kubectl get secret door -n shop -o yaml",
    "kubectl get secret door -n shop -o json",
    "kubectl get secret door -n shop -o jsonpath={.data.password}",
    "kubectl get secret door -n shop --template='{{.data.password | base64decode}}'",
    "kubectl get secret door -n shop -o go-template='{{range $k, $v := .data}}{{$v | base64decode}} {{printf \"%x\" ($v | base64decode)}}{{end}}'",
    "kubectl get secret door -n shop -o custom-columns=P:.data.password,A:.metadata.annotations",
    "kubectl get secrets -A -o yaml",
    "kubectl get secrets -n shop -o wide --show-labels",
    "kubectl get secret,configmap -n shop -o yaml",
    "kubectl describe secret door -n shop",
    "kubectl get secret door -n shop -o yaml --show-managed-fields",
    "kubectl get secret door -n shop -o go-template='{{.nothing.of.that}}{{fail}}'",
    "kubectl get secret door -n shop -o go-template='{{index .data 1}}'",
    "kubectl apply view-last-applied secret door -n shop",
    "kubectl get secret door -n shop -o jsonpath-as-json={.metadata.annotations}",
    "kubectl get secret door -n shop -o jsonpath='{.data.password}' --allow-missing-template-keys=false",
    `kubectl diff -f - <<'EOF'
{"apiVersion":"v1","kind":"Secret","metadata":{"name":"door","namespace":"shop"},"stringData":{"user":"x"}}
EOF`,
    `kubectl patch secret door -n shop --type=json -p '[{"op":"copy","from":"/data/password","path":"/metadata/annotations/a"}]' -o yaml --dry-run=server`,
    `kubectl apply --server-side --field-manager=other -f - <<'EOF'
{"apiVersion":"v1","kind":"Secret","metadata":{"name":"door","namespace":"shop"},"data":{"password":"eA=="}}
EOF`,
    "kubectl get --raw /api/v1/namespaces/shop/secrets/door",
    "kubectl cluster-info dump --namespaces shop",
  ])("are masked whatever asks for them: %s", async (text) => {
    const { status, body } = await propose("responder", text);
    if (status === 422) return expect(body.code).toBe("syntax_error");
    expect(status).toBe(201);
    const { everything } = await shown("responder", text);
    for (const secret of [...hidden(PASSWORD), ...hidden(USER)]) expect(everything).not.toContain(secret);
  });

  test("one that policy shows to somebody is shown to them for a reason, alone, and key by key in the log", async () => {
    const text = "kubectl get secret door -n shop -o jsonpath='{.data.user} {.data.password}'";
    expect(await propose("oncall", text)).toMatchObject({ status: 422, body: { code: "reason_required" } });
    const { done, output } = await shown("oncall", text, { reason: "the door is stuck" });
    expect(done).toMatchObject({ state: "succeeded", execution: { private: true } });
    expect(output).toContain(Buffer.from(USER).toString("base64"));
    for (const secret of hidden(PASSWORD)) expect(output).not.toContain(secret);
    expect(await events(done.id)).toEqual([
      {
        actor: "oncall",
        title: expect.any(String),
        connection: "eks-prod",
        namespace: "shop",
        name: "door",
        key: "user",
        reason: "the door is stuck",
      },
    ]);
    const others = await stage.call("reviewer", "GET", `/commands/${done.id}/result`);
    expect([others.status, ((await others.json()) as { code: string }).code]).toEqual([403, "forbidden"]);
    const acts = { services: stage, db: stage.db } as unknown as RoomActs;
    const pull = (who: Name) => {
      const socket = Object.assign(Object.create(stage.socket) as object, {
        principal: stage.people[who],
        sessionSeenAt: Date.now(),
        roomId: stage.room.id,
      });
      return handleMessage(acts, socket as never, {
        type: "result.pull",
        executionId: done.execution!.id,
        statement: 0,
        from: 0,
        count: 1,
      });
    };
    expect(await pull("reviewer")).toMatchObject({ ok: false, code: "not_found" });
    expect(await pull("oncall")).toMatchObject({ ok: true });
    // What everybody in the room was told has nothing of it.
    for (const secret of hidden(USER)) expect(JSON.stringify(stage.told)).not.toContain(secret);
  });

  test("what fails beside a value that is shown is said without kubectl's words", async () => {
    const text = "kubectl get secret door -n shop -o go-template='{{index .data.user 1 2}}'";
    const { done } = await shown("oncall", text, { reason: "the door is stuck" });
    for (const secret of hidden(USER)) expect(JSON.stringify(done)).not.toContain(secret);
  });

  test("nothing is shown while the log cannot be written", async () => {
    const text = "kubectl get secret door -n shop -o jsonpath={.data.user}";
    await stage.db.$executeRawUnsafe(
      `CREATE FUNCTION no_secret() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.type = 'secret.shown' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$`,
    );
    await stage.db.$executeRawUnsafe(`CREATE TRIGGER no_secret BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION no_secret()`);
    try {
      const { done, output } = await shown("oncall", text, { reason: "the door is stuck" });
      expect(done).toMatchObject({ state: "failed", execution: { error: { code: "audit_unavailable" } } });
      for (const secret of hidden(USER)) expect(output + JSON.stringify(done)).not.toContain(secret);
    } finally {
      await stage.db.$executeRawUnsafe(`DROP TRIGGER no_secret ON "AuditEvent"`);
    }
  });
});
