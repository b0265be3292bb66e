import { once } from "node:events";
import { createServer } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { sealSecret } from "@interlock/db";
import { migratedDatabase, type MigratedDatabase } from "@interlock/db/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { Impact, problem, Reachability } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interlock } from "./interlock.ts";

const program = await kubectlFor("analysis of kubectl lines from the command line");

const CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web, namespace: default }\ndata: { mode: blue }\n";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-cli-"));
  await writeFile(join(folder, "web.yaml"), CONFIG);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("a stored cluster", () => {
  const key = Buffer.alloc(32, 7);
  let own: MigratedDatabase;
  let sim: KubeSim;
  let environment: Record<string, string>;

  beforeAll(async () => {
    [own, sim] = await Promise.all([migratedDatabase(), startKubeSim()]);
    environment = { DATABASE_URL: own.url, INTERLOCK_KEY: key.toString("base64"), INTERLOCK_HOME: folder };
    const id = crypto.randomUUID();
    const secret = sealSecret(key, id, { kubeconfig: sim.kubeconfig() });
    await own.db.connection.create({ data: { id, name: "eks", connector: "kubernetes", environment: "prod", secret } });
  });
  afterAll(async () => {
    await own?.dispose();
    await sim?.stop();
  });

  const analyze = (args: string[], text: string) =>
    interlock(["analyze", "--connection", "eks", "--format", "json", ...args], environment, text);

  test.each([
    ["a file by name", ["-f", `deploy.yaml=${join("FOLDER", "web.yaml")}`], "kubectl apply -f deploy.yaml"],
    ["a file by the last part of its path", ["--file", join("FOLDER", "web.yaml")], "kubectl apply -f web.yaml"],
  ])("%s is what the command reads", async (_, args, text) => {
    const { code, out, error } = await analyze(
      args.map((arg) => arg.replace("FOLDER", folder)),
      text,
    );
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(Impact.parse(JSON.parse(out))).toMatchObject({
      effect: "append",
      statements: [{ effects: [{ object: "v1 ConfigMap default/web" }] }],
    });
    expect(sim.objects("configmaps").some(({ metadata }) => metadata.name === "web")).toBe(false);
  });

  test("standard input of the command comes from a file, and the text then from another", async () => {
    await writeFile(join(folder, "lines.txt"), "kubectl apply -f -");
    const { code, out } = await analyze(["--stdin", "-", join(folder, "lines.txt")], CONFIG);
    expect([code, Impact.parse(JSON.parse(out)).effect]).toEqual([0, "append"]);
  });

  test("a policy that is not in force judges kubectl lines against a stored cluster, each at its line", async () => {
    const policy = join(folder, "rules.yaml");
    const rule = `{ id: blue, when: 'after.text("data.mode") == "blue"', effect: deny, message: Not blue. }`;
    await writeFile(policy, `version: 1\nrules:\n  - { id: all, effect: allow }\n  - ${rule}\n`);
    const lines = join(folder, "blue.txt");
    await writeFile(lines, "kubectl get pods\nkubectl apply -f deploy.yaml\n");
    const args = ["--connection", "eks", "-f", `deploy.yaml=${join(folder, "web.yaml")}`, "--format", "plain", lines];
    expect(await interlock(["policy", "test", policy, ...args], environment)).toEqual({
      code: 1,
      error: "",
      out: `${lines}:2:1: error: v1 ConfigMap default/web: Not blue. [blue]\n`,
    });
    const cases = join(folder, "cases.yaml");
    const asked = (mode: string) => `kubectl: kubectl apply -f a.yaml, files: { a.yaml: ${JSON.stringify(CONFIG.replace("blue", mode))} }`;
    await writeFile(cases, `cases:\n  - { name: a, ${asked("blue")}, expect: deny }\n  - { name: b, ${asked("red")}, expect: allow }\n`);
    expect(await interlock(["policy", "test", policy, "--cases", cases, "--connection", "eks"], environment)).toMatchObject({
      code: 0,
      error: "",
      out: expect.stringContaining("2 cases"),
    });
  });

  test("whether a connection is let through is asked of the stored cluster as well, and kept in the log", async () => {
    sim.load(
      `apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: default }\nspec: { containers: [{ name: web, image: "web:1" }] }\n`,
    );
    sim.settle();
    const reach = (to: string) =>
      interlock(["reach", "--connection", "eks", "--from", "10.9.9.9", "--to", to, "--port", "80", "--format", "json"], environment);
    const { code, out } = await reach("default/web");
    expect(code).toBe(0);
    expect(Reachability.parse(JSON.parse(out))).toMatchObject({
      allowed: true,
      certain: true,
      policyCount: 0,
      to: { name: "default/web" },
    });
    expect(await reach("default/nobody")).toMatchObject({
      code: 2,
      out: "",
      error: expect.stringContaining("no pod and no workload nobody"),
    });
    const logged = await own.db.auditEvent.findFirstOrThrow({ where: { type: "reachability.asked" } });
    expect(JSON.parse(logged.data)).toMatchObject({ connection: "eks", from: "10.9.9.9", to: "default/web 80/TCP" });
  });

  test.each([
    ["a file that is not given", [], "kubectl apply -f deploy.yaml", 1, /no file deploy\.yaml: give it with --file deploy\.yaml=PATH/],
    ["a file that nothing reads", ["-f", "x.yaml=FOLDER/web.yaml"], "kubectl get pods", 2, /Nothing of it reads the file x\.yaml/],
    ["no standard input", [], "kubectl apply -f -", 1, /give it with --stdin PATH/],
    ["a name that leads elsewhere", ["-f", "../x.yaml=FOLDER/web.yaml"], "kubectl apply -f x.yaml", 2, /no name of a file/],
    ["a path there is not", ["-f", "x.yaml=FOLDER/nothing"], "kubectl apply -f x.yaml", 2, /Cannot read .*nothing/],
    ["standard input twice", ["--stdin", "-"], "kubectl apply -f -", 2, /cannot be both/],
  ])("%s", async (_, args, text, code, words) => {
    const finished = await analyze(
      args.map((arg) => arg.replace("FOLDER", folder)),
      text,
    );
    expect(finished).toMatchObject({ code, out: "", error: expect.stringMatching(words) });
  });
});

describe("the service, asked with a token", () => {
  test("its refusals are told in words, and one that is not there is unreachable; the token is never repeated", async () => {
    const seen: { authorization: string | undefined; body: unknown }[] = [];
    const refusals = { eks: problem("file_missing", "There is no file a.yaml."), locked: problem("unauthenticated"), odd: undefined };
    const server = createServer((request, response) => {
      void (async () => {
        let text = "";
        for await (const chunk of request) text += String(chunk);
        const body = JSON.parse(text) as { connection: keyof typeof refusals };
        seen.push({ authorization: request.headers.authorization, body });
        const said = refusals[body.connection];
        response.writeHead(said?.status ?? 200, { "content-type": "application/json" }).end(JSON.stringify(said ?? { impact: 1 }));
      })();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { INTERLOCK_URL: url, INTERLOCK_TOKEN: "s3cret-token", INTERLOCK_HOME: folder };
    const ask = (connection: string, args: string[] = []) =>
      interlock(["analyze", "--connection", connection, ...args], environment, "kubectl apply -f a.yaml");
    try {
      expect(await ask("eks", ["-f", `a.yaml=${join(folder, "web.yaml")}`])).toMatchObject({
        code: 1,
        out: "",
        error: expect.stringContaining("no file a.yaml"),
      });
      expect(seen).toEqual([
        { authorization: "Bearer s3cret-token", body: { connection: "eks", text: "kubectl apply -f a.yaml", files: { "a.yaml": CONFIG } } },
      ]);
      const refused = [await ask("locked"), await ask("odd")];
      expect(refused.map(({ code }) => code)).toEqual([3, 3]);
      for (const { error } of refused) expect(error).not.toContain("s3cret");
    } finally {
      server.close();
      await once(server, "close");
    }
    expect(await ask("eks")).toMatchObject({ code: 3, error: expect.stringContaining("does not answer") });
  });
});
