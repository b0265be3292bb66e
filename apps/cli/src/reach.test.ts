import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stdin } from "node:process";
import { Reachability } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "./config.ts";
import { run } from "./run.ts";

const MANIFESTS = `
apiVersion: v1
kind: Namespace
metadata: { name: prod-a, labels: { env: prod } }
---
apiVersion: v1
kind: Namespace
metadata: { name: ops-utils }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: api, namespace: prod-a }
spec:
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec: { containers: [{ name: api, ports: [{ name: https, containerPort: 8443 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: prod-a }
spec: { selector: { app: api }, ports: [{ port: 443, targetPort: https }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-prod, namespace: prod-a }
spec:
  podSelector: {}
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: prod } } }], ports: [{ port: https }] }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: migrator, namespace: ops-utils }
spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: migrator } }, spec: { containers: [{ name: a }] } } } } }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-reach-"));
  await writeFile(join(folder, "all.yaml"), MANIFESTS);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command line in this process, in that folder. */
async function interlock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const said = { out: "", error: "" };
  const config: Config = {
    databaseUrl: undefined,
    home: folder,
    key: undefined,
    url: undefined,
    token: undefined,
    color: false,
    cwd: folder,
    host: { credentialPrograms: [] },
  };
  const code = await run(["reach", ...args], {
    stdin,
    out: (text) => (said.out += `${text}\n`),
    error: (text) => (said.error += `${text}\n`),
    color: false,
    config,
    signal: new AbortController().signal,
  });
  return { code, ...said };
}

describe("with manifests alone", () => {
  test("a blocked connection is a finding, and the answer is the one of the service", async () => {
    const { code, out } = await interlock(
      ..."--manifests . --from ops-utils/migrator --to prod-a/svc/api --port 443 --format json".split(" "),
    );
    expect(code).toBe(1);
    expect(Reachability.parse(JSON.parse(out))).toMatchObject({
      allowed: false,
      blockedAt: "ingress",
      policies: ["prod-a/allow-prod"],
      port: "8443/TCP",
      to: { service: "prod-a/api", workload: "prod-a/api" },
      change: { command: "kubectl label namespace ops-utils env=prod" },
    });
  });

  test("for people it says who decided and what would open it", async () => {
    const { out } = await interlock(..."--manifests . --from ops-utils/migrator --to prod-a/api --port 8443/tcp".split(" "));
    expect(out.split("\n")).toEqual(
      expect.arrayContaining([
        "ops-utils/migrator → prod-a/api 8443/TCP: blocked at ingress (from 1 policy)",
        "✓ Egress of ops-utils/migrator is not isolated: no policy selects it for egress",
        "✗ Ingress of prod-a/api is isolated by prod-a/allow-prod",
        "      rule 1 wants namespaceSelector env=prod; ops-utils has no label env",
        "Smallest change that opens it: Label namespace ops-utils with env=prod",
      ]),
    );
  });

  test("an allowed one is none", async () => {
    expect(await interlock(..."--manifests . --from prod-a/api --to 203.0.113.9 --port 443".split(" "))).toMatchObject({
      code: 0,
      error: "",
    });
  });

  test.each([
    ["--from ops-utils/nobody --to prod-a/api --port 80", "There is no pod and no workload nobody in namespace ops-utils."],
    ["--from ops-utils/migrator --to prod-a/svc/web --port 80", "There is no Service web in namespace prod-a."],
    ["--from ops-utils/migrator --to prod-a/api --port 0", '"0" is no port'],
    ["--from ops-utils/migrator --to prod-a/api --port 80/ICMP", '"80/ICMP" is no port'],
    ["--from prod-a/svc/api --to prod-a/api --port 80", "does not come from a Service"],
    ["--from 10.0.0.1 --to api --port 80", '--to "api" is no end'],
    ["--from 10.0.0.1 --to prod-a/api", "Give --from END, --to END and --port"],
  ])("what cannot be asked is usage, not a finding: %s", async (args, words) => {
    const { code, error } = await interlock("--manifests", ".", ...args.split(" "));
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining(words) as string });
  });

  test("a folder without manifests, none at all, and two places", async () => {
    const empty = await mkdtemp(join(folder, "empty-"));
    const ends = "--from 10.0.0.1 --to prod-a/api --port 80".split(" ");
    expect(await interlock("--manifests", empty, ...ends)).toMatchObject({
      code: 2,
      error: expect.stringContaining("There is no .yaml, .yml or .json file in"),
    });
    expect(await interlock("--manifests", "nowhere", ...ends)).toMatchObject({
      code: 2,
      error: expect.stringContaining("Cannot read nowhere"),
    });
    expect(await interlock("--manifests", ".", "--connection", "eks", ...ends)).toMatchObject({ code: 2 });
  });

  test.each([
    [
      "a namespace that is not among them",
      "kind: Namespace\nmetadata: { name: ops-utils }",
      "kind: Namespace\nmetadata: { name: ops }",
      "Namespace ops-utils is not among",
    ],
    [
      "a policy of another API",
      "$",
      "\n---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: c, namespace: prod-a }\n",
      "CiliumNetworkPolicy prod-a/c",
    ],
    [
      "a policy that a server would refuse",
      "ports: [{ port: https }]",
      "ports: [{ port: https, endPort: 9 }]",
      "all.yaml:29: spec.ingress[0].ports[0].endPort",
    ],
    ["a Kustomization", "$", "\n---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "This is for kustomize"],
  ])("the answer is not sure with %s", async (_, was, will, words) => {
    const other = await mkdtemp(join(folder, "unsure-"));
    await writeFile(join(other, "all.yaml"), was === "$" ? MANIFESTS + will : MANIFESTS.replace(was, will));
    const { code, out } = await interlock(
      "--manifests",
      other,
      ..."--from ops-utils/migrator --to prod-a/api --port 8443 --format json".split(" "),
    );
    const { certain, notes } = JSON.parse(out) as Reachability;
    expect({ code, certain, notes: notes.join("\n") }).toEqual({
      code: 1,
      certain: false,
      notes: expect.stringContaining(words) as string,
    });
  });

  test("what is no manifest is said, and the answer is not sure", async () => {
    const other = await mkdtemp(join(folder, "broken-"));
    await writeFile(join(other, "all.yaml"), `${MANIFESTS}---\nkind: NetworkPolicy\nmetadata: { name: a }\n`);
    const { out, error } = await interlock("--manifests", other, ..."--from prod-a/api --to 10.0.0.1 --port 80 --format json".split(" "));
    expect(error).toContain("There is no apiVersion.");
    expect(JSON.parse(out)).toMatchObject({ allowed: true, certain: false });
  });
});
