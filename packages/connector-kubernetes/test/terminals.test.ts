import { setTimeout as sleep } from "node:timers/promises";
import type { PodProgram, Target, TargetError, TerminalChannel } from "@interlock/connector";
import { simulatedPrograms, startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { LOCAL_PROGRAMS } from "@interlock/kube-sim/local-programs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubernetes } from "../src/index.ts";

const PODS = `
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: { app: web }
  annotations: { kubectl.kubernetes.io/default-container: app }
spec:
  containers:
    - { name: proxy, image: "gcr.io/distroless/proxy:1" }
    - { name: app, image: "app:1", env: [{ name: TIER, value: gold }] }
    - { name: talk, image: "app:1", command: [bash, --norc], stdin: true, tty: true }
---
apiVersion: v1
kind: Pod
metadata: { name: done, namespace: shop }
spec: { restartPolicy: Never, containers: [{ name: once, image: "app:1", command: ["true"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: stuck, namespace: shop }
spec: { containers: [{ name: main, image: "app:broken" }] }
---
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

const SIZE = { columns: 90, rows: 30 };

async function cluster(streamProtocols?: readonly string[], programs = LOCAL_PROGRAMS): Promise<KubeSim> {
  const sim = await startKubeSim({ tls: true, programs, ...(streamProtocols && { streamProtocols }) });
  sim.load("apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }");
  sim.settle();
  sim.load(PODS);
  sim.settle();
  return sim;
}

const targetOf = (kubeconfig: string): Target =>
  kubernetes.open({ connectionName: "eks", secret: kubernetes.readSecret({ kubeconfig }), maskedColumns: () => [] });

interface Shown {
  readonly text: string;
  sees(what: string | RegExp): Promise<void>;
}

function shown(channel: TerminalChannel): Shown {
  const decoder = new TextDecoder();
  let text = "";
  channel.onData((bytes) => (text += decoder.decode(bytes, { stream: true })));
  return {
    get text() {
      return text;
    },
    async sees(what) {
      const end = Date.now() + 10_000;
      while (!(typeof what === "string" ? text.includes(what) : what.test(text))) {
        if (Date.now() > end) throw new Error(`${String(what)} was not shown, but ${JSON.stringify(text)}`);
        await sleep(5);
      }
    },
  };
}

const keys = (text: string): Buffer => Buffer.from(text);
const signal = (): AbortSignal => AbortSignal.timeout(20_000);

describe.each([["v5.channel.k8s.io"], ["v4.channel.k8s.io"]])("over %s", (protocol) => {
  let sim: KubeSim;
  let target: Target;
  beforeAll(async () => {
    sim = await cluster(protocol === "v5.channel.k8s.io" ? undefined : [protocol]);
    target = targetOf(sim.kubeconfig());
  });
  afterAll(async () => {
    await target?.close();
    await sim?.stop();
    if (sim !== undefined && sim.faults.length > 0) throw new AggregateError(sim.faults, "the simulated cluster had faults");
  });
  const open = (pod: Partial<PodProgram> = {}, argv?: string[]): Promise<TerminalChannel> =>
    target.terminal!({ ...SIZE, program: { pod: { namespace: "shop", name: "web", ...pod }, ...(argv && { argv }) } }, signal());

  test("a shell of the default container: its size, what is typed, its exit code", async () => {
    const channel = await open();
    const screen = shown(channel);
    await channel.write(keys("stty size; echo $TIER-$((1+1))-$TERM\r"));
    await screen.sees("30 90\r\ngold-2-xterm-256color");
    expect(screen.text).not.toContain("\0");
    channel.resize(101, 31);
    await channel.write(keys("stty size; exit 7\r"));
    expect(await channel.ended).toEqual({ exitCode: 7 });
    expect(screen.text).toContain("31 101");
    expect(sim.running()).toBe(0);
  });

  test("what is typed after a long paste, before that was taken, arrives after it, byte for byte", async () => {
    const paste = Buffer.from(Array.from({ length: 256 * 1024 }, (_, at) => (at * 31 + (at >> 8)) % 256));
    const after = keys("and then some keys\r");
    const all = Buffer.concat([paste, after]);
    // Raw, the terminal in between changes no byte of it in either direction.
    const channel = await open({}, ["sh", "-c", `stty raw -echo; printf ready; exec head -c ${all.length}`]);
    const said: Uint8Array[] = [];
    let ready = (): void => {};
    const begun = new Promise<void>((resolve) => (ready = resolve));
    channel.onData((bytes) => {
      said.push(bytes);
      if (Buffer.concat(said).toString("latin1", 0, 5) === "ready") ready();
    });
    await begun;
    await Promise.all([channel.write(paste), channel.write(after)]);
    expect(await channel.ended).toEqual({ exitCode: 0 });
    const came = Buffer.concat(said).subarray("ready".length);
    expect(came.indexOf(after)).toBe(paste.length);
    expect(came.equals(all)).toBe(true);
  });

  test("what is printed last is there, byte for byte", async () => {
    for (let round = 0; round < 3; round++) {
      const channel = await open({}, ["sh", "-c", "head -c 20000 /dev/zero | tr '\\0' x; exit 3"]);
      const screen = shown(channel);
      channel.pause();
      await sleep(round * 20);
      channel.resume();
      expect(await channel.ended).toEqual({ exitCode: 3 });
      expect(screen.text).toHaveLength(20_000);
    }
  });

  test("a kill reaches the shell and says what is left", async () => {
    const channel = await open();
    const screen = shown(channel);
    await channel.write(keys("sleep 1000\r"));
    await screen.sees("sleep 1000");
    const killed = await channel.kill();
    expect(killed.did).toMatch(/^Sent HUP/);
    expect(killed.mayStillRun).toContain("nohup");
    expect(await channel.ended).toMatchObject({ why: "it was killed" });
    for (let tries = 0; sim.running() > 0 && tries < 200; tries++) await sleep(10);
    expect(sim.running()).toBe(0);
    expect(await channel.kill()).toEqual({ did: "It had ended already." });
    await expect(channel.write(keys("x"))).rejects.toMatchObject({ code: "terminal_ended" });
  });

  test("a container is joined, and may end while somebody is there", async () => {
    const before = await open({ mode: "attach", container: "talk" });
    await shown(before).sees("$ ");
    await before.kill();
    const channel = await open({ mode: "attach", container: "talk" });
    const screen = shown(channel);
    // What it had drawn is drawn again for who comes later.
    await screen.sees("$ ");
    await channel.write(keys("echo joined-$((1+1))\r"));
    await screen.sees("joined-2");
    await channel.write(keys("exit 4\r"));
    const end = await channel.ended;
    expect(end.exitCode).toBeUndefined();
    expect(end.why).toBe("the container talk was restarted: it ended with exit code 4");
  });

  test("without a standard input it is looked at only", async () => {
    const channel = await open({ mode: "attach" });
    expect(channel.readOnly).toMatch(/app was started without a standard input/);
    const screen = shown(channel);
    const pod = sim.objects("pods").find(({ metadata }) => metadata.name === "web")!;
    sim.log(pod, "app", "first");
    sim.log(pod, "app", "second");
    await screen.sees("first\r\nsecond\r\n");
    await expect(channel.write(keys("x"))).rejects.toMatchObject({ code: "bad_request" });
    expect((await channel.kill()).mayStillRun).toContain("own program goes on");
  });

  test("a debug container brings a shell where the image has none, and stays", async () => {
    await expect(open({ container: "proxy" })).rejects.toMatchObject({
      code: "no_shell",
      message: expect.stringContaining("debug container"),
    });
    const channel = await open({ mode: "debug", container: "proxy", image: "busybox@sha256:0123" });
    const screen = shown(channel);
    await channel.write(keys("echo debug-$((1+1))\r"));
    await screen.sees("debug-2");
    await channel.write(keys("exit 0\r"));
    expect((await channel.ended).why).toMatch(/^the container debug-\w+ ended with exit code 0$/);
    const pod = sim.objects("pods").find(({ metadata }) => metadata.name === "web")!;
    expect(pod["spec"].ephemeralContainers).toEqual([
      expect.objectContaining({ image: "busybox@sha256:0123", targetContainerName: "proxy", stdin: true, tty: true }),
    ]);
    const killed = await open({ mode: "debug", container: "proxy", image: "busybox:1" });
    shown(killed);
    expect((await killed.kill()).did).toMatch(/^(Sent HUP.* to the shell|Ended the shell's input); the program ended\.$/);
    const error: TargetError = await open({ mode: "debug", image: "busybox:broken" }).then(
      () => Promise.reject(new Error("it was opened")),
      (reason: TargetError) => reason,
    );
    expect(error.message).toMatch(/does not start \(ImagePullBackOff\).*stays in the pod/);
  });
});

test("in the demo's containers a shell begins, is killed, and is put beside another one in the same way", async () => {
  const sim = await cluster(undefined, simulatedPrograms());
  const target = targetOf(sim.kubeconfig());
  const open = (pod: Partial<PodProgram>): Promise<TerminalChannel> =>
    target.terminal!({ ...SIZE, program: { pod: { namespace: "shop", name: "web", ...pod } } }, signal());
  const channel = await open({});
  const screen = shown(channel);
  await channel.write(keys("stty size; echo $TIER\r"));
  await screen.sees("30 90\r\ngold\r\n");
  expect(await channel.kill()).toMatchObject({ did: "Sent HUP to the shell; the program ended." });
  await expect(open({ container: "proxy" })).rejects.toMatchObject({ code: "no_shell" });
  const beside = await open({ mode: "debug", container: "proxy", image: "busybox:1" });
  const other = shown(beside);
  await beside.write(keys("echo de-$((1+1)); exit\r"));
  await other.sees("de-2");
  expect((await beside.ended).why).toContain("ended with exit code 0");
  await target.close();
  await sim.stop();
});

describe("what goes wrong", () => {
  let sim: KubeSim;
  let target: Target;
  beforeAll(async () => {
    sim = await cluster();
    target = targetOf(sim.kubeconfig());
  });
  afterAll(async () => {
    await target?.close();
    await sim?.stop();
  });
  const open = (pod: Partial<PodProgram> = {}, argv?: string[], to = target): Promise<TerminalChannel> =>
    to.terminal!({ ...SIZE, program: { pod: { namespace: "shop", name: "web", ...pod }, ...(argv && { argv }) } }, signal());

  test.each<[string, Partial<PodProgram>, string, RegExp]>([
    ["no such pod", { name: "none" }, "not_found", /pods "none" not found/],
    ["no such container", { container: "none" }, "not_found", /no container none; it has proxy, app, talk/],
    ["a pod that has ended", { name: "done" }, "bad_request", /has ended \(Succeeded\)/],
    ["a container that has not started", { name: "stuck" }, "bad_request", /waits \(ImagePullBackOff\)/],
    ["another pod of that name", { uid: "0-1-2" }, "targets_changed", /replaced/],
    ["no image to debug with", { mode: "debug" }, "bad_request", /none is named/],
  ])("%s", async (_what, pod, code, message) => {
    await expect(open(pod)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("a program that is not there is told from one that fails", async () => {
    await expect(open({}, ["no-such-program"])).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("no-such-program"),
    });
    expect(await (await open({}, ["sh", "-c", "exit 9"])).ended).toEqual({ exitCode: 9 });
  });

  test("a right that is wanting is named", async () => {
    const { certificate, key } = sim.clientCertificate("lena", []);
    const config = JSON.parse(sim.kubeconfig()) as { users: { user: unknown }[] };
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    config.users[0]!.user = { "client-certificate-data": base64(certificate), "client-key-data": base64(key!) };
    const lena = targetOf(JSON.stringify(config));
    for (const [mode, right] of [
      ["exec", "`get pods/exec` in shop (from Kubernetes 1.35 on `create pods/exec` as well)"],
      ["attach", "`get pods/attach` in shop"],
      ["debug", "`patch pods/ephemeralcontainers` in shop"],
    ] as const)
      await expect(open({ mode, image: "busybox" }, undefined, lena)).rejects.toMatchObject({
        code: "target_forbidden",
        message: expect.stringContaining(right),
      });
    await expect(open({ namespace: "kube-system" }, undefined, lena)).rejects.toMatchObject({
      code: "target_forbidden",
      message: expect.stringContaining("`get pods` in kube-system"),
    });
    await lena.close();
  });

  test("a program waits for who does not read, and its socket is not read", async () => {
    const channel = await open({}, ["yes", "0123456789abcdef0123456789abcdef0123456789abcdef"]);
    let bytes = 0;
    channel.onData((piece) => (bytes += piece.byteLength));
    while (bytes < 1_000_000) await sleep(5);
    channel.pause();
    const paused = bytes;
    await sleep(300);
    expect(bytes).toBe(paused);
    channel.resume();
    while (bytes === paused) await sleep(5);
    await channel.write(keys("\u0003"));
    expect(await channel.ended).toMatchObject({ exitCode: 130 });
  });

  test("a pod that is deleted, a container that begins again", async () => {
    sim.load(PODS.slice(0, PODS.indexOf("---")).replace("name: web", "name: brief"));
    sim.settle();
    const channel = await open({ name: "brief" });
    shown(channel);
    const pods = sim.cluster.store;
    pods.remove("pods", pods.get("pods", "shop", "brief")!);
    expect((await channel.ended).why).toBe("the pod brief was deleted");
  });

  test("a cluster that goes away in the middle", async () => {
    const own = await cluster();
    const to = targetOf(own.kubeconfig());
    const channel = await open({}, undefined, to);
    shown(channel);
    await own.stop();
    expect((await channel.ended).why).toMatch(/the cluster closed it without saying why|the link to the cluster broke/);
    expect(await channel.kill()).toMatchObject({ mayStillRun: expect.stringMatching(/^Closing a link ends nothing in the container/) });
    await expect(open({}, undefined, to)).rejects.toMatchObject({ code: "target_down" });
    await to.close();
  });

  test("what is told of a pod beforehand", async () => {
    const facts = await target.pod!({ namespace: "shop", name: "web" }, signal());
    expect(facts).toMatchObject({ labels: { app: "web" }, defaultContainer: "app" });
    expect(facts.containers.map(({ name, running, stdin }) => [name, running, stdin])).toEqual([
      ["proxy", true, false],
      ["app", true, false],
      ["talk", true, true],
    ]);
    expect((await target.pod!({ namespace: "shop", name: "done" }, signal())).lacks).toMatch(/has ended/);
  });
});
