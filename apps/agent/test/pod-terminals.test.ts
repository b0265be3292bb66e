import { simulatedPrograms, startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { LOCAL_PROGRAMS } from "@interlock/kube-sim/local-programs";
import type { Terminal, TerminalOffer } from "@interlock/protocol";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 80, rows: 24 } as const;

const PODS = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ name: app, image: "app:1" }, { name: bare, image: "distroless:1" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: vault, namespace: shop, labels: { app: vault } }
spec: { containers: [{ name: vault, image: "vault:1" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: brief, namespace: shop }
spec: { containers: [{ name: app, image: "app:1" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: queue-0, namespace: shop, labels: { app: queue } }
spec: { containers: [{ name: app, image: "app:1" }] }
`;

const LOOKER = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: looker, namespace: shop }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: looker, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: looker }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: lena }]
`;

const POLICY = `version: 1
rules: [{ id: reads, match: { effects: [read] }, effect: allow }]
terminals:
  - { id: shells, match: { connectors: [kubernetes] }, joining: peer, debugImages: ["busybox:*"], message: Shells are open here. }
  - { id: local, match: { connectors: [local] }, joining: peer }
  - { id: vault, match: { pods: { labels: { app: vault } } }, joining: deny, message: Nobody is in the vault. }
  - { id: why, match: { pods: { modes: [debug] } }, joining: peer, reason: true, message: Say why. }
  - { id: queues, match: { pods: { labels: { app: queue } } }, joining: moderated, moderators: [platform] }
`;

describe("a shell of a pod, shared", () => {
  let agent: WholeAgent;
  let sim: KubeSim;
  let older: KubeSim;
  let oncall: TestPerson;
  let room: RoomPage;
  let cluster: string;
  let old: string;

  async function load(streamProtocols?: string[], programs = LOCAL_PROGRAMS): Promise<KubeSim> {
    const started = await startKubeSim({ programs, ...(streamProtocols && { streamProtocols, tls: true }) });
    started.load("apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }");
    started.settle();
    started.load(PODS);
    started.settle();
    return started;
  }

  beforeAll(async () => {
    [agent, sim, older] = await Promise.all([startWholeAgent(), load(), load(["v4.channel.k8s.io"])]);
    await writeFile(join(agent.config.home, "policy.yaml"), POLICY);
    agent.config.hostPrograms = { localAccounts: [userInfo().username] };
    await agent.restart();
    cluster = await agent.connect({ name: "eks", connector: "kubernetes", environment: "prod" }, { kubeconfig: sim.kubeconfig() });
    old = await agent.connect({ name: "old", connector: "kubernetes", environment: "prod" }, { kubeconfig: older.kubeconfig() });
    oncall = await agent.person("oncall");
    room = await agent.room(oncall);
  });
  afterAll(async () => {
    await agent?.stop();
    await Promise.all([sim?.stop(), older?.stop()]);
  });

  let opened = 0;
  const ask = (pod: object, more: object = {}) =>
    room.ask({
      type: "terminal.open",
      key: `pod-term-${opened++}`,
      connectionId: cluster,
      ...SIZE,
      pod: { namespace: "shop", name: "web", ...pod } as never,
      ...more,
    });
  async function open(pod: object = {}, more: object = {}): Promise<{ id: string; page: TerminalPage }> {
    const answer = await ask(pod, more);
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    const id = String(answer.value?.["terminalId"]);
    const page = await agent.terminal(oncall, id);
    // Keys are not kept for a shell that has not begun.
    await becomes(id, ({ phase, moderators }) => phase === "live" || phase === "ended" || moderators.length > 0, "live");
    return { id, page };
  }
  const stateOf = (terminalId: string): Terminal | undefined =>
    room.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === terminalId)?.["terminal" as never];
  const becomes = (terminalId: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    room.until(() => {
      const state = stateOf(terminalId);
      return state !== undefined && what(state);
    }, words);
  const ended = (terminalId: string) => becomes(terminalId, ({ recording }) => recording !== "recording", "ended");
  const audited = async (type: string): Promise<Record<string, unknown>> =>
    JSON.parse((await agent.db.auditEvent.findFirstOrThrow({ where: { type }, orderBy: { seq: "desc" } })).data) as Record<string, unknown>;

  test("opened, typed in, ended with its exit code; in the log with pod, container and mode", async () => {
    const { id, page } = await open();
    page.type("stty size; echo sum-$((20+22)); exit 3\r");
    await page.sees(/24 80\s+sum-42/);
    await ended(id);
    expect(stateOf(id)).toMatchObject({
      name: "shop/web",
      pod: { namespace: "shop", name: "web", container: "app", mode: "exec" },
      recording: "sealed",
      end: { exitCode: 3 },
    });
    expect(await audited("terminal.opened")).toMatchObject({
      pod: "shop/web",
      container: "app",
      mode: "exec",
      connection: "eks",
      rules: ["shells"],
    });
    expect(await audited("object.opened")).toMatchObject({ object: "v1 Pod shop/web" });
  });

  test("the same over the protocol of older servers", async () => {
    const { id, page } = await open({}, { connectionId: old });
    page.type("echo old-$((1+1)); exit 4\r");
    await page.sees("old-2");
    await ended(id);
    expect(stateOf(id)?.end).toMatchObject({ exitCode: 4 });
  });

  test("in the demo's containers, whose shell is none of this machine", async () => {
    const demo = await load(undefined, simulatedPrograms());
    try {
      const connectionId = await agent.connect(
        { name: "demo", connector: "kubernetes", environment: "dev" },
        { kubeconfig: demo.kubeconfig() },
      );
      const { id, page } = await open({}, { connectionId });
      page.type("echo $((6*7))\r");
      await page.sees("42");
      page.type("hostname; exit 6\r");
      await page.sees(/hostname; exit 6\s+web/);
      await ended(id);
      expect(stateOf(id)?.end).toMatchObject({ exitCode: 6 });
    } finally {
      await demo.stop();
    }
  });

  test("a shell of the agent's own machine, where the operator names the account, and not where nobody does", async () => {
    const account = userInfo().username;
    const on = await agent.connect({ name: "this-machine", connector: "local", environment: "dev" }, { account, shell: "/bin/sh" });
    const off = await agent.connect({ name: "as-games", connector: "local", environment: "dev" }, { account: "games", shell: "/bin/sh" });
    const host = (connectionId: string) => room.ask({ type: "terminal.open", key: `local-term-${opened++}`, connectionId, ...SIZE });
    const id = String((await host(on)).value?.["terminalId"]);
    const page = await agent.terminal(oncall, id);
    await becomes(id, ({ phase }) => phase === "live", "live");
    page.type("echo local-$((1+1)) ${INTERLOCK_KEY-none}; exit 5\r");
    await page.sees("local-2 none");
    await ended(id);
    expect(stateOf(id)?.end).toMatchObject({ exitCode: 5 });
    const other = String((await host(off)).value?.["terminalId"]);
    await ended(other);
    expect(stateOf(other)?.end).toMatchObject({ code: "bad_request", why: expect.stringContaining("INTERLOCK_LOCAL_SHELLS") });
  });

  test("killed, it has ended in the pod, and what may run on is said", async () => {
    const { id, page } = await open();
    page.type("echo here-$((1+1)); sleep 1000\r");
    await page.sees("here-2");
    expect(await room.outcome({ type: "terminal.kill", terminalId: id })).toBe("ok");
    await ended(id);
    expect(stateOf(id)?.end).toMatchObject({ why: "it was ended by oncall", mayStillRun: expect.stringContaining("nohup") });
    for (let tries = 0; sim.running() > 0 && tries < 300; tries++) await sleep(10);
    expect(sim.running()).toBe(0);
  });

  test("the pod goes in the middle", async () => {
    const { id, page } = await open({ name: "brief" });
    page.type("echo there-$((1+1))\r");
    await page.sees("there-2");
    const pods = sim.cluster.store;
    pods.remove("pods", pods.get("pods", "shop", "brief")!);
    await ended(id);
    expect(stateOf(id)?.end?.why).toBe("the pod brief was deleted");
  });

  test("a container without an input is looked at, and nobody's keys reach it", async () => {
    const { id, page } = await open({ mode: "attach" });
    await becomes(id, ({ paused }) => paused?.includes("without a standard input") === true, "not to be typed in");
    page.type("x");
    await page.until(() => page.problems.length > 0, "refused");
    sim.log(
      sim.objects("pods").find(({ metadata }) => metadata.name === "web")!,
      "app",
      "GET /healthz",
    );
    await page.sees("GET /healthz");
    await room.outcome({ type: "terminal.kill", terminalId: id });
    await ended(id);
    expect(stateOf(id)?.paused).toBeUndefined();
  });

  test("without a shell a container for debugging is opened, of an image that policy permits, for a reason", async () => {
    const none = await open({ container: "bare" });
    await ended(none.id);
    expect(stateOf(none.id)?.end).toMatchObject({ code: "no_shell" });
    expect((await ask({ mode: "debug", container: "bare", image: "kali:1" })).problem).toMatchObject({
      code: "denied",
      detail: "kali:1 may not be put into this pod; policy permits busybox:*.",
    });
    expect(await audited("terminal.denied")).toMatchObject({ mode: "debug", image: "kali:1", container: "bare", pod: "shop/web" });
    expect((await ask({ mode: "debug", container: "bare", image: "busybox:1.37" })).problem?.code).toBe("reason_required");
    expect((await ask({ image: "busybox:1.37" })).problem?.code).toBe("bad_request");
    const { id, page } = await open({ mode: "debug", container: "bare", image: "busybox:1.37" }, { reason: "it hangs" });
    page.type("echo debug-$((1+1)); exit\r");
    await page.sees("debug-2");
    await ended(id);
    expect(await audited("terminal.opened")).toMatchObject({ mode: "debug", image: "busybox:1.37", container: "bare", reason: "it hangs" });
  });

  test("rules see namespace, labels and mode, and what they say is told before anything is opened", async () => {
    const offer = async (name: string): Promise<TerminalOffer> =>
      (await room.ask({ type: "terminal.offer", connectionId: cluster, pod: { namespace: "shop", name } }))
        .value as unknown as TerminalOffer;
    const web = await offer("web");
    expect(web.ways.map(({ way, denied, reason }) => [way, denied, reason])).toEqual([
      ["exec", undefined, false],
      ["attach", undefined, false],
      ["debug", undefined, true],
    ]);
    expect(web.ways[2]?.images).toEqual(["busybox:*"]);
    expect(web.pod?.containers.map(({ name }) => name)).toEqual(["app", "bare", expect.stringMatching(/^debug-/)]);
    expect((await offer("vault")).ways.map(({ denied }) => denied)).toEqual(Array(3).fill("Nobody is in the vault."));
    expect((await ask({ name: "vault" })).problem).toMatchObject({ code: "denied", detail: "Nobody is in the vault." });
    expect((await ask({ name: "none" })).problem).toMatchObject({ code: "not_found" });
    const host = await room.ask({ type: "terminal.offer", connectionId: cluster });
    expect(host.value).toMatchObject({ ways: [{ way: "shell" }] });
  });

  test("another pod of that name is not the one that was agreed to", async () => {
    const reviewer = await agent.person("reviewer", ["platform"]);
    const { id } = await open({ name: "queue-0" });
    await becomes(id, ({ phase }) => phase === "waiting", "waiting");
    const { store } = sim.cluster;
    const pod = store.get("pods", "shop", "queue-0")!;
    store.remove("pods", pod);
    sim.load([
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "queue-0", namespace: "shop", labels: { app: "web" } },
        spec: { containers: [{ name: "app", image: "app:1" }] },
      },
    ]);
    sim.settle();
    const other = await agent.room(reviewer);
    await agent.terminal(reviewer, id);
    await becomes(id, ({ watchers }) => watchers.length === 2, "looked at by two");
    expect(await other.outcome({ type: "terminal.moderate", terminalId: id, moderating: true })).toBe("ok");
    await ended(id);
    expect(stateOf(id)?.end).toMatchObject({ code: "targets_changed" });
  });

  test("a right that is wanting is named", async () => {
    older.load(LOOKER);
    const { certificate, key } = older.clientCertificate("lena", []);
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const user = { "client-certificate-data": base64(certificate), "client-key-data": base64(key!) };
    const config = { ...JSON.parse(older.kubeconfig()), users: [{ name: "kube-sim", user }] } as object;
    const weak = await agent.connect({ name: "weak", connector: "kubernetes", environment: "dev" }, { kubeconfig: JSON.stringify(config) });
    const { id } = await open({}, { connectionId: weak });
    await ended(id);
    expect(stateOf(id)?.end).toMatchObject({ code: "target_forbidden", why: expect.stringContaining("`get pods/exec` in shop") });
    const refused = await ask({ namespace: "kube-system" }, { connectionId: weak });
    expect(refused.problem).toMatchObject({ code: "target_forbidden", detail: expect.stringContaining("`get pods` in kube-system") });
  });
});
