import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostureArea, type Posture, type PostureFinding, type PosturePage } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ran } from "../src/terminal.testing.ts";
import { interlock } from "./interlock.ts";

const BAD = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            privileged: true
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-cli-"));
  await mkdir(join(folder, "bad", "deep"), { recursive: true });
  await writeFile(join(folder, "bad", "deep", "web.yaml"), BAD);
  await writeFile(join(folder, "bad", "notes.txt"), "not a manifest");
  await mkdir(join(folder, "good"));
  await writeFile(
    join(folder, "good", "config.json"),
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "shop" } }),
  );
  await mkdir(join(folder, "alone"));
  await writeFile(
    join(folder, "alone", "service.yaml"),
    "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n",
  );
  await mkdir(join(folder, "empty"));
  const kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n";
  await mkdir(join(folder, "overlay"));
  await writeFile(join(folder, "overlay", "kustomization.yaml"), kustomization);
  await mkdir(join(folder, "values"));
  await writeFile(join(folder, "values", "values.yaml"), "replicas: 3\n");
  await mkdir(join(folder, "broken"));
  await writeFile(join(folder, "broken", "pod.yaml"), "kind: Pod\nmetadata: { name: web }\n");
  await mkdir(join(folder, "kustomized"));
  await writeFile(join(folder, "kustomized", "kustomization.yaml"), kustomization);
  await writeFile(join(folder, "kustomized", "map.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web, namespace: shop }\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Log {
  runs: [{ invocations: [{ executionSuccessful: boolean; toolExecutionNotifications: object[] }] }];
}

const posture = (...args: string[]) => ran(["posture", ...args.map((arg) => arg.replace("FOLDER", folder))], { cwd: folder });

test("what lies beside manifests is passed over, and what cannot be read fails the run", async () => {
  const chart = join(folder, "chart");
  await mkdir(chart);
  await writeFile(join(chart, "values.yaml"), "replicas: 3\n");
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: web\n");
  await writeFile(join(chart, "map.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web, namespace: shop }\n");
  const sarif = async () => {
    const { code, out } = await posture("--manifests", chart, "--format", "sarif");
    const { runs } = JSON.parse(out) as { runs: [{ invocations: [{ executionSuccessful: boolean }] }] };
    return { code, whole: runs[0].invocations[0].executionSuccessful };
  };
  expect(await sarif()).toEqual({ code: 0, whole: true });
  await writeFile(join(chart, "pod.yaml"), "kind: Pod\nmetadata: { name: web }\n");
  expect(await sarif()).toEqual({ code: 1, whole: false });
});

test("what kustomize would change the manifests by is told, and does not pass", async () => {
  const { code, out } = await posture("--manifests", "FOLDER/kustomized");
  expect({ code, out }).toEqual({
    code: 1,
    out: expect.stringMatching(
      /No manifest\n {2}.*kustomization\.yaml:1:1: This is for kustomize[^]*Nothing was found, as far as is known;/,
    ) as string,
  });
  const { runs } = JSON.parse((await posture("--manifests", "FOLDER/kustomized", "--format", "sarif")).out) as Log;
  expect(runs[0].invocations[0]).toMatchObject({
    executionSuccessful: false,
    toolExecutionNotifications: [{ level: "error", message: { text: expect.stringContaining("kustomize build") as string } }],
  });
});

test("manifests are judged without a cluster, each finding with its place, why and what to do", async () => {
  const { code, out, error } = await posture("--manifests", "FOLDER/bad", "--check", "privileged", "--check", "namespace-environment");
  expect({ code, error }).toEqual({ code: 1, error: "" });
  expect(out).toContain("CRITICAL Privileged containers privileged, 1");
  expect(out).toMatch(/apps\/v1 Deployment shop\/web: Container web is privileged\. .*bad\/deep\/web\.yaml:19:13/);
  expect(out).toContain("spec.template.spec.containers[web].securityContext.privileged = true");
  expect(out).toContain("kubectl patch deployment web -n shop --type=strategic");
  // What is to be decided first is commented out.
  expect(out).toContain("# kubectl label namespace shop env=prod");
  expect(out).toContain("1 critical, 1 high; 2 checks on 2 manifests.");
});

test("JSON and SARIF say the same, and a severity leaves out what is below it", async () => {
  const json = JSON.parse((await posture("--manifests", "FOLDER/bad", "--format", "json", "--severity", "high")).out) as {
    findings: { check: string; severity: string }[];
  };
  expect(new Set(json.findings.map(({ severity }) => severity))).toEqual(new Set(["critical", "high"]));
  const sarif = JSON.parse((await posture("--manifests", "FOLDER/bad", "--format", "sarif", "--severity", "high")).out) as {
    runs: {
      tool: { driver: { rules: object[] } };
      results: { ruleId: string; level: string; locations: { physicalLocation: { region: object } }[] }[];
    }[];
  };
  expect(sarif.runs[0]!.results.map(({ ruleId }) => ruleId)).toEqual(json.findings.map(({ check }) => check));
  expect(sarif.runs[0]!.results.find(({ ruleId }) => ruleId === "privileged")).toMatchObject({
    level: "error",
    locations: [{ physicalLocation: { region: { startLine: 19, startColumn: 13 } } }],
  });
});

test("names of other people's files neither move the cursor nor begin a line", async () => {
  await mkdir(join(folder, "odd"));
  const name = "\u001b[2Kweb\nCRITICAL";
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop" },
    spec: { hostPID: true, containers: [{ name: "one", image: "one:1" }] },
  };
  await writeFile(join(folder, "odd", "pod.json"), JSON.stringify(pod));
  const { code, out } = await posture("--manifests", "FOLDER/odd", "--check", "host-pid");
  expect(code).toBe(1);
  expect(out).toContain("v1 Pod shop/web CRITICAL: Its pods share");
  expect(out).not.toContain("\u001b");
  // No line can name it.
  expect(out).not.toContain("kubectl");
});

test.each([
  ["nothing to find", ["--manifests", "FOLDER/good"], 0, /Nothing was found/],
  [
    "what needs a cluster",
    ["--manifests", "FOLDER/alone", "--check", "service-dangling"],
    0,
    /Unknown\n.*what v1 Service web belong to is in the cluster|Unknown/,
  ],
])("%s", async (_, args, code, words) => {
  expect(await posture(...args)).toMatchObject({ code, error: "", out: expect.stringMatching(words) });
});

test.each([
  ["nothing", [], /either --connection NAME or --manifests DIR/],
  ["both", ["--connection", "a", "--manifests", "b"], /either --connection NAME or --manifests DIR/],
  ["a folder there is not", ["--manifests", "FOLDER/nowhere"], /Cannot read .*nowhere: ENOENT/],
  ["a folder without manifests", ["--manifests", "FOLDER/empty"], /There is no \.yaml, \.yml or \.json file/],
  [
    "a Kustomization alone",
    ["--manifests", "FOLDER/overlay"],
    /There is no object in .*overlay\.\n.*kustomization\.yaml:1:1: .*kustomize build/,
  ],
  ["a chart's values alone", ["--manifests", "FOLDER/values", "--format", "sarif"], /There is no object in .*values\./],
  ["no manifest but one that is broken", ["--manifests", "FOLDER/broken"], /There is no object in .*\n.*There is no apiVersion/],
  ["nothing on standard input", ["--manifests", "-"], /There is no object in standard input\./],
  ["a check there is not", ["--manifests", "FOLDER/good", "--check", "nosuch"], /no check "nosuch"/],
  ["a severity there is not", ["--manifests", "FOLDER/good", "--severity", "bad"], /no severity "bad"/],
  ["a format there is not", ["--manifests", "FOLDER/good", "--format", "xml"], /no format "xml"/],
])("usage: %s", async (_, args, words) => {
  expect(await posture(...args)).toMatchObject({ code: 2, out: "", error: expect.stringMatching(words) });
});

/** What the service tells of a cluster: `posture` page by page, and which pages were asked for. */
async function byService(posture: Pick<Posture, "checks" | "findings" | "unread" | "objects">, ...args: string[]) {
  const asked: string[] = [];
  const { findings } = posture;
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://localhost");
    asked.push(`${request.method} ${url.pathname} ${request.headers.authorization}`);
    const offset = Number(url.searchParams.get("offset"));
    const none = Object.fromEntries(PostureArea.options.map((area) => [area, 0])) as Record<PostureArea, number>;
    const page: PosturePage = {
      at: new Date(0).toISOString(),
      tookMs: 1,
      ...posture,
      findings: findings.slice(offset, offset + Number(url.searchParams.get("limit"))),
      total: findings.length,
      offset,
      summary: {
        severities: { critical: 0, high: findings.length, medium: 0, low: 0 },
        areas: { ...none, rights: findings.length },
        system: 0,
      },
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(page));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { INTERLOCK_URL: url, INTERLOCK_TOKEN: "t0ken", INTERLOCK_HOME: folder };
    return { ...(await interlock(["posture", "--connection", "eks-prod", ...args], environment)), asked };
  } finally {
    server.close();
  }
}

const EXEC = { id: "exec", title: "Exec", severity: "high", area: "rights", why: "Why." } as const;

test("with a token the service is asked, page by page", async () => {
  const finding = (object: string): PostureFinding => ({
    check: "exec",
    severity: "high",
    area: "rights",
    object,
    says: "May run programs in pods.",
    evidence: [{ object, path: "subjects[0]", value: object }],
    fix: { lines: [], choices: [], decision: "Who needs it?" },
    system: false,
  });
  const findings = Array.from({ length: 1_001 }, (_, index) => finding(`User u${index}`));
  const checks = [{ ...EXEC, state: "found" as const, findings: findings.length }];
  const { code, out, asked } = await byService({ checks, findings, unread: [], objects: 5 }, "--format", "json");
  expect(code).toBe(1);
  expect((JSON.parse(out) as { findings: object[] }).findings).toHaveLength(1_001);
  expect(asked).toEqual(Array.from({ length: 2 }, () => "GET /api/v1/connections/eks-prod/posture Bearer t0ken"));
});

const WHY = "roles.rbac.authorization.k8s.io could not be read: the connection may not list them";
const UNKNOWN = { ...EXEC, state: "unknown", findings: 0, unknown: WHY } as const;
const CLEAN = { ...EXEC, id: "privileged", area: "workload", state: "clean", findings: 0 } as const;
const UNREAD = [{ kind: "rbac.authorization.k8s.io/Role", why: WHY }];

test("what could not be read of a cluster is told, and the run was not a whole one", async () => {
  const partly = { checks: [UNKNOWN, CLEAN], findings: [], unread: UNREAD, objects: 5 };
  expect(await byService(partly)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/Could not be read\n {2}roles[^]*Nothing was found, as far as is known;/) as string,
  });
  const { code, out } = await byService(partly, "--format", "sarif");
  const { runs } = JSON.parse(out) as Log;
  expect({ code, invocation: runs[0].invocations[0] }).toEqual({
    code: 0,
    invocation: {
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: "error", message: { text: WHY } },
        { level: "note", message: { text: `exec: ${WHY}` } },
      ],
    },
  });
});

test.each([
  ["nothing was read", { checks: [UNKNOWN, CLEAN], objects: 0 }, []],
  ["no check could look", { checks: [UNKNOWN], objects: 5 }, []],
  [
    "none could that was asked for",
    { checks: [UNKNOWN, { ...UNKNOWN, id: "bind" }, CLEAN], objects: 5 },
    ["--check", "exec", "--check", "bind"],
  ],
])("a cluster of which %s does not pass", async (_, read, args) => {
  for (const format of ["text", "sarif"])
    expect(await byService({ ...read, findings: [], unread: UNREAD }, ...args, "--format", format)).toMatchObject({
      code: 3,
      out: "",
      error: expect.stringContaining(`Nothing could be judged of eks-prod.\n${WHY}`) as string,
    });
});

test("a cluster that cannot be asked is unreachable", async () => {
  expect(await posture("--connection", "eks-prod")).toMatchObject({ code: 3, out: "" });
});
