import { Impact } from "@interlock/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { analyseManifests, NOT_KNOWN, type OfflineOptions } from "./offline.ts";

const analyse = (text: string, options: OfflineOptions = {}) => analyseManifests([{ name: "shop.yaml", text }], options);

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  containers:
    - name: web
      image: web:1
`;

test("each object is a statement of an ordinary impact, at its place, and what needs a cluster is said to be unknown", () => {
  const { impact, findings } = analyse(
    `---\n${POD}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { env: prod } }\n`,
  );
  expect(findings).toEqual([]);
  expect(() => Impact.strict().parse(impact)).not.toThrow();
  expect(impact).toMatchObject({ effect: "modify", complete: false, warnings: [...NOT_KNOWN] });
  expect(impact.statements.map(({ title, request, place, effect, reversible }) => ({ title, request, place, effect, reversible }))).toEqual(
    [
      {
        title: "apply v1 Pod shop/web",
        request: { method: "PATCH", path: "/api/v1/namespaces/shop/pods/web" },
        place: { file: "shop.yaml", line: 2, column: 1 },
        effect: "modify",
        reversible: "no",
      },
      {
        title: "apply v1 Namespace shop",
        request: { method: "PATCH", path: "/api/v1/namespaces/shop" },
        place: { file: "shop.yaml", line: 10, column: 1 },
        effect: "modify",
        reversible: "no",
      },
    ],
  );
  expect(impact.statements[0]).toMatchObject({ after: { kind: "Pod", spec: { containers: [{ image: "web:1" }] } } });
  expect(impact.statements.some((statement) => "before" in statement)).toBe(false);
});

test.each([
  ["v1", "Pod", {}, "append", "v1 Pod default/web-*", "/api/v1/namespaces/default/pods", "generateName: web-"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", {}, "privilege", "rbac.authorization.k8s.io/v1 ClusterRole x", undefined, "name: x"],
  [
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    {},
    "schema",
    "apiextensions.k8s.io/v1 CustomResourceDefinition x",
    undefined,
    "name: x",
  ],
  ["v1", "ConfigMap", { namespace: "web" }, "modify", "v1 ConfigMap web/x", "/api/v1/namespaces/web/configmaps/x", "name: x"],
  ["example.com/v1", "Widget", {}, "modify", "example.com/v1 Widget x", "/apis/example.com/v1/widgets/x", "name: x"],
])("%s %s of %j: %s", (apiVersion, kind, options, effect, object, path, metadata) => {
  const { impact } = analyse(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { ${metadata} }\n`, options);
  expect(impact.statements[0]).toMatchObject({ effect, effects: [{ object }], ...(path !== undefined && { request: { path } }) });
});

test("a kind that kube-apiserver does not serve is not known, and no mistake; a definition beside it says where it goes", () => {
  const widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: x }\nspec: { anything: 1 }\n";
  const { impact, findings } = analyse(widget);
  expect(findings).toEqual([]);
  expect(impact.warnings).toContain("Whether the cluster serves example.com/v1 Widget, and what its schema says, is not known.");
  const names = "names: { kind: Widget, plural: widgetry }";
  const schema = "{ type: object, properties: { spec: { type: object, required: [size], properties: { size: { type: integer } } } } }";
  const definition = `---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: widgetry.example.com }
spec: { group: example.com, ${names}, scope: Namespaced, versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: ${schema} } }] }\n`;
  const beside = analyse(widget + definition);
  expect(beside.impact.statements[0]?.request?.path).toBe("/apis/example.com/v1/namespaces/default/widgetry/x");
  expect(beside.findings.map(({ message }) => message)).toEqual(["There is no field spec.anything.", "spec.size must be there."]);
  expect(beside.impact.warnings.join()).not.toContain("Widget, and what its schema says");
  // One that is no schema says nothing.
  expect(analyse(widget + definition.replace("required: [size]", "required: 7")).findings).toEqual([]);
});

test.each<[string, string, OfflineOptions, object]>([
  [
    "a field that there is not",
    `${POD}      imagePulPolicy: Always\n`,
    {},
    { code: "invalid", severity: "error", place: { line: 8 }, object: "v1 Pod shop/web" },
  ],
  [
    "a version of the past",
    "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: x }\n",
    {},
    {
      code: "removed_api",
      severity: "warning",
      message: expect.stringMatching(/from Kubernetes 1\.22 on; use networking\.k8s\.io\/v1/) as string,
    },
  ],
  ["the same object twice", `${POD}---\n${POD}`, {}, { code: "written_twice", severity: "warning", place: { line: 9 } }],
  ["broken YAML", "apiVersion: v1\nkind: [\n", {}, { code: "unreadable", severity: "error" }],
  [
    "a template of Helm",
    "apiVersion: v1\nkind: Pod\nmetadata: { name: {{ .Values.name }} }\nspec: [",
    {},
    { code: "unreadable", message: expect.stringContaining("helm template") as string },
  ],
  [
    "a kustomization",
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
    {},
    { code: "no_manifest", message: expect.stringContaining("kustomize build") as string },
  ],
  ["values in a folder", "replicas: 3\n", { found: new Set(["shop.yaml"]) }, { code: "no_manifest", severity: "warning" }],
  ["values that were named", "replicas: 3\n", {}, { code: "unreadable", severity: "error" }],
])("%s is told at its place", (_, text, options, finding) => {
  expect(analyse(text, options).findings).toMatchObject([finding]);
});

test("what a server would refuse is said of the statement, too", () => {
  expect(analyse(POD.replace("image:", "imag:")).impact.statements[0]?.willFail).toEqual([
    { code: "invalid", reason: "There is no field spec.containers[0].imag; is image meant?" },
    { code: "invalid", reason: "spec.containers[0].image must be there." },
  ]);
});

test("values of Secrets are in nothing that is returned", () => {
  const secret = `apiVersion: v1
kind: Secret
metadata:
  name: door
  annotations: { kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"user":"hunter2"}}' }
data: { user: hunter2, list: [hunter2], other: "hunter2 " }
stringData: { user: hunter2 }
`;
  const list = `apiVersion: v1\nkind: List\nitems:\n${secret.replaceAll(/^/gm, "    ").replace("    a", "  - a")}`;
  for (const text of [secret, list, secret.replace("stringData: { user: hunter2 }", "stringData: hunter2")]) {
    const analysis = analyse(text);
    expect(analysis.impact.statements).toHaveLength(1);
    expect(JSON.stringify(analysis)).not.toContain("hunter2");
  }
});

test("no text makes it fail", () => {
  const line = fc.constantFrom(
    "apiVersion: v1",
    "kind: Pod",
    "kind: List",
    "items:",
    "- a",
    "metadata: { name: x }",
    "metadata: []",
    "spec:",
    "  containers: 1",
    "---",
    "? [a]",
    "&a *a",
    "{{",
    "\u0000",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 12 }), (lines) => {
      expect(analyse(lines.join("\n")).impact.complete).toBe(false);
    }),
  );
});
