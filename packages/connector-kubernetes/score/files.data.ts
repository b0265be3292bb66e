import { signingRequest } from "./fixture.ts";

const meta = (name: string, more = "", namespace = "<shop>"): string => `metadata: { name: ${name}, namespace: ${namespace}${more} }`;
const map = (name: string, data: string, more = "", namespace = "<shop>"): string =>
  `apiVersion: v1\nkind: ConfigMap\n${meta(name, more, namespace)}\ndata: ${data}\n`;
const deployment = (name: string, image: string, namespace = "<shop>", label = name): string => `apiVersion: apps/v1
kind: Deployment
${meta(name, "", namespace)}
spec:
  replicas: 2
  selector: { matchLabels: { app: ${label} } }
  template:
    metadata: { labels: { app: ${label} } }
    spec: { containers: [{ name: ${name}, image: "${image}" }, { name: side, image: "side:1" }] }
`;
const namespace = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: { env: dev } }\n`;
const secret = (value: string): string => `apiVersion: v1\nkind: Secret\n${meta("made")}\nstringData: { password: ${value} }\n`;
const role = (name: string, resources: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n${meta(name)}\nrules: [{ apiGroups: [''], resources: [${resources}], verbs: [get] }]\n`;
const definition = (scope: string, plural: string, kind: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.example.com }
spec:
  group: example.com
  scope: ${scope}
  names: { plural: ${plural}, singular: ${kind.toLowerCase()}, kind: ${kind} }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;
const thing = (size: number): string => `apiVersion: example.com/v1\nkind: Thing\n${meta("one")}\nspec: { size: ${size} }\n`;
const plant = (size: number): string => `apiVersion: example.com/v1\nkind: Plant\nmetadata: { name: one }\nspec: { size: ${size} }\n`;
const template = (name: string): string =>
  `template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: c, image: "${name}:1" }] } }`;
const workload = (kind: string, name: string, more = ""): string =>
  `apiVersion: apps/v1\nkind: ${kind}\n${meta(name)}\nspec: { selector: { matchLabels: { app: ${name} } }, ${more}${template(name)} }\n`;
const pod = `apiVersion: v1\nkind: Pod\n${meta("lone", ", labels: { app: lone }")}\nspec: { containers: [{ name: c, image: "busybox:1", command: [sleep, "600"] }] }\n`;
const service = (name: string, more = ""): string =>
  `apiVersion: v1\nkind: Service\n${meta(name)}\nspec: { ${more}selector: { app: made }, ports: [{ name: http, port: 80, targetPort: 8080 }] }\n`;
const budget = `apiVersion: policy/v1\nkind: PodDisruptionBudget\n${meta("made")}\nspec: { maxUnavailable: 1, selector: { matchLabels: { app: made } } }\n`;
const scaler = `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n${meta("made")}
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: <web> }, minReplicas: 1, maxReplicas: 4, metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }] }\n`;
const together = (...documents: string[]): string => documents.join("---\n");
const raw = (name: string): string => JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { raw: "yes" } });
const list = [map("one", "{ a: b }"), map("two", "{ a: b }")];

/** Files that the cases name; each command gets those it names, and those of the folders it names. */
export const FILES: Readonly<Record<string, string>> = {
  "made.yaml": map("made", "{ mode: x }"),
  "made-next.yaml": map("made", "{ mode: other, more: x }"),
  "shop-map.yaml": map("made", "{ mode: x }", ", labels: { app: shop }"),
  "lab-map.yaml": map("fresh", "{ mode: x }", "", "<lab>"),
  "settings-same.yaml": map("<settings>", "{ mode: live, level: info }"),
  "settings-next.yaml": map("<settings>", "{ mode: other }"),
  "applied-same.yaml": map("<applied>", "{ kept: a, dropped: b }"),
  "applied-next.yaml": map("<applied>", "{ kept: a, added: c }"),
  "applied-less.yaml": map("<applied>", "{}"),
  "owned-next.yaml": map("<owned>", "{ owner: me }"),
  "owned-more.yaml": map("<owned>", "{ mine: x }"),
  "web-same.yaml": deployment("<web>", "nginx:1.25"),
  "web-next.yaml": deployment("<web>", "nginx:1.26"),
  "web-third.yaml": deployment("<web>", "nginx:1.27"),
  "web-selector.yaml": deployment("<web>", "nginx:1.26", "<shop>", "other"),
  "worker-same.yaml": deployment("<worker>", "worker:2"),
  "app.yaml": together(namespace("spare"), deployment("front", "front:1", "spare"), map("extra", "{ mode: x }", "", "spare")),
  "spare.yaml": map("extra", "{ mode: x }", "", "spare"),
  "several.yaml": together(
    service("made"),
    deployment("made", "made:1"),
    scaler,
    budget,
    "",
    "# nothing but a remark\n",
    map("made", "{ a: b }"),
  ),
  "list.yaml": `apiVersion: v1\nkind: List\nitems:\n${list.map((item) => item.trimEnd().replace(/^/gm, "    ").replace(/^ {3}/, "  -")).join("\n")}\n`,
  "list.json": JSON.stringify({ apiVersion: "v1", kind: "List", items: ["one", "two"].map((name) => JSON.parse(raw(name)) as unknown) }),
  "gen.yaml": map("x", "{ mode: x }", ", labels: { made: here }").replace("name: x,", "generateName: gen-,"),
  "bad.yaml": map("BAD_NAME", "{ mode: x }"),
  "unknown-field.yaml": `${map("made", "{ mode: x }")}colour: red\n`,
  "missing-namespace.yaml": map("made", "{ mode: x }", "", "nowhere"),
  "pod.yaml": pod,
  "job.yaml": `apiVersion: batch/v1\nkind: Job\n${meta("made")}\nspec: { completions: 2, template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "job:1" }] } } }\n`,
  "cronjob.yaml": `apiVersion: batch/v1\nkind: CronJob\n${meta("made")}\nspec: { schedule: "0 1 * * *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: "job:1" }] } } } } }\n`,
  "statefulset.yaml": workload("StatefulSet", "made", "serviceName: made, replicas: 2, "),
  "daemonset.yaml": workload("DaemonSet", "made"),
  "replicaset.yaml": workload("ReplicaSet", "made", "replicas: 2, "),
  "service.yaml": service("made"),
  "headless.yaml": service("made", "clusterIP: None, "),
  "service-next.yaml": service("<web>", "clusterIP: 10.96.77.77, "),
  "ingress.yaml": `apiVersion: networking.k8s.io/v1\nkind: Ingress\n${meta("made")}\nspec: { rules: [{ host: a.example, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: <web>, port: { number: 80 } } } }] } }] }\n`,
  "netpol.yaml": `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n${meta("made")}\nspec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: <web> } } }] }] }\n`,
  "claim.yaml": `apiVersion: v1\nkind: PersistentVolumeClaim\n${meta("made")}\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n`,
  "volume.yaml": `apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: made }\nspec: { capacity: { storage: 1Gi }, accessModes: [ReadWriteOnce], storageClassName: none, hostPath: { path: /data } }\n`,
  "storage-class.yaml": `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: made }\nprovisioner: example.com/none\n`,
  "quota.yaml": `apiVersion: v1\nkind: ResourceQuota\n${meta("made")}\nspec: { hard: { pods: "100" } }\n`,
  "limits.yaml": `apiVersion: v1\nkind: LimitRange\n${meta("made")}\nspec: { limits: [{ type: Container, max: { cpu: "4" } }] }\n`,
  "account.yaml": `apiVersion: v1\nkind: ServiceAccount\n${meta("made")}\n`,
  "webhook.yaml": `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: made }
webhooks:
  - name: made.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: { service: { name: hook, namespace: <shop> } }
    rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [secrets] }]
`,
  "lease.yaml": `apiVersion: coordination.k8s.io/v1\nkind: Lease\n${meta("made")}\nspec: { holderIdentity: me }\n`,
  "slice.yaml": `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n${meta("made", ", labels: { kubernetes.io/service-name: other }")}\naddressType: IPv4\nports: [{ port: 80 }]\nendpoints: [{ addresses: [192.0.2.1] }]\n`,
  "crd.yaml": definition("Namespaced", "things", "Thing"),
  "crd-cluster.yaml": definition("Cluster", "plants", "Plant"),
  "thing.yaml": thing(1),
  "thing-next.yaml": thing(2),
  "cluster-thing.yaml": plant(1),
  "cluster-thing-next.yaml": plant(2),
  "crd-and-thing.yaml": together(definition("Namespaced", "things", "Thing"), thing(1)),
  "csr.yaml": signingRequest("made"),
  "csr-waiting.yaml": signingRequest("<waiting>"),
  "budget.yaml": budget,
  "scaler.yaml": scaler,
  "runtime-class.yaml": `apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: made }\nhandler: other\n`,
  "ingress-class.yaml": `apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: made }\nspec: { controller: example.com/none }\n`,
  "priority.yaml": `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: made }\nvalue: 5\n`,
  "secret-made.yaml": secret("correct-horse-battery"),
  "secret-next.yaml": secret("correct-horse-battery-2"),
  "secret-replace.yaml": secret("another").replace("name: made", "name: <database>"),
  "role-made.yaml": role("made", "pods"),
  "role-next.yaml": role("<reader>", "pods, services"),
  "cluster-role.yaml": `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: made }\nrules: [{ apiGroups: [''], resources: [nodes], verbs: [get] }]\n`,
  "binding-next.yaml": `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n${meta("<readers>")}\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: <reader> }\nsubjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: kim }]\n`,
  "patch.yaml": "data: { mode: x }\n",
  "patch.json": '{"data":{"mode":"x"}}',
  "raw.json": raw("raw"),
  "raw-settings.json": raw("<settings>"),
  "note.txt": "a note\n",
  "vars.env": "A=1\nB=2\n",
  "kust/kustomization.yaml":
    "resources: [a.yaml]\nnamePrefix: pre-\nlabels: [{ pairs: { by: kustomize } }]\nconfigMapGenerator: [{ name: made, literals: [a=b] }]\nnamespace: <shop>\n",
  "kust/a.yaml": map("one", "{ mode: x }"),
  "tree/a.yaml": map("one", "{ mode: x }"),
  "tree/deep/b.yaml": map("two", "{ mode: x }"),
  "tree/c.txt": "no manifest\n",
};
