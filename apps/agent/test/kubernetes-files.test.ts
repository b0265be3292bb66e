import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import type { Command, DraftAnalysis } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as Y from "yjs";
import { connectCluster, proposeFor, sendProposal } from "./cluster-stage.ts";
import { openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("files of a kubectl command");

const config = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop }\ndata: { mode: ${JSON.stringify(value)} }\n`;

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("files of a command", () => {
  let stage: Stage;
  let sim: KubeSim;
  let connectionId: string;

  beforeAll(async () => {
    [stage, sim] = await Promise.all([openStage(POLICY.replace("[payments-slow]", "[payments-slow, eks-slow]")), startKubeSim()]);
    sim.load("apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n");
    sim.settle();
    connectionId = await connectCluster(stage, sim);
    await connectCluster(stage, sim, "eks-slow");
  });
  afterAll(async () => {
    await stage?.dispose();
    await sim?.stop();
  });

  const propose = (who: Name, body: object): Promise<Command> => proposeFor(stage, who, body);

  async function refusal(body: object): Promise<{ code: string; detail: string }> {
    const answer = await sendProposal(stage, "oncall", body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    return answer.body as { code: string; detail: string };
  }

  const mode = (name: string): unknown =>
    (sim.objects("configmaps").find(({ metadata }) => metadata.name === name)?.["data"] as { mode?: string } | undefined)?.mode;

  const document = async (who: Name, name: string, text: string): Promise<string> => {
    const response = await stage.call(who, "POST", `/rooms/${stage.room.id}/documents`, { name, connection: "eks-prod", text });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  };

  /** Types at the beginning of a document, as somebody's browser would. */
  async function type(who: Name, id: string, text: string): Promise<void> {
    const opened = (await stage.documents.open(id))!;
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(opened.live.doc));
    const before = Y.encodeStateVector(doc);
    doc.getText("content").insert(0, text);
    await new Promise<void>((resolve, reject) => {
      const peer = {
        userId: stage.people[who].id,
        role: "responder" as const,
        update: () => {},
        committed: () => resolve(),
        refused: (code: string) => reject(new Error(code)),
        failed: (code: string) => reject(new Error(code)),
      };
      opened.live.receive(peer, Y.encodeStateAsUpdate(doc, before), () => {});
    });
    opened.release();
  }

  test("are sent with it, shown as they were frozen, and part of what is agreed to", async () => {
    const text = "kubectl apply -f web.yaml -n shop";
    const command = await propose("oncall", { text, files: { "web.yaml": config("web", "blue") } });
    expect(command).toMatchObject({
      state: "awaiting_review",
      files: [{ name: "web.yaml", bytes: config("web", "blue").length }],
      impact: { complete: true, statements: [{ effect: "append", effects: [{ object: "v1 ConfigMap shop/web" }] }] },
    });
    const other = await propose("oncall", { text, files: { "web.yaml": config("web", "blu3") } });
    expect(other.digest).not.toBe(command.digest);
    const read = await stage.call("reviewer", "GET", `/commands/${command.id}/files`);
    expect(await read.json()).toEqual([{ ...command.files![0], content: config("web", "blue") }]);
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    expect(await stage.until(command.id)).toMatchObject({ state: "succeeded" });
    expect(mode("web")).toBe("blue");
    const event = await stage.db.auditEvent.findFirstOrThrow({ where: { commandId: command.id, type: "command.proposed" } });
    expect(event.data).toContain(command.files![0]!.sha256);
    expect(event.data).not.toContain("blue");
  });

  test("I2: one byte that is changed in a stored file after it was sealed ends in a refusal, before and after the approval", async () => {
    const body = { text: "kubectl apply -f two.yaml", files: { "two.yaml": config("two", "blue") } };
    const change = (commandId: string, data: { content?: string; sha256?: string }) =>
      stage.db.commandFile.updateMany({ where: { commandId }, data });
    const first = await propose("oncall", body);
    await change(first.id, { content: config("two", "blu3") });
    expect(await stage.approve("reviewer", first)).toMatchObject({ ok: false, code: "digest_mismatch" });
    const second = await propose("oncall", body);
    await change(second.id, { sha256: "0".repeat(64) });
    expect(await stage.approve("reviewer", second)).toMatchObject({ ok: false, code: "digest_mismatch" });

    const third = await propose("oncall", { ...body, connection: "eks-slow" });
    expect(await stage.approve("reviewer", third)).toMatchObject({ ok: true });
    // Within its countdown, which is a minute there.
    await change(third.id, { content: config("two", "blu3") });
    expect(await stage.commands.hold({ principal: stage.people.oncall, commandId: third.id })).toMatchObject({ ok: true });
    const resumed = await stage.commands.run({ principal: stage.people.oncall, commandId: third.id, digest: third.digest });
    expect(resumed).toMatchObject({ ok: false, code: "digest_mismatch" });
    expect(mode("two")).toBeUndefined();
  });

  test("a document of the room is frozen as it is; what is typed into it afterwards changes nothing", async () => {
    const id = await document("oncall", "deploy.yaml", config("frozen", "blue"));
    const command = await propose("oncall", { text: "kubectl apply -f deploy.yaml" });
    expect(command.files).toMatchObject([{ name: "deploy.yaml", documentId: id }]);
    await type("responder", id, "# kubectl delete namespace shop\n---\nnothing: at all\n");
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    expect(await stage.until(command.id)).toMatchObject({ state: "succeeded" });
    expect(mode("frozen")).toBe("blue");
  });

  test("I4: whoever wrote in a file's document has written a part of the command", async () => {
    const id = await document("oncall", "authors.yaml", config("authors", "blue"));
    const before = await propose("oncall", { text: "kubectl apply -f authors.yaml" });
    await type("reviewer", id, "# looks good\n");
    const after = await propose("oncall", { text: "kubectl apply -f authors.yaml" });
    expect(after.authors.map(({ name }) => name).toSorted()).toEqual(["oncall", "reviewer"]);
    expect(await stage.approve("reviewer", after)).toMatchObject({ ok: false, code: "self_review" });
    expect(await stage.approve("reviewer2", after)).toMatchObject({ ok: true });
    expect(before.authors.map(({ name }) => name)).toEqual(["oncall"]);
    await stage.until(after.id);

    // Also when the text is sent another way, and when its document was taken out of the room in between.
    const removed = await document("reviewer2", "mine.yaml", config("elsewhere", "a text of some length"));
    expect((await stage.call("reviewer2", "DELETE", `/rooms/${stage.room.id}/documents/${removed}`)).status).toBe(200);
    const sent = await propose("oncall", {
      text: "kubectl apply -f x.yaml",
      files: { "x.yaml": config("elsewhere", "a text of some length") },
    });
    expect(await stage.approve("reviewer2", sent)).toMatchObject({ ok: false, code: "self_review" });
  });

  test("standard input is given with the command or written behind the line", async () => {
    const given = await propose("oncall", { text: "kubectl apply -f -", stdin: config("given", "blue") });
    expect(given.files).toMatchObject([{ name: "-" }]);
    const written = await propose("oncall", { text: `kubectl apply -f - <<'EOF'\n${config("written", "red")}EOF` });
    expect(written.files).toBeUndefined();
    for (const command of [given, written]) {
      expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
      expect(await stage.until(command.id)).toMatchObject({ state: "succeeded" });
    }
    expect([mode("given"), mode("written")]).toEqual(["blue", "red"]);
    expect(await refusal({ text: "kubectl apply -f -" })).toMatchObject({ code: "file_missing" });
  });

  test("a command that only reads gets its files, too, and a folder is all files below it", async () => {
    const command = await propose("oncall", {
      text: "kubectl get -f base -o name",
      files: { "base/a.yaml": config("web", "x"), "base/b.yaml": config("frozen", "x") },
    });
    const ended = await stage.until(command.id);
    expect(ended).toMatchObject({ state: "succeeded", effect: "read", execution: { results: [{ rows: 2 }] } });
  });

  test("a kustomization reads the room's files", async () => {
    await document("oncall", "kustomization.yaml", "resources: [part.yaml]\nnamePrefix: staging-\n");
    await document("oncall", "part.yaml", config("part", "blue"));
    const command = await propose("oncall", { text: "kubectl apply -k ." });
    expect(command.impact.statements[0]).toMatchObject({ effects: [{ object: "v1 ConfigMap shop/staging-part" }] });
    expect(command.files!.map(({ name }) => name)).toContain("part.yaml");
  });

  test("a missing file is named with those there are; two of one name are not guessed between", async () => {
    expect(await refusal({ text: "kubectl apply -f nothing.yaml" })).toMatchObject({
      code: "file_missing",
      detail: expect.stringMatching(/There is no file nothing\.yaml\. There are: .*deploy\.yaml/),
    });
    await document("oncall", "twice.yaml", "a: 1");
    await document("oncall", "twice.yaml", "a: 2");
    expect(await refusal({ text: "kubectl apply -f twice.yaml" })).toMatchObject({
      detail: expect.stringContaining("2 documents called twice.yaml"),
    });
    expect(
      await stage
        .call("oncall", "POST", "/analyze", { connection: "eks-prod", text: "kubectl apply -f deploy.yaml" })
        .then((r) => r.status),
    ).toBe(422);
  });

  test.each(["../web.yaml", "/etc/passwd", "a/../b.yaml", "a//b", "-", "--kubeconfig", ".ssh/id", "a\0b", "a b", ""])(
    "I13: %j is no name of a file",
    async (name) => {
      expect((await refusal({ text: "kubectl apply -f .", files: { [name]: "a: 1" } })).code).toBe("bad_request");
    },
  );

  test("I13: what nothing reads, what hides something and what is too large is refused", async () => {
    const text = "kubectl apply -f web.yaml";
    expect(await refusal({ text, files: { "web.yaml": "a: 1", "other.yaml": "a: 1" } })).toMatchObject({
      code: "bad_request",
      detail: expect.stringContaining("other.yaml"),
    });
    expect(await refusal({ text, files: { "web.yaml": "a: 1" }, stdin: "x" })).toMatchObject({ code: "bad_request" });
    expect(await refusal({ text, files: { "web.yaml": "a: 1 # \u202e" } })).toMatchObject({ code: "bad_request" });
    for (const name of ["big1.yaml", "big2.yaml"]) await document("oncall", name, "# x\n".repeat(150_000));
    expect(await refusal({ text: "kubectl apply -f big1.yaml -f big2.yaml" })).toMatchObject({ code: "too_large" });
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}.yaml`, "a: 1"]));
    expect(await refusal({ text: "kubectl apply -f .", files: many })).toMatchObject({ code: "too_large" });
    expect(
      await stage
        .call("oncall", "POST", `/rooms/${stage.room.id}/commands`, {
          connection: "payments-db",
          text: "SELECT 1",
          files: { "a.sql": "x" },
        })
        .then((r) => r.status),
    ).toBe(400);
  });

  test("I8: an observer adds and removes nothing, and a document that was removed is gone for everybody", async () => {
    const path = `/rooms/${stage.room.id}/documents`;
    const id = await document("oncall", "gone.yaml", "a: 1");
    expect((await stage.call("observer", "POST", path, { name: "x.yaml", connection: "eks-prod" })).status).toBe(403);
    expect((await stage.call("observer", "DELETE", `${path}/${id}`)).status).toBe(403);
    expect((await stage.call("responder", "DELETE", `${path}/${id}`)).status).toBe(200);
    expect((await stage.call("responder", "DELETE", `${path}/${id}`)).status).toBe(404);
    expect(stage.told).toContainEqual({ type: "document.gone", documentId: id });
    const list = (await (await stage.call("observer", "GET", path)).json()) as { id: string; name: string; language: string }[];
    expect(list.find((one) => one.id === id)).toBeUndefined();
    expect(list.find(({ name }) => name === "deploy.yaml")?.language).toBe("yaml");
    expect(await refusal({ text: "kubectl apply -f gone.yaml" })).toMatchObject({ code: "file_missing" });
  });

  test("while somebody types, the impact is that of the file as it is, and a missing file is underlined", async () => {
    const made = await stage.documents.create({ roomId: stage.room.id, name: "lines", connectionId, actor: stage.people.oncall });
    const file = await document("oncall", "live.yaml", config("live", "blue"));
    if (!made.ok) throw new Error(made.code);
    const { id } = made.value;
    await type("oncall", id, "kubectl apply -f live.yaml");
    const place = { tname: "content", assoc: -1 };
    stage.drafts.focus({ principal: stage.people.oncall, roomId: stage.room.id, documentId: id, anchor: place, head: place });
    const drafts = () => stage.told.flatMap((one) => (one.type === "draft" && one.draft.documentId === id ? [one.draft] : []));
    const until = async (condition: (draft: DraftAnalysis) => boolean) => {
      for (const end = Date.now() + 15_000; !drafts().some(condition); await new Promise((resolve) => setTimeout(resolve, 20)))
        if (Date.now() > end) throw new Error(JSON.stringify(drafts().at(-1)));
    };
    await until(({ impact }) => impact?.statements[0]?.effects[0]?.object === "v1 ConfigMap shop/live");
    // Another document has changed, not the one that is looked at.
    await type("responder", file, "# ");
    await type("responder", file, config("other", "red") + "---\n");
    await until(({ impact }) => impact?.statements.some(({ effects }) => effects[0]?.object === "v1 ConfigMap shop/other") === true);
    await type("oncall", id, "kubectl apply -f absent.yaml #");
    const absent = (draft: DraftAnalysis) => draft.diagnostics.some(({ message }) => message.startsWith("There is no file absent.yaml"));
    await until(absent);
    expect(drafts().find(absent)).not.toHaveProperty("impact");
    stage.drafts.blur({ principal: stage.people.oncall, roomId: stage.room.id, documentId: id });
  });

  test("analysis takes files, and a repeated request is told from one with another file", async () => {
    const analysed = await stage.call("oncall", "POST", "/analyze", {
      connection: "eks-prod",
      text: "kubectl apply -f new.yaml",
      files: { "new.yaml": config("new", "x") },
    });
    expect(await analysed.json()).toMatchObject({
      impact: { effect: "append", statements: [{ effects: [{ object: "v1 ConfigMap shop/new" }] }] },
    });
    const key = crypto.randomUUID();
    const proposal = {
      principal: stage.people.oncall,
      roomId: stage.room.id,
      connectionId,
      text: "kubectl apply -f k.yaml",
      authors: [],
      key,
    };
    const one = await stage.commands.propose({ ...proposal, files: { "k.yaml": config("k", "1") } });
    const again = await stage.commands.propose({ ...proposal, files: { "k.yaml": config("k", "1") } });
    expect(one.ok && again.ok && one.value.id === again.value.id).toBe(true);
    expect(await stage.commands.propose({ ...proposal, files: { "k.yaml": config("k", "2") } })).toMatchObject({
      code: "idempotency_conflict",
    });
  });
});
