import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { DEFAULT_POLICY } from "@interlock/policy";
import { FetchedToken, type Command, type Problem } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCluster, proposeFor, sendProposal } from "./cluster-stage.ts";
import { openStage, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("tokens for outside a cluster");

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { env: prod } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: bot, namespace: shop }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: keeper, namespace: shop }
---
apiVersion: v1
kind: Secret
metadata: { name: robot, namespace: shop, annotations: { kubernetes.io/service-account.name: bot } }
type: kubernetes.io/service-account-token
stringData: { token: eyJhbGciOiJub25lIn0.lasting-token-of-bot.x }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: looks, namespace: shop }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: looks, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: looks }
subjects: [{ kind: ServiceAccount, name: bot, namespace: shop }, { kind: ServiceAccount, name: keeper, namespace: shop }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: keys, namespace: shop }
rules: [{ apiGroups: [""], resources: [secrets], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: keys, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: keys }
subjects: [{ kind: ServiceAccount, name: keeper, namespace: shop }]
`;

const ADMIN = "the-administrators-own-credential";
const REASON = { reason: "look at the pods from my laptop" };
const LINE = "kubectl create token bot -n shop --duration=15m";

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("a token for outside", () => {
  let stage: Stage;
  let sim: KubeSim;

  beforeAll(async () => {
    [stage, sim] = await Promise.all([
      openStage(DEFAULT_POLICY.replaceAll("countdown: 5s", "countdown: 1ms")),
      startKubeSim({ tls: true, token: ADMIN, longestToken: 1_200 }),
    ]);
    sim.load(SHOP);
    sim.settle();
    await connectCluster(stage, sim);
  });
  afterAll(async () => {
    await stage.dispose();
    await sim.stop();
  });

  async function agreed(text: string, ...reviewers: Name[]): Promise<Command> {
    const command = await proposeFor(stage, "oncall", { text, ...REASON });
    for (const reviewer of reviewers) await stage.approve(reviewer, command);
    return stage.until(command.id);
  }

  const fetch = async (who: Name, id: string, headers = {}): Promise<{ status: number; body: unknown; response: Response }> => {
    const response = await stage.call(who, "POST", `/commands/${id}/tokens`, undefined, headers);
    return { status: response.status, body: await response.json(), response };
  };
  const refusal = async (who: Name, id: string): Promise<unknown[]> => {
    const { status, body } = await fetch(who, id);
    return [status, (body as Problem).code];
  };

  const events = async (commandId: string): Promise<{ type: string; actor: string; data: Record<string, unknown> }[]> =>
    (await stage.db.auditEvent.findMany({ where: { commandId, type: { startsWith: "cluster_token" } }, orderBy: { seq: "asc" } })).map(
      ({ type, actor, data }) => ({ type, actor, data: JSON.parse(data) as Record<string, unknown> }),
    );

  /** Everything that is stored or told anywhere: every table, every file of the state folder, every message to the room. */
  async function everything(): Promise<string> {
    const tables = await stage.db.$queryRaw<{ table: string }[]>`
      SELECT table_name AS table FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
    const rows = await Promise.all(
      tables.map(({ table }) =>
        stage.db.$queryRawUnsafe<{ all: string }[]>(`SELECT coalesce(string_agg(t::text, E'\\n'), '') AS all FROM "${table}" t`),
      ),
    );
    const files = (await readdir(stage.home, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const contents = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")));
    return [...rows.map(([row]) => row?.all ?? ""), ...contents, JSON.stringify(stage.told)].join("\n");
  }

  test("is agreed to, handed to its proposer alone and once, and left nowhere else", async () => {
    const command = await proposeFor(stage, "oncall", { text: LINE, ...REASON });
    expect(command).toMatchObject({
      state: "awaiting_review",
      effect: "privilege",
      verdict: { rules: expect.arrayContaining(["tokens"]) as string[] },
    });
    expect(command.impact).toMatchObject({ complete: true, warnings: [] });
    expect(command.impact.statements).toMatchObject([
      {
        title: "issue a token of shop/bot for 15 min",
        token: {
          account: { namespace: "shop", name: "bot" },
          seconds: 900,
          audiences: [],
          rights: [{ where: "in shop", may: ["get, list pods"] }],
          unread: [],
        },
        risks: [],
        reversible: "no",
        reversibleReason: expect.stringContaining("only deleting ServiceAccount shop/bot ends it earlier") as string,
        after: { kind: "TokenRequest", spec: { expirationSeconds: 900 } },
      },
    ]);
    // Nothing was issued while it was planned, and there is nothing to fetch.
    expect(await refusal("oncall", command.id)).toEqual([409, "wrong_state"]);
    await stage.approve("reviewer", command);
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "succeeded" });
    const [facts] = done.execution!.tokens!;
    expect(facts).toMatchObject({
      account: { namespace: "shop", name: "bot" },
      audiences: ["https://kubernetes.default.svc.cluster.local"],
      state: "ready",
    });
    expect(Date.parse(facts!.expiresAt) - Date.now()).toBeGreaterThan(880_000);
    expect(Date.parse(facts!.keptUntil) - Date.now()).toBeLessThanOrEqual(600_000);

    expect(await refusal("reviewer", command.id)).toEqual([403, "forbidden"]);
    expect(await refusal("admin", command.id)).toEqual([403, "forbidden"]);
    expect((await stage.call(undefined, "POST", `/commands/${command.id}/tokens`)).status).toBe(401);

    // Of two that ask at once one is given it; a key for repeating makes no difference.
    const answers = await Promise.all([1, 2].map(() => fetch("oncall", command.id, { "idempotency-key": "again" })));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(won[0]!.response.headers.get("cache-control")).toBe("no-store");
    const [given] = FetchedToken.array().parse(won[0]!.body);
    const { token, kubeconfig } = given!;
    expect(createHash("sha256").update(token).digest("hex")).toBe(facts!.sha256);
    expect(await refusal("oncall", command.id)).toEqual([410, "token_gone"]);
    const after = (await stage.commands.get(command.id))!.execution!.tokens!;
    expect(after).toMatchObject([{ state: "fetched", fetchedAt: expect.any(String) as string }]);

    // It is that account's, also for kubectl elsewhere, and nothing of the connection's own credential is beside it.
    expect(kubeconfig).not.toContain(ADMIN);
    const folder = await mkdtemp(join(tmpdir(), "interlock-outside-"));
    try {
      await writeFile(join(folder, "config"), kubeconfig);
      const kubectl = async (...args: string[]): Promise<string> =>
        (
          await promisify(execFile)(program!, ["--kubeconfig", join(folder, "config"), ...args], {
            env: { HOME: folder, NODE_ENV: "test" },
          })
        ).stdout;
      expect(await kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")).toBe("system:serviceaccount:shop:bot");
      expect(await kubectl("get", "pods", "-o", "name")).toBe("");
      await expect(kubectl("get", "secrets")).rejects.toThrow(/Forbidden/);
      const extra = await kubectl("auth", "whoami", "-o", "json");
      expect(JSON.parse(extra)).toMatchObject({
        status: { userInfo: { extra: { "authentication.kubernetes.io/credential-id": [`JTI=${facts!.id}`] } } },
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect(given!.warnings).toEqual([expect.stringContaining("127.0.0.1 is the machine that Interlock runs on")]);

    const recognised = { account: "shop/bot", id: facts!.id, sha256: facts!.sha256, expiresAt: facts!.expiresAt };
    expect(await events(command.id)).toMatchObject([
      { type: "cluster_token.issued", actor: "oncall", data: { ...recognised, agreedBy: ["reviewer"], ...REASON } },
      { type: "cluster_token.fetched", actor: "oncall", data: recognised },
    ]);
    const all = await everything();
    expect(all).toContain(facts!.sha256);
    for (const part of [token, Buffer.from(token).toString("base64"), ...token.split(".").slice(1)]) expect(all).not.toContain(part);
  });

  test("may be shortened by the server, and says what was given", async () => {
    const done = await agreed("kubectl create token bot -n shop --audience=https://kubernetes.default.svc.cluster.local", "reviewer");
    expect(done.impact.statements[0]!.token).toMatchObject({ seconds: 3600, usual: true });
    const [facts] = done.execution!.tokens!;
    // This server gives 20 minutes at most.
    expect(Date.parse(facts!.expiresAt) - Date.now()).toBeLessThanOrEqual(1_200_000);
  });

  test("that leads further says so, and wants two people; one that lives too long is refused while it is typed", async () => {
    const keeper = await proposeFor(stage, "oncall", { text: "kubectl create token keeper -n shop", ...REASON });
    expect(keeper.impact.statements[0]!.risks).toMatchObject([
      { code: "token_reads_secrets", severity: "danger", message: "Whoever has this token may read Secrets in shop." },
    ]);
    expect(keeper.verdict.obligations.reviews).toEqual([{ count: 2, group: "platform" }]);
    const long = await stage.call("oncall", "POST", "/analyze", {
      connection: "eks-prod",
      text: "kubectl create token bot -n shop --duration=3601s",
    });
    expect(await long.json()).toMatchObject({
      verdict: { decision: "deny", rules: ["token-too-long"], message: expect.stringContaining("an hour at most") as string },
    });
    expect(await sendProposal(stage, "oncall", { text: LINE })).toMatchObject({ status: 422, body: { code: "reason_required" } });
    const short = await proposeFor(stage, "oncall", { text: "kubectl create token bot -n shop --duration=1m", ...REASON });
    expect(short.impact.statements[0]!.willFail[0]!.reason).toContain("less than 10 minutes");
  });

  test("of an account that got more rights, or another one, since it was agreed to is not asked for", async () => {
    const command = await proposeFor(stage, "oncall", { text: LINE, ...REASON });
    sim.load(`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: more, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: keys }
subjects: [{ kind: ServiceAccount, name: bot, namespace: shop }]
`);
    await stage.approve("reviewer", command);
    const done = await stage.until(command.id);
    expect(done).toMatchObject({
      state: "failed",
      execution: {
        error: { code: "targets_changed" },
        drift: [{ object: "v1 ServiceAccount shop/bot", why: "may do more than when it was agreed to: get secrets in shop" }],
      },
    });
    expect(done.execution!.tokens).toBeUndefined();
    expect(await events(command.id)).toEqual([]);
    const { store } = sim.cluster;
    store.remove("rbac.authorization.k8s.io/rolebindings", store.get("rbac.authorization.k8s.io/rolebindings", "shop", "more")!);
  });

  test("is in nobody's hands while the log cannot be written, and can be fetched when it can be again", async () => {
    const refuse = async (type: string): Promise<void> => {
      await stage.db.$executeRawUnsafe(
        `CREATE OR REPLACE FUNCTION no_token() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.type = '${type}' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$`,
      );
      await stage.db.$executeRawUnsafe(
        `CREATE OR REPLACE TRIGGER no_token BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION no_token()`,
      );
    };
    try {
      await refuse("cluster_token.issued");
      const failed = await agreed(LINE, "reviewer");
      expect(failed).toMatchObject({
        state: "failed",
        execution: { error: { message: expect.stringContaining("nobody is given it") as string } },
      });
      expect(await refusal("oncall", failed.id)).toEqual([409, "wrong_state"]);
      await refuse("cluster_token.fetched");
      const done = await agreed(LINE, "reviewer");
      expect(await refusal("oncall", done.id)).toEqual([503, "audit_unavailable"]);
      expect((await stage.commands.get(done.id))!.execution!.tokens).toMatchObject([{ state: "ready" }]);
      await stage.db.$executeRawUnsafe(`DROP TRIGGER no_token ON "AuditEvent"`);
      expect((await fetch("oncall", done.id)).status).toBe(200);
    } finally {
      await stage.db.$executeRawUnsafe(`DROP TRIGGER IF EXISTS no_token ON "AuditEvent"`);
    }
  });

  test("is gone with its person's access, and with the agent", async () => {
    const [first, second] = [await agreed(LINE, "reviewer"), await agreed(LINE, "reviewer")];
    await stage.commands.endOf(stage.people.oncall.id);
    expect((await stage.commands.get(first.id))!.execution!.tokens).toMatchObject([{ state: "lost" }]);
    expect(await refusal("oncall", second.id)).toEqual([410, "token_gone"]);
    const third = await agreed(LINE, "reviewer");
    await stage.restart();
    expect(await refusal("oncall", third.id)).toEqual([410, "token_gone"]);
    expect((await stage.commands.get(third.id))!.execution!.tokens).toMatchObject([{ state: "lost" }]);
  });

  // Other ways to a token. Each is refused, or is a request for a token like any other and shows none.
  test.each<[string, string]>([
    ["kubectl create token bot -n shop -o yaml", "token"],
    ["kubectl create token bot -n shop -o json -v=9", "syntax"],
    ["kubectl create token bot -n shop -o json", "token"],
    ["kubectl create token bot -n shop -o jsonpath={.status.token}", "token"],
    [
      `kubectl create --raw /api/v1/namespaces/shop/serviceaccounts/bot/token -f - <<'EOF'\n{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","spec":{"audiences":[],"expirationSeconds":600}}\nEOF`,
      "token",
    ],
    [
      `kubectl create --raw /api/v1/namespaces/shop/serviceaccounts/bot/token -f - <<'EOF'\n{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","spec":{"expirationSeconds":600,"expirationSeconds":86400}}\nEOF`,
      "deny",
    ],
    [
      `kubectl create --raw /api/v1/namespaces/shop/serviceaccounts/bot/token -f - <<'EOF'\n{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","spec":{"expirationSeconds":600,"ExpirationSeconds":86400}}\nEOF`,
      "fails",
    ],
    [
      `kubectl create --raw '/api/v1/namespaces/shop/serviceaccounts/bot/token?dryRun=All' -f - <<'EOF'\n{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1"}\nEOF`,
      "nothing",
    ],
    [
      `kubectl create -f - <<'EOF'\n{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{"name":"bot","namespace":"shop"},"spec":{"audiences":[]}}\nEOF`,
      "fails",
    ],
    ["kubectl get --raw /api/v1/namespaces/shop/serviceaccounts/bot/token", "refused"],
    ["kubectl config view --raw", "syntax"],
    ["kubectl create token bot -n shop --token=x", "syntax"],
    ["kubectl create token bot -n shop --as=system:admin", "syntax"],
    [
      `kubectl create -f - <<'EOF'\n{"kind":"Secret","apiVersion":"v1","metadata":{"name":"lasting","namespace":"shop","annotations":{"kubernetes.io/service-account.name":"bot"}},"type":"kubernetes.io/service-account-token"}\nEOF`,
      "deny",
    ],
    ["kubectl get secret robot -n shop -o yaml", "masked"],
    ["kubectl describe secret robot -n shop", "masked"],
    ["kubectl get --raw /api/v1/namespaces/shop/secrets/robot", "masked"],
    ["kubectl exec -n shop web -- cat /var/run/secrets/kubernetes.io/serviceaccount/token", "syntax"],
  ])("has no other way out: %s", async (text, what) => {
    const { status, body } = await sendProposal(stage, "oncall", { text, ...REASON });
    const command = body as Command & { code?: string };
    switch (what) {
      case "syntax":
        return expect([status, command.code]).toEqual([422, "syntax_error"]);
      case "deny":
        return expect(command).toMatchObject({ state: "denied" });
      case "fails":
        return expect(command.impact.statements.flatMap(({ willFail }) => willFail)).toHaveLength(1);
      case "nothing":
        return expect(command.impact.statements.every(({ request }) => request === undefined)).toBe(true);
      case "refused":
        return expect(await stage.until(command.id)).toMatchObject({ state: "failed" });
      case "masked": {
        await stage.until(command.id);
        const shown = await (await stage.call("oncall", "GET", `/commands/${command.id}/result`)).text();
        expect(shown).not.toBe("");
        return expect(shown).not.toMatch(/lasting-token-of-bot|bGFzdGluZy10b2tlbi/);
      }
      default: {
        expect(command.impact.statements[0]!.token).toMatchObject({ account: { namespace: "shop", name: "bot" } });
        await stage.approve("reviewer", command);
        const done = await stage.until(command.id);
        expect(done.execution!.tokens).toHaveLength(1);
        const output = await (await stage.call("oncall", "GET", `/commands/${command.id}/result`)).text();
        const { body: fetched } = await fetch("oncall", command.id);
        const [{ token }] = FetchedToken.array().parse(fetched) as [FetchedToken];
        expect(JSON.stringify(done) + output + JSON.stringify(stage.told)).not.toContain(token.split(".")[2]);
      }
    }
  });

  test("comes with other lines of a plan, each handed over", async () => {
    const text =
      "kubectl create serviceaccount fresh -n shop\nkubectl create token fresh -n shop\nkubectl create token bot -n shop --duration=10m";
    const done = await agreed(text, "reviewer");
    expect(done).toMatchObject({ state: "succeeded" });
    const { body } = await fetch("oncall", done.id);
    expect(
      FetchedToken.array()
        .parse(body)
        .map(({ statement, account }) => [statement, account.name]),
    ).toEqual([
      [1, "fresh"],
      [2, "bot"],
    ]);
  });

  test("that the connection's own account may not make is foretold to fail", async () => {
    const done = await agreed(LINE, "reviewer");
    const [given] = FetchedToken.array().parse((await fetch("oncall", done.id)).body);
    // Whoever has only that: it may not even look at accounts.
    const secret = { kubeconfig: given!.kubeconfig };
    await stage.connections.create({ name: "as-bot", connector: "kubernetes", environment: "prod", labels: {}, secret });
    const { impact } = await proposeFor(stage, "oncall", { connection: "as-bot", text: LINE, ...REASON });
    expect(impact.statements.flatMap(({ willFail }) => willFail)).toMatchObject([
      { reason: expect.stringContaining(`the connection's own account cannot create resource "serviceaccounts/token"`) as string },
    ]);
  });

  test("a dry run issues none", async () => {
    const command = await proposeFor(stage, "oncall", { text: LINE, dryRun: true, ...REASON });
    await stage.approve("reviewer", command);
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "succeeded" });
    expect(done.execution!.tokens).toBeUndefined();
    expect(await events(command.id)).toEqual([]);
  });
});
