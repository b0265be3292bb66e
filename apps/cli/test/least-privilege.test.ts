import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { interlock } from "./interlock.ts";

const ROLES = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: deploys }
rules:
  - { apiGroups: [apps], resources: [deployments], verbs: [get, list, patch, delete] }
  - { apiGroups: [""], resources: [secrets], verbs: [get, list] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ci-deploys }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deploys }
subjects:
  - { kind: ServiceAccount, namespace: ci, name: deployer }
  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: ann }
`;

const event = (verb: string, resource: string, group: string, daysAgo: number, more: object = {}): string =>
  JSON.stringify({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    stage: "ResponseComplete",
    verb,
    user: { username: "system:serviceaccount:ci:deployer", groups: [] },
    objectRef: { resource, apiGroup: group, namespace: "shop", name: "web" },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
    annotations: { "authorization.k8s.io/decision": "allow" },
    ...more,
  });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-cli-"));
  await writeFile(join(folder, "roles.yaml"), ROLES);
  await writeFile(
    join(folder, "audit.log"),
    [
      event("get", "deployments", "apps", 3),
      event("patch", "deployments", "apps", 2),
      event("delete", "deployments", "apps", 200),
      "{",
    ].join("\n"),
  );
  await writeFile(join(folder, "old.log.gz"), gzipSync(event("list", "deployments", "apps", 20)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const least = (...args: string[]) =>
  interlock(["least-privilege", ...args.map((arg) => arg.replace("FOLDER", folder))], { INTERLOCK_HOME: folder });
const LOG = ["--manifests", "FOLDER/roles.yaml", "--audit-log", "FOLDER/audit.log"];

test("what an account may do is held against what it did, and a smaller role is proposed as lines", async () => {
  const { code, out, error } = await least(...LOG, "--audit-log", "FOLDER/old.log.gz", "--user", "ServiceAccount ci/deployer");
  expect({ code, error }).toEqual({ code: 1, error: "" });
  expect(out).toContain("ClusterRole deploys in the whole cluster, by ClusterRoleBinding ci-deploys");
  expect(out).toMatch(/patch deployments\.apps in shop: 1 time, last \d{4}-\d\d-\d\d/);
  expect(out).toContain("  not used:\n    delete deployments.apps\n    get, list secrets");
  expect(out).toContain("name: ci-deployer-used");
  expect(out).toContain("kubectl patch clusterrolebinding ci-deploys --type=json");
  expect(out).toContain("Could not be read: line 4 of the log:");
  // The delete is older than is asked for, and the log reaches that far all the same.
  expect(out).toContain("The log tells of 90 of 90 days");
});

test("all in short, as JSON, and what is asked wrongly", async () => {
  const short = await least(...LOG);
  expect(short.code).toBe(1);
  expect(short.out).toMatch(/ServiceAccount ci\/deployer: 1 binding, 2 kinds of requests seen, \d+ kinds of rights were not used/);
  expect(short.out).toContain("User ann: 1 binding, 0 kinds of requests seen, used nothing");
  const json = JSON.parse((await least(...LOG, "--user", "ServiceAccount ci/deployer", "--format", "json")).out) as {
    subjects: { proposal: { made: { kind: string; rules?: object[] }[] } }[];
  };
  expect(json.subjects[0]!.proposal.made[0]).toMatchObject({
    kind: "Role",
    metadata: { name: "ci-deployer-used", namespace: "shop" },
    rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }],
  });
  expect((await least("--manifests", "FOLDER/roles.yaml")).code).toBe(2);
  expect((await least(...LOG, "--user", "Group x")).code).toBe(2);
  expect((await least(...LOG, "--days", "0")).code).toBe(2);
  expect((await least("--manifests", "FOLDER/roles.yaml", "--audit-log", "FOLDER/none.log")).error).toContain("none.log cannot be read");
});

test("a log that is short says so", async () => {
  await writeFile(join(folder, "short.log"), event("get", "deployments", "apps", 3));
  const { out } = await least(
    "--manifests",
    "FOLDER/roles.yaml",
    "--audit-log",
    "FOLDER/short.log",
    "--user",
    "ServiceAccount ci/deployer",
  );
  expect(out).toContain("of 90 days; its last entry is 3 days old. What is used more rarely does not show.");
});
