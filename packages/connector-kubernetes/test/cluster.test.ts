import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetes, openCluster, readClusterSecret } from "../src/index.ts";
import { kubeconfig, startRecordingCluster, type RecordingCluster } from "./recording-cluster.ts";

let upstream: RecordingCluster;
let folder: string;
let url: string;
beforeAll(async () => {
  upstream = await startRecordingCluster({ "/version": { major: "1" } });
  folder = await mkdtemp(join(tmpdir(), "interlock-cluster-"));
  await ask(upstream.cluster);
  url = `http://${String(upstream.requests[0]!.headers["host"])}`;
});
afterAll(async () => {
  await upstream?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

async function ask(cluster: Awaited<ReturnType<typeof openCluster>>): Promise<unknown> {
  const response = await cluster.request({ method: "GET", path: "/version", headers: {} });
  let text = "";
  for await (const chunk of response.body as AsyncIterable<Buffer>) text += chunk.toString();
  return JSON.parse(text);
}

const authorization = () => upstream.requests.at(-1)!.headers["authorization"];

describe("openCluster", () => {
  it("says who it is by token, by name and password, or not at all", async () => {
    for (const [user, expected] of [
      [{ token: "t-1" }, "Bearer t-1"],
      [{ username: "u", password: "p" }, `Basic ${Buffer.from("u:p").toString("base64")}`],
      [{}, undefined],
    ] as const) {
      const cluster = await openCluster({ kubeconfig: kubeconfig(url, user) });
      expect(await ask(cluster)).toEqual({ major: "1" });
      expect(authorization()).toBe(expected);
      expect(cluster.namespace).toBe("payments");
      await cluster.close();
    }
  });

  it("runs an exec plug-in from the list only, with nothing of the agent's environment, and once until it expires", async () => {
    const program = join(folder, "my-auth-plugin");
    const log = join(folder, "log");
    const script = `#!/bin/sh
env >> ${log}
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"from-plug-in","expirationTimestamp":"2999-01-01T00:00:00Z"}}'
`;
    await writeFile(program, script);
    await chmod(program, 0o755);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "my-auth-plugin",
      args: [],
      env: [{ name: "PROFILE", value: "x" }],
    };
    const plugins = { allowed: [program], home: folder, path: "/usr/bin:/bin", timeoutMs: 10_000 };
    const cluster = await openCluster({ kubeconfig: kubeconfig(url, { exec }) }, { plugins });
    await ask(cluster);
    await ask(cluster);
    expect(authorization()).toBe("Bearer from-plug-in");
    await cluster.close();
    const environment = (await readFile(log, "utf8")).split("\n").map((line) => line.split("=", 1)[0]);
    expect(environment.filter((name) => name === "PROFILE")).toHaveLength(1);
    expect(environment.filter((name) => !/^(PROFILE|HOME|PATH|KUBERNETES_EXEC_INFO|PWD|SHLVL|_|OLDPWD|)$/.test(name!))).toEqual([]);

    const other = await openCluster({ kubeconfig: kubeconfig(url, { exec: { ...exec, command: "/bin/sh" } }) }, { plugins });
    await expect(ask(other)).rejects.toThrow(/not on the list/);
    const sly = await openCluster(
      { kubeconfig: kubeconfig(url, { exec: { ...exec, env: [{ name: "LD_PRELOAD", value: "x" }] } }) },
      { plugins },
    );
    await expect(ask(sly)).rejects.toThrow(/may not set LD_PRELOAD/);
    const none = await openCluster({ kubeconfig: kubeconfig(url, { exec }) });
    await expect(ask(none)).rejects.toThrow(/No exec plug-in/);
  });

  it("runs a program that the operator lists for a connection, and no other", async () => {
    const program = join(folder, "their-auth");
    const status = '{"token":"by-the-operator"}';
    const script = `#!/bin/sh\necho '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}'\n`;
    await writeFile(program, script, { mode: 0o755 });
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "their-auth", args: [], env: [] };
    const secret = { kubeconfig: kubeconfig(url, { exec }) };
    const open = (credentialPrograms: string[]) =>
      kubernetes.open({ connectionName: "eks", secret, maskedColumns: () => [], host: { credentialPrograms } });
    const listed = open([program]);
    await listed.ping(AbortSignal.timeout(10_000));
    expect(authorization()).toBe("Bearer by-the-operator");
    await listed.close();
    const unlisted = open([]);
    await expect(unlisted.ping(AbortSignal.timeout(10_000))).rejects.toThrow(/INTERLOCK_EXEC_PLUGINS/);
    await unlisted.close();
  });

  it("takes a pod's service account, and its token anew for every request", async () => {
    await writeFile(join(folder, "ca.crt"), "");
    await writeFile(join(folder, "namespace"), "agents\n");
    const cluster = await openCluster({ inCluster: { host: "::1", port: "6443", folder } });
    expect(cluster.namespace).toBe("agents");
    await expect(ask(cluster)).rejects.toThrow(/token cannot be read/);
    await cluster.close();
  });

  it.each([
    ["text that is no YAML", "a: [s3cret", undefined],
    ["no cluster", JSON.stringify({ users: [{ name: "u", user: { token: "s3cret" } }] }), undefined],
    ["another context", kubeconfig("https://x", { token: "s3cret" }), "other"],
    ["a CA in a file", kubeconfig("https://x", { token: "s3cret" }, { "certificate-authority": "/etc/passwd" }), undefined],
    ["a key in a file", kubeconfig("https://x", { "client-certificate": "/s3cret", "client-key": "/s3cret" }), undefined],
    ["a token in a file", kubeconfig("https://x", { "token-file": "/s3cret" }), undefined],
    ["a token in a file, in other words", kubeconfig("https://x", { token: "s3cret", tokenFile: "/s3cret" }), undefined],
    [
      "a token in a file of somebody who is not asked for",
      kubeconfig("https://x", { token: "s3cret" }).replace('"users":[', '"users":[{"name":"other","user":{"token-file":"/s3cret"}},'),
      undefined,
    ],
    ["impersonation", kubeconfig("https://x", { token: "s3cret", as: "root" }), undefined],
    ["an auth provider", kubeconfig("https://x", { "auth-provider": { name: "gcp", config: { "cmd-path": "s3cret" } } }), undefined],
    ["a token in the open", kubeconfig("http://cluster.example.com", { token: "s3cret" }), undefined],
    ["a proxy", kubeconfig("https://x", { token: "s3cret" }, { "proxy-url": "http://s3cret" }), undefined],
    ["a plug-in without a version", kubeconfig("https://x", { exec: { command: "s3cret" } }), undefined],
  ])("refuses %s without telling the secret", async (_what, text, context) => {
    const opened = openCluster({ kubeconfig: text, ...(context === undefined ? {} : { context }) });
    await expect(opened).rejects.toThrow(/kubeconfig cannot be used/);
    const error: unknown = await opened.catch((reason: unknown) => reason);
    expect(`${String(error)} ${String((error as Error).stack)} ${JSON.stringify(error)}`).not.toContain("s3cret");
  });

  it("tells nothing of the credential when the cluster does not answer", async () => {
    const cluster = await openCluster({ kubeconfig: kubeconfig("http://127.0.0.1:1", { token: "s3cret" }) });
    const error: unknown = await ask(cluster).catch((reason: unknown) => reason);
    expect(String(error)).toContain("does not answer (ECONNREFUSED)");
    expect(JSON.stringify([error, String((error as Error).stack)])).not.toContain("s3cret");
    await cluster.close();
  });

  it("checks the shape of what is stored", () => {
    expect(() => readClusterSecret({ token: "s3cret" })).toThrow(/needs \{kubeconfig/);
    expect(readClusterSecret({ kubeconfig: "x", other: 1 })).toEqual({ kubeconfig: "x" });
  });
});
