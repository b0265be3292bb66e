import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { startDemoCluster, type KubeSim } from "@interlock/kube-sim";
import { Command, type ServerMessage } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { eventTypes, openStage, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("the undo of kubectl commands");

const POLICY = `version: 1
rules:
  - { id: reads, match: { effects: [read, session] }, effect: allow }
  - { id: writes, match: { effects: [append, modify] }, effect: review, reviews: [{ count: 1, group: platform }] }
  - { id: deletes, match: { effects: [delete, schema] }, effect: review, reviews: [{ count: 2, group: platform }] }
  - { id: rights, match: { effects: [privilege] }, when: "!statement.undo", effect: deny, message: Not from here. }
  - { id: rights-back, match: { effects: [privilege] }, when: statement.undo, effect: review, reviews: [{ count: 2, group: platform }] }
`;

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("what kubectl did", () => {
  let stage: Stage;
  let sim: KubeSim;

  beforeAll(async () => {
    [stage, sim] = await Promise.all([openStage(POLICY), startDemoCluster({ pace: { startMs: 0, stopMs: 0, runMs: 0 } })]);
    await connectCluster(stage, sim);
  });
  afterAll(async () => {
    await stage.dispose();
    await sim.stop();
  });

  async function post(who: Name, path: string, body: object): Promise<{ status: number; body: unknown }> {
    const response = await stage.call(who, "POST", path, body);
    return { status: response.status, body: await response.json() };
  }

  const propose = (who: Name, text: string): Promise<Command> => proposeFor(stage, who, { text });

  async function undo(commandId: string, body: object = {}): Promise<Command> {
    const answer = await post("responder", `/commands/${commandId}/undo`, body);
    expect(answer).toMatchObject({ status: 201 });
    return Command.parse(answer.body);
  }

  /** Everybody whom it needs agrees, and it runs to its end. */
  async function agreed(command: Command): Promise<Command> {
    const seats = command.verdict.obligations.reviews.reduce((sum, { count }) => sum + count, 0);
    for (const who of (["reviewer", "reviewer2"] as const).slice(0, seats))
      expect(await stage.approve(who, command)).toMatchObject({ ok: true });
    const done = await stage.until(command.id);
    sim.settle();
    return done;
  }

  const run = async (text: string): Promise<Command> => agreed(await propose("oncall", text));
  const names = (namespace: string): string[] =>
    sim
      .objects()
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const config = (name: string) =>
    sim.objects("configmaps").find(({ metadata }) => metadata.namespace === "default" && metadata.name === name);

  test("a deleted namespace is taken away by three people and brought back by three", async () => {
    const before = dump(sim);
    const command = await propose("oncall", "kubectl delete namespace payments");
    const [statement] = command.impact.statements;
    expect(statement!.cascades.filter(({ object }) => / payments\//.test(object))).toHaveLength(214);
    expect(statement).toMatchObject({ reversible: "partial" });
    expect(await stage.approve("oncall", command)).toMatchObject({ ok: false, code: "self_review" });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    expect((await stage.commands.get(command.id))!.state).toBe("awaiting_review");
    expect(await stage.approve("reviewer2", command)).toMatchObject({ ok: true });
    const deleted = await stage.until(command.id);
    sim.settle();
    expect(deleted).toMatchObject({ state: "succeeded", undo: { state: "available" } });
    expect(names("payments")).toEqual([]);

    const back = await undo(command.id, { reason: "wrong cluster" });
    expect(back).toMatchObject({ state: "awaiting_review", undoOf: command.id, effect: "privilege", impact: { complete: true } });
    expect(back.text.split("\n")[0]).toBe("put back v1 Namespace payments");
    expect(back.impact.warnings.filter((words) => words.startsWith("Does not come back: "))).toHaveLength(5);
    expect(await stage.approve("responder", back)).toMatchObject({ ok: false, code: "self_review" });
    const ended = await agreed(back);
    expect(ended).toMatchObject({ state: "succeeded" });
    expect(await stage.commands.get(command.id)).toMatchObject({ undo: { state: "done", doneBy: back.id } });
    expect(await eventTypes(stage, back.id)).toEqual([
      "command.proposed",
      "command.reviewed",
      "command.reviewed",
      "command.approved",
      "command.started",
      "command.succeeded",
    ]);

    // What was said not to come back, and nothing else, is the difference.
    const said = new Set(statement!.lost!.map(({ object }) => object.split(" ").slice(1).join(" ")));
    const after = dump(sim);
    const missing = [...before.keys()].filter((name) => !after.has(name) && !said.has(name));
    expect(missing.filter((name) => !name.startsWith("PersistentVolume pv") && !name.startsWith("PersistentVolume pvc-"))).toEqual([]);
    for (const [name, object] of after) if (before.has(name)) expect(object, name).toEqual(before.get(name));
    expect(await post("responder", `/commands/${command.id}/undo`, {})).toMatchObject({ body: { code: "undo_unavailable" } });
  });

  test("values of Secrets are nowhere to be read in an undo", async () => {
    await run("kubectl create configmap witness --from-literal=a=b");
    sim.load(
      `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"door","namespace":"default"},"stringData":{"password":"open-sesame-9"}}`,
    );
    const changed = await run(`kubectl patch secret door -p '{"data":{"password":null}}'`);
    const { image } = await stage.db.undo.findUniqueOrThrow({ where: { commandId: changed.id } });
    const back = await agreed(await undo(changed.id));
    expect(back.state).toBe("succeeded");
    const encoded = Buffer.from("open-sesame-9").toString("base64");
    expect(sim.objects("secrets").find(({ metadata }) => metadata.name === "door")).toMatchObject({ data: { password: encoded } });
    const rows = await stage.db.command.findMany({ where: { id: { in: [changed.id, back.id] } }, include: { execution: true } });
    const log = await stage.db.auditEvent.findMany();
    const everything = [
      JSON.stringify(rows),
      JSON.stringify(stage.told),
      log.map(({ data }) => data).join(),
      Buffer.from(image!).toString("latin1"),
    ].join();
    for (const secret of ["open-sesame-9", encoded]) expect(everything).not.toContain(secret);
    for (const secret of ["open-sesame-9", encoded]) expect(Buffer.from(image!).includes(secret)).toBe(false);
  });

  test("what was changed since is named, and the rest can be put back without it", async () => {
    await run("kubectl create configmap one --from-literal=a=1\nkubectl create configmap two --from-literal=a=1");
    const deleted = await run("kubectl delete configmap one two");
    sim.load(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","namespace":"default"},"data":{"a":"other"}}`);
    const refused = await post("responder", `/commands/${deleted.id}/undo`, {});
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "undo_conflict", detail: "v1 ConfigMap default/one is there again, made by somebody else" },
    });
    const rest = await undo(deleted.id, { rest: true });
    expect(rest.text).toBe("put back v1 ConfigMap default/two");
    expect(rest.impact.warnings).toContain("v1 ConfigMap default/one is there again, made by somebody else. It is left as it is.");
    expect(await agreed(rest)).toMatchObject({ state: "succeeded" });
    expect([config("one")!["data"], config("two")!["data"]]).toEqual([{ a: "other" }, { a: "1" }]);
  });

  test("what comes to be there between agreement and run is a conflict of the run, and nothing is sent", async () => {
    await run("kubectl create configmap three --from-literal=a=1\nkubectl create configmap four --from-literal=a=1");
    const deleted = await run("kubectl delete configmap three four");
    const back = await undo(deleted.id);
    sim.load(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"four","namespace":"default"},"data":{"a":"other"}}`);
    const ended = await agreed(back);
    expect(ended).toMatchObject({
      state: "failed",
      execution: {
        error: { code: "undo_conflict" },
        conflicts: [{ object: "v1 ConfigMap default/four", key: {}, reason: "exists" }],
        conflictCount: 1,
      },
    });
    expect(config("three")).toBeUndefined();
    expect(await stage.commands.get(deleted.id)).toMatchObject({ undo: { state: "available" } });
  });

  test("of a run that failed half way what was done is taken back", async () => {
    await run("kubectl create namespace brief");
    const text = "kubectl create configmap five --from-literal=a=1\nkubectl create configmap six -n brief --from-literal=a=1";
    const command = await propose("oncall", text);
    await run("kubectl delete namespace brief");
    const ended = await agreed(command);
    expect(ended).toMatchObject({
      state: "failed",
      execution: { affected: [{ object: "v1 ConfigMap default/five", inserted: 1 }], error: { code: "statement_failed", statement: 1 } },
      undo: { state: "available" },
    });
    expect(config("five")).toBeDefined();
    const back = await agreed(await undo(command.id));
    expect(back).toMatchObject({ state: "succeeded", text: "take out again v1 ConfigMap default/five" });
    expect(config("five")).toBeUndefined();
  });

  test("two undos of one run that were both agreed to put it back once", async () => {
    const made = await run("kubectl create configmap seven --from-literal=a=1");
    const [first, second] = [await undo(made.id), await undo(made.id)];
    expect(await agreed(first)).toMatchObject({ state: "succeeded" });
    sim.load(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"seven","namespace":"default"},"data":{"a":"1"}}`);
    expect(await agreed(second)).toMatchObject({ state: "failed", execution: { error: { code: "undo_unavailable" } } });
    expect(config("seven")).toBeDefined();
  });

  test("drift is told object by object, and the same is proposed again with its authors", async () => {
    const command = await propose("oncall", "kubectl label configmap witness a=b");
    await run("kubectl label configmap witness c=d");
    const ended = await agreed(command);
    expect(ended).toMatchObject({
      state: "failed",
      execution: { error: { code: "targets_changed" }, drift: [{ object: "v1 ConfigMap default/witness", why: "was changed" }] },
    });
    const { status, body } = await post("responder", `/commands/${command.id}/again`, {});
    expect(status).toBe(201);
    const again = Command.parse(body);
    expect(again).toMatchObject({ text: command.text, proposer: { name: "responder" } });
    expect(again.authors.map(({ name }) => name).toSorted()).toEqual(["oncall", "responder"]);
    expect(await stage.approve("oncall", again)).toMatchObject({ ok: false, code: "self_review" });
    expect(await agreed(again)).toMatchObject({ state: "succeeded" });
  });

  test("what comes of it is told while it goes on, and whoever stops that stops nothing else", async () => {
    sim.load(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","namespace":"default","finalizers":["example.com/hold"]}}`);
    const command = await propose("oncall", "kubectl delete configmap held --wait=false");
    for (const who of ["reviewer", "reviewer2"] as const) expect(await stage.approve(who, command)).toMatchObject({ ok: true });
    const following = (message: ServerMessage): boolean =>
      message.type === "command" &&
      message.command.id === command.id &&
      message.command.state === "running" &&
      message.command.execution?.results.length === 2;
    await expect.poll(() => stage.told.some(following), { timeout: 20_000 }).toBe(true);
    expect(await stage.commands.cancel({ principal: stage.people.responder, commandId: command.id })).toMatchObject({ ok: true });
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "succeeded", undo: { state: "available" } });
    expect(done.execution!.results.map(({ columns }) => columns.map(({ name }) => name))).toEqual([
      ["request", "object", "outcome"],
      ["after", "object", "state"],
    ]);
    const lines = await (await stage.call("oncall", "GET", `/commands/${command.id}/result?statement=1`)).text();
    expect(lines).toContain("is ending: finalizers example.com/hold");
    expect(lines).toContain("is not watched any longer, since somebody stopped that");
  });
});

/** All that people decided, by kind, namespace and name. */
function dump(sim: KubeSim): Map<string, unknown> {
  const made = /^(ReplicaSet|ControllerRevision|EndpointSlice|Endpoints|Event|Lease)$/;
  const all = new Map<string, unknown>();
  for (const object of structuredClone(sim.objects())) {
    const { metadata } = object;
    if (made.test(object.kind) || (metadata.ownerReferences ?? []).some((owner: { controller?: boolean }) => owner.controller)) continue;
    const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    const { labels, finalizers } = metadata;
    const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !/revision|pv\.kubernetes|selected-node/.test(key));
    const { metadata: _metadata, status: _status, spec, ...rest } = object as unknown as Record<string, unknown>;
    const kept = { ...(spec as Record<string, unknown>) };
    if (object.kind === "PersistentVolumeClaim") delete kept["volumeName"];
    if (object.kind === "Job") for (const field of ["selector", "template"]) delete kept[field];
    if (object.kind === "Pod") for (const field of ["containers", "volumes", "nodeName"]) delete kept[field];
    all.set(`${object.kind} ${name}`, { ...rest, spec: kept, labels, finalizers, annotations });
  }
  return all;
}
