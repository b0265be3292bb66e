import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WhoMay } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ran } from "./terminal.testing.ts";

const ROLES = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: edits, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects: [{ kind: ServiceAccount, namespace: ci, name: deployer }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: elsewhere }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: not-here }
subjects: [{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ann }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ends, namespace: shop }
rules: [{ apiGroups: [""], resources: [namespaces], verbs: [delete] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ends, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ends }
subjects: [{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ann }]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-cli-"));
  await writeFile(join(folder, "roles.yaml"), ROLES);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const who = (...args: string[]) => ran(["who-may", "--manifests", "roles.yaml", ...args], { cwd: folder });

test("manifests tell who may, by which binding, role and rule, and what they do not tell", async () => {
  const { code, out, error } = await who("create", "po/exec", "-n", "shop");
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(out).toContain("create pods/exec in shop: 1 may, as far as is known");
  expect(out).toContain("ServiceAccount ci/deployer");
  expect(out).toMatch(/RoleBinding shop\/edits → ClusterRole \S+ rules\[\d+\]: .*pods\/exec.* in shop/);
  expect(out).toContain("Bound here, and not in these manifests: ClusterRole not-here.");
  expect(out).toContain("Members of system:masters may do everything");
});

test("in every namespace those of one are told apart, also as JSON", async () => {
  const { code, out } = await who("get", "secrets", "-A", "--format", "json");
  expect(code).toBe(0);
  expect(JSON.parse(out) as WhoMay).toMatchObject({
    asked: "get secrets in every namespace",
    holders: [],
    partly: [{ subject: { namespace: "ci", name: "deployer" }, chains: [{ namespace: "shop" }] }],
    certain: false,
  });
  expect(await who("get", "deploy/web", "-n", "shop")).toMatchObject({
    code: 0,
    out: expect.stringContaining('get deployments.apps "web" in shop'),
  });
});

test.each([
  ["by its name", ["delete", "namespaces/shop"]],
  ["by its name, in it", ["delete", "namespaces/shop", "-n", "shop"]],
  ["as that of a namespace", ["delete", "ns", "-n", "shop"]],
])("a namespace may be given by a Role in it: %s", async (_, args) => {
  const { code, out } = await who(...args);
  expect(code).toBe(0);
  expect(out).toContain('delete namespaces "shop" in shop: 1 may');
  expect(out).toContain("  User ann\n    RoleBinding shop/ends → Role shop/ends rules[0]: delete namespaces in shop");
});

test.each([
  ["nobody may", ["delete", "nodes"], 1, /delete nodes: nobody may/],
  ["a resource that is not served", ["get", "gadgets"], 1, /No resource gadgets is served/],
  ["a path", ["get", "/metrics"], 1, /get \/metrics: nobody may/],
])("%s", async (_, args, code, words) => {
  expect(await who(...args)).toMatchObject({ code, out: expect.stringMatching(words) });
});

test.each([
  ["nothing", [], /Give VERB and RESOURCE/],
  ["three words", ["get", "secrets", "tls"], /Give VERB and RESOURCE/],
  ["both a namespace and all", ["get", "secrets", "-A", "-n", "shop"], /Either -n NAMESPACE or -A/],
  ["a path in a namespace", ["get", "/metrics", "-n", "shop"], /in no namespace/],
  ["too many parts", ["get", "a/b/c/d"], /is no resource/],
  ["an option there is not", ["get", "secrets", "--as", "ann"], /Unknown option '--as'/],
  ["both a cluster and manifests", ["get", "secrets", "--connection", "x"], /either --connection NAME or --manifests DIR/],
])("usage: %s", async (_, args, words) => {
  expect(await who(...args)).toMatchObject({ code: 2, out: "", error: expect.stringMatching(words) });
});
