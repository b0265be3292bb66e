import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { hashToken, lockUser, newToken, revokeSession, sealSecret } from "@interlock/db";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { Command, ObjectEdit, ObjectKinds, ObjectText, type ObjectEntry } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RoomPage } from "./room-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const program = await kubectlFor("saving an edited object");

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { env: prod } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
---
apiVersion: v1
kind: Secret
metadata: { name: key, namespace: shop }
stringData: { password: hunter2-and-more }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: owner, namespace: shop }
data: { contact: rita@example.org, mode: quiet }
`;

let agent: WholeAgent;
let sim: KubeSim;
let connectionId: string;
beforeAll(async () => {
  [agent, sim] = await Promise.all([startWholeAgent(), startKubeSim()]);
  sim.load(SHOP);
  sim.settle();
  connectionId = crypto.randomUUID();
  const data = { id: connectionId, name: "shop-cluster", connector: "kubernetes", environment: "prod", labels: {} };
  await agent.db.connection.create({
    data: { ...data, secret: sealSecret(agent.config.key, connectionId, { kubeconfig: sim.kubeconfig() }) },
  });
});
afterAll(async () => {
  await agent?.stop();
  await sim?.stop();
});

/** What a page knows of a scope after everything it was told. */
function known(page: RoomPage, kind: string, namespace?: string) {
  const entries = new Map<string, ObjectEntry>();
  let last: { phase: string; why?: string | undefined } | undefined;
  for (const message of page.heard) {
    if (message.type !== "objects" || message.kind !== kind || message.namespace !== namespace) continue;
    if (message.change.reset) entries.clear();
    for (const entry of message.change.put) entries.set(entry.uid, entry);
    for (const uid of message.change.gone) entries.delete(uid);
    last = message.change;
  }
  return {
    names: [...entries.values()].map(({ name }) => name).toSorted(),
    entries: [...entries.values()],
    phase: last?.phase,
    why: last?.why,
  };
}

async function send(method: string, path: string, body?: unknown): Promise<void> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await fetch(`${sim.url}${path}`, {
    method,
    headers: { "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  await response.text();
}

const watches = (): number => sim.requests.filter(({ url }) => url.startsWith("/api/v1/configmaps?") && url.includes("watch=true")).length;

test("two people of a room see objects come, change and go, over one stream from the cluster", async () => {
  const [ann, ben] = await Promise.all(["ann", "ben"].map(async (name) => agent.room(await agent.person(name))));
  const scope = { connectionId, kind: "/configmaps", namespace: "shop" };
  for (const page of [ann!, ben!]) page.send({ type: "objects.watch", ...scope });
  for (const page of [ann!, ben!]) await page.until(() => known(page, "/configmaps", "shop").phase === "live", "live");
  expect(known(ann!, "/configmaps", "shop").names).toContain("owner");
  expect(watches()).toBe(1);
  await send("POST", "/api/v1/namespaces/shop/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "fresh" } });
  for (const page of [ann!, ben!]) await page.until(() => known(page, "/configmaps", "shop").names.includes("fresh"), "made");
  await send("PATCH", "/api/v1/namespaces/shop/configmaps/fresh", { metadata: { labels: { app: "x" } } });
  await ben!.until(() => known(ben!, "/configmaps", "shop").entries.some(({ labels }) => labels["app"] === "x"), "labelled");
  await send("DELETE", "/api/v1/namespaces/shop/configmaps/fresh");
  await ann!.until(() => !known(ann!, "/configmaps", "shop").names.includes("fresh"), "gone");
  // Nothing of a body, not even of its annotations.
  for (const entry of known(ann!, "/configmaps", "shop").entries)
    expect(
      Object.keys(entry).filter((key) => !["uid", "name", "namespace", "labels", "at", "version", "terminating"].includes(key)),
    ).toEqual([]);
  ann!.send({ type: "objects.unwatch", ...scope });
  const before = ann!.heard.length;
  await send("PATCH", "/api/v1/namespaces/shop/configmaps/owner", { metadata: { labels: { app: "y" } } });
  await ben!.until(() => known(ben!, "/configmaps", "shop").entries.some(({ labels }) => labels["app"] === "y"), "told to who still looks");
  expect(ann!.heard.slice(before).filter(({ type }) => type === "objects")).toEqual([]);
  ann!.ws.close();
  ben!.ws.close();
});

test("kinds and numbers are told, and looking is in the log once", async () => {
  const page = await agent.room(await agent.person("cleo"));
  const { kinds } = ObjectKinds.parse((await page.ask({ type: "objects.kinds", connectionId })).value);
  expect(kinds.map(({ key }) => key)).toContain("apps/deployments");
  const counts = await page.ask({ type: "objects.counts", connectionId, namespace: "shop" });
  expect(counts.value?.["counts"]).toContainEqual({ kind: "apps/deployments", count: 1 });
  expect(await page.outcome({ type: "objects.kinds", connectionId: agent.roomId })).toBe("unknown_connection");
  const postgres = await agent.db.connection.findUniqueOrThrow({ where: { name: "payments-db" } });
  expect(await page.outcome({ type: "objects.kinds", connectionId: postgres.id })).toBe("bad_request");
  const events = await agent.db.auditEvent.findMany({
    where: { type: "objects.listed", actor: "cleo", data: { contains: "shop-cluster" } },
  });
  expect(events).toHaveLength(1);
  page.ws.close();
});

test("I7, I9: an object is shown masked, with its opening in the log by name", async () => {
  const page = await agent.room(await agent.person("dora"));
  const secret = await page.ask({ type: "object.read", connectionId, kind: "/secrets", namespace: "shop", name: "key" });
  const { text, full } = ObjectText.parse(secret.value);
  expect(text).toContain("password: ••••");
  for (const shown of [text, full]) expect(shown).not.toMatch(/hunter2|aHVudGVyMi/u);
  const map = ObjectText.parse(
    (await page.ask({ type: "object.read", connectionId, kind: "/configmaps", namespace: "shop", name: "owner" })).value,
  );
  expect(map.text).not.toContain("rita@example.org");
  expect(map.text).toContain("mode: quiet");
  expect(await page.outcome({ type: "object.read", connectionId, kind: "/configmaps", namespace: "shop", name: "none" })).toBe("not_found");
  const events = await agent.db.auditEvent.findMany({ where: { type: "object.opened", actor: "dora" } });
  expect(events.map(({ data }) => (JSON.parse(data) as { object: string }).object)).toContain("v1 Secret shop/key");
  page.ws.close();
});

test("I11: who is locked or signs out is told nothing more within a second", async () => {
  for (const [name, revoke] of [
    ["eve", (id: string) => lockUser(agent.db, id)],
    ["finn", async (_id: string, sessionId: string) => revokeSession(agent.db, sessionId)],
  ] as const) {
    const person = await agent.person(name);
    const page = await agent.room(person);
    page.send({ type: "objects.watch", connectionId, kind: "/serviceaccounts", namespace: "shop" });
    await page.until(() => known(page, "/serviceaccounts", "shop").phase === "live", "live");
    const began = performance.now();
    await revoke(person.id, person.sessionId);
    await page.until(() => page.closed !== undefined, "closed");
    expect(performance.now() - began).toBeLessThan(1_000);
    const before = page.heard.length;
    await send("POST", "/api/v1/namespaces/shop/serviceaccounts", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: `after-${name}` },
    });
    expect(page.heard.length).toBe(before);
  }
});

test("what policy forbids to read is not shown, and is shown no longer once it forbids it", async () => {
  const page = await agent.room(await agent.person("hana"));
  const scope = { connectionId, kind: "/services", namespace: "shop" };
  page.send({ type: "objects.watch", ...scope });
  await page.until(() => known(page, "/services", "shop").phase === "live", "live");
  const path = join(agent.config.home, "policy.yaml");
  const before = await readFile(path, "utf8");
  const denied = "  - { id: closed, match: { connections: [shop-cluster] }, effect: deny, message: The cluster is closed. }\n";
  try {
    await writeFile(path, `${before.trimEnd()}\n${denied}`);
    for (let tries = 0; (await page.outcome({ type: "objects.kinds", connectionId })) !== "denied"; tries++) {
      if (tries > 200) throw new Error("the policy does not bind");
      await pause(25);
    }
    const ref = { connectionId, kind: "/configmaps", namespace: "shop", name: "owner" };
    expect((await page.ask({ type: "object.read", ...ref })).problem).toMatchObject({ code: "denied", detail: "The cluster is closed." });
    // The next thing that would be told is not.
    await send("POST", "/api/v1/namespaces/shop/services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "unseen" },
      spec: { ports: [{ port: 80 }] },
    });
    await page.until(() => known(page, "/services", "shop").phase === "refused", "refused");
    expect(known(page, "/services", "shop")).toMatchObject({ names: [], why: "The cluster is closed." });
    expect(JSON.stringify(page.heard)).not.toContain("unseen");
  } finally {
    await writeFile(path, before);
  }
  for (let tries = 0; (await page.outcome({ type: "objects.kinds", connectionId })) !== "ok"; tries++) {
    if (tries > 200) throw new Error("the policy does not bind");
    await pause(25);
  }
  page.ws.close();
});

test("I8: an observer looks, and edits nothing", async () => {
  const page = await agent.room(await agent.person("olga", []));
  expect(page.snapshot.role).toBe("observer");
  page.send({ type: "objects.watch", connectionId, kind: "apps/deployments", namespace: "shop" });
  await page.until(() => known(page, "apps/deployments", "shop").names.includes("web"), "seen");
  const ref = { connectionId, kind: "apps/deployments", namespace: "shop", name: "web" };
  expect(await page.outcome({ type: "object.edit", ...ref, base: "a: 1", text: "a: 2", force: false })).toBe("observer");
  page.ws.close();
});

// Whoever has no kubectl is told so above; a plan cannot be made without it.
test.skipIf(program === undefined)(
  "an edit becomes a command whose plan shows it, and nothing is written before it is agreed to",
  async () => {
    const person = await agent.person("gwen", ["responders", "platform"]);
    const page = await agent.room(person);
    const ref = { connectionId, kind: "apps/deployments", namespace: "shop", name: "web" };
    const { text } = ObjectText.parse((await page.ask({ type: "object.read", ...ref })).value);
    const before = sim.writes();
    const edit = ObjectEdit.parse(
      (await page.ask({ type: "object.edit", ...ref, base: text, text: text.replace("replicas: 2\n", "replicas: 4\n"), force: true }))
        .value,
    );
    expect(edit).toMatchObject({ fields: ["spec.replicas"], drift: [] });
    const token = newToken();
    await agent.db.apiToken.create({ data: { userId: person.id, hash: hashToken(token) } });
    const response = await fetch(`http://127.0.0.1:${agent.port}/api/v1/rooms/${agent.roomId}/commands`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ connection: "shop-cluster", text: edit.command }),
    });
    const command = Command.parse(await response.json());
    expect(command).toMatchObject({ state: "awaiting_review", effect: "modify" });
    const [statement] = command.impact.statements;
    expect(statement).toMatchObject({
      request: { method: "PATCH", path: "/apis/apps/v1/namespaces/shop/deployments/web" },
      effects: [{ effect: "modify", object: "apps/v1 Deployment shop/web" }],
      willFail: [],
    });
    expect(statement?.diff).toMatch(/^-\s+replicas: 2$/mu);
    expect(statement?.diff).toMatch(/^\+\s+replicas: 4$/mu);
    expect(sim.writes()).toBe(before);
    page.ws.close();
  },
);
