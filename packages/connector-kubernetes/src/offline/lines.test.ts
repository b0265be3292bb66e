import { Impact } from "@interlock/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { analyseLines, isLines, type LineOptions } from "./lines.ts";

const analyse = (text: string, options: LineOptions = {}) => analyseLines({ name: "steps.txt", text }, options);
const NS = "/api/v1/namespaces";

const inPods = (spec: object): object => ({ spec: { template: { spec } } });

test.each<[string, string, string | null, object | null]>([
  ["kubectl create ns x", "append", `POST ${NS}`, { kind: "Namespace", metadata: { name: "x" } }],
  ["kubectl label ns x env-", "modify", `PATCH ${NS}/x`, { metadata: { name: "x", labels: {} } }],
  ["kubectl label ns/x env=prod tier-", "modify", `PATCH ${NS}/x`, { metadata: { labels: { env: "prod" } } }],
  [
    "kubectl annotate deploy web a=b -n shop",
    "modify",
    "PATCH /apis/apps/v1/namespaces/shop/deployments/web",
    { metadata: { namespace: "shop", annotations: { a: "b" } } },
  ],
  [
    "kubectl run box --image=x:1 --privileged",
    "append",
    `POST ${NS}/default/pods`,
    { spec: { containers: [{ name: "box", image: "x:1", securityContext: { privileged: true } }] } },
  ],
  [`kubectl run box --image=x --overrides='{"spec":{"hostPID":true}}'`, "append", `POST ${NS}/default/pods`, { spec: { hostPID: true } }],
  [
    "kubectl scale deployments.apps web --replicas=3",
    "modify",
    "PATCH /apis/apps/v1/namespaces/default/deployments/web/scale",
    { spec: { replicas: 3 } },
  ],
  [
    "kubectl set image cj/night '*=x:2'",
    "modify",
    "PATCH /apis/batch/v1/namespaces/default/cronjobs/night",
    { spec: { jobTemplate: inPods({ containers: [{ name: "*", image: "x:2" }] }) } },
  ],
  [
    "kubectl set sa deploy/web robot",
    "modify",
    "PATCH /apis/apps/v1/namespaces/default/deployments/web",
    inPods({ serviceAccountName: "robot" }),
  ],
  ["kubectl delete ns shop", "delete", `DELETE ${NS}/shop`, null],
  ["kubectl delete pods --all -n shop", "delete", `DELETE ${NS}/shop/pods`, null],
  [
    "kubectl delete crd widgets.example.com",
    "schema",
    "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com",
    null,
  ],
  [
    "kubectl create rolebinding b --clusterrole=edit --user=ann -n a",
    "privilege",
    "POST /apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings",
    { metadata: { namespace: "a" }, roleRef: { kind: "ClusterRole", name: "edit" }, subjects: [{ kind: "User", name: "ann" }] },
  ],
  [
    "kubectl create clusterrole r --verb=get,list --resource=pods/log,deploy,*.* --resource-name=x",
    "privilege",
    "POST /apis/rbac.authorization.k8s.io/v1/clusterroles",
    {
      rules: [
        { apiGroups: [""], resources: ["pods/log"], verbs: ["get", "list"], resourceNames: ["x"] },
        { apiGroups: ["apps"], resources: ["deployments"] },
        { apiGroups: ["*"], resources: ["*"] },
      ],
    },
  ],
  [
    "kubectl create token robot",
    "privilege",
    `POST ${NS}/default/serviceaccounts/robot/token`,
    { kind: "TokenRequest", metadata: { name: "robot", namespace: "default" }, spec: { audiences: [], expirationSeconds: 3_600 } },
  ],
  [
    "kubectl create token robot -n shop --duration=1h30m --audience=vault --bound-object-kind=Pod --bound-object-name=web",
    "privilege",
    `POST ${NS}/shop/serviceaccounts/robot/token`,
    { spec: { audiences: ["vault"], expirationSeconds: 5_400, boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "web" } } },
  ],
  [
    "kubectl certificate approve x",
    "privilege",
    "PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/x/approval",
    { kind: "CertificateSigningRequest" },
  ],
  ["kubectl taint nodes n1 a=b:NoSchedule", "modify", "PATCH /api/v1/nodes/n1", { kind: "Node" }],
  // What they would leave hangs on what is in the cluster.
  ["kubectl rollout undo deploy/web", "modify", "PATCH /apis/apps/v1/namespaces/default/deployments/web", null],
  ["kubectl create job j --from=cronjob/night", "append", "POST /apis/batch/v1/namespaces/default/jobs", null],
  ["kubectl get pods", "read", null, null],
  ["kubectl delete ns shop --dry-run=server", "read", null, null],
  ["kubectl debug node/n1 --image=x", "privilege", null, null],
  ["kubectl delete widgets one", "unknown", null, null],
  ["kubectl delete --raw /api/v1/namespaces/x", "unknown", null, null],
  ["kubectl create --raw /api/v1/namespaces -f a.yaml", "unknown", null, null],
  ["kubectl get --raw /metrics", "read", null, null],
  ["kubectl apply -k base", "unknown", null, null],
  ["kubectl apply -f https://example.com/all.yaml", "unknown", null, null],
])("%s", (line, effect, request, after) => {
  const { impact } = analyse(line.replace("*.*", "'*.*'"));
  expect(() => Impact.strict().parse(impact)).not.toThrow();
  const [statement] = impact.statements;
  expect({ effect: impact.effect, complete: impact.complete }).toEqual({ effect, complete: false });
  expect(statement!.request === undefined ? null : `${statement!.request.method} ${statement!.request.path}`).toBe(request);
  if (after === null) expect(statement!.after).toBeUndefined();
  else expect(statement!.after).toMatchObject(after);
});

test.each<[string, string, string]>([
  [`{"metadata":{"labels":{"env":null}}}`, "strategic", "labels"],
  [`[{"op":"remove","path":"/metadata/labels/env"}]`, "json", "labels"],
])("what patch %s takes away was there", (patch, type, field) => {
  const [statement] = analyse(`kubectl patch ns x --type=${type} -p '${patch}'`).impact.statements;
  expect(statement!.before).toMatchObject({ metadata: { [field]: { env: "(not read)" } } });
  expect(JSON.stringify(statement!.after)).not.toContain("env");
});

test("a container that a patch changes is there already, one that it adds is not", () => {
  const of = (type: string, patch: object): unknown => {
    const [statement] = analyse(`kubectl patch deploy web --type=${type} -p '${JSON.stringify(patch)}'`).impact.statements;
    const pods = (object: unknown): unknown => (object as { spec?: { template?: { spec?: unknown } } } | undefined)?.spec?.template?.spec;
    return [pods(statement!.before), pods(statement!.after)];
  };
  const secured = { privileged: true };
  expect(of("strategic", { spec: { template: { spec: { containers: [{ name: "c", securityContext: secured }] } } } })).toEqual([
    { containers: [{ name: "c" }] },
    { containers: [{ name: "c", securityContext: secured }] },
  ]);
  const path = "/spec/template/spec/containers";
  expect(of("json", [{ op: "add", path: `${path}/1/securityContext`, value: secured }])).toEqual([
    { containers: [{}, {}] },
    { containers: [{}, { securityContext: secured }] },
  ]);
  expect(of("json", [{ op: "add", path: `${path}/-`, value: { name: "n" } }])).toEqual([undefined, { containers: [{ name: "n" }] }]);
});

test("files, folders and here-documents are judged where they are written", () => {
  const namespace = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
  const text = `kubectl apply -f a.yaml -f more\nkubectl replace --force -f - <<'EOF'\n${namespace("here")}EOF\n`;
  const files = new Map([
    ["a.yaml", [{ name: "a.yaml", text: namespace("a") }]],
    ["more", [{ name: "more/b.yaml", text: `---\n${namespace("b")}` }]],
  ]);
  const { impact, findings } = analyse(text, { files });
  expect(findings).toEqual([]);
  expect(impact.statements.map(({ title, place, request }) => [title, place?.file, place?.line, request?.method])).toEqual([
    ["apply v1 Namespace a", "a.yaml", 1, "PATCH"],
    ["apply v1 Namespace b", "more/b.yaml", 2, "PATCH"],
    ["delete v1 Namespace here", "steps.txt", 3, "DELETE"],
    ["replace v1 Namespace here", "steps.txt", 3, "PUT"],
  ]);
});

test.each([
  "kubectl create secret generic door --from-literal=user=hunter22",
  "kubectl -n default create secret generic --from-literal=user=hunter22 door",
  `kubectl patch secret door -p '{"stringData":{"user":"hunter22"}}'`,
  "kubectl apply -f - <<'EOF'\napiVersion: v1\nkind: Secret\nmetadata: { name: door }\nstringData: { user: hunter22 }\nEOF",
])("values of Secrets are in none of what is told", (text) => {
  const { impact, findings } = analyse(text);
  expect(impact.statements).toMatchObject([{ effects: [{ object: "v1 Secret default/door" }] }]);
  expect(JSON.stringify([impact, findings])).not.toContain("hunter22");
});

test("what cannot be read or is not there is said at its line, and is unknown", () => {
  const { impact, findings } = analyse("kubectl get pods\n\n  helm upgrade x\nkubectl apply -f gone.yaml\nkubectl exec x -- sh\n");
  expect(impact.effect).toBe("unknown");
  expect(findings.map(({ place, message }) => [place.line, place.column, message])).toEqual([
    [3, 3, "only kubectl is run here; begin the line with kubectl."],
    [5, 9, "exec is not run here: it is a live session, which belongs in a terminal: open one from the pod in the tree."],
    [4, 1, "gone.yaml is not given: nothing can be said of what is in it."],
  ]);
});

test.each([
  ["# first\n\n kubectl get pods", true],
  ["kubectl", true],
  ["apiVersion: v1\n# kubectl apply -f this", false],
  ["kubectlx get", false],
  ["", false],
])("%j are lines of kubectl: %s", (text, expected) => expect(isLines(text)).toBe(expected));

test("no text makes it throw", () => {
  const words = fc.constantFrom(
    "kubectl",
    "create",
    "patch",
    "label",
    "set",
    "image",
    "run",
    "-p",
    "--type=json",
    "ns",
    "x",
    "a=b",
    "-f",
    "-",
    "\n",
    '\'[{"op":"add","path":"/a/-/b","value":1}]\'',
    "{a: *b}",
    "deploy/web",
    "--overrides=[]",
    "--image=x",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      expect(() => Impact.strict().parse(analyse(parts.join(" ")).impact)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});
