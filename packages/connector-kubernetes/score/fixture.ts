/** A value of a Secret in the fixture; it must be seen nowhere. */
export const SECRET = "correct-horse-battery";

/** A request for a client certificate, waiting to be approved. */
export const signingRequest = (name: string): string => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: { name: ${name} }
spec:
  request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIUk1INENBUUF3SERFYU1CZ0dBMVVFQXd3UlpYaGhiWEJzWlM1bGVHRnRjR3hsTG1OdmJUQmNNQTBHQ1NxRwpTSWIzRFFFQkFRVUFBMHNBTUVnQ1FRPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
`;

/** What the names in angle brackets stand for in the cluster that has no seed. */
export const NAMES = {
  shop: "payments",
  lab: "staging",
  node: "node-1",
  web: "web",
  worker: "worker",
  db: "db",
  logs: "logs",
  settings: "settings",
  applied: "applied",
  owned: "owned",
  held: "held",
  database: "database",
  robot: "robot",
  nightly: "nightly",
  reader: "reader",
  readers: "readers",
  single: "single",
  data: "data",
  used: "used",
  user: "user",
  waiting: "waiting",
};
export type Names = typeof NAMES;

/** Puts names in the place of those in angle brackets. */
export function named(text: string, names: Names = NAMES): string {
  return text.replace(/<([a-z]+)>/g, (whole, key: string) => names[key as keyof Names] ?? whole);
}

/** The namespaces come first: a controller gives each the service account that pods in it need. */
const NAMESPACES_TEXT = `
apiVersion: v1
kind: Namespace
metadata: { name: <shop>, labels: { env: prod } }
---
apiVersion: v1
kind: Namespace
metadata: { name: <lab> }
`;

/** What the clusters of the score begin with: a small shop in two namespaces, with something of most kinds. */
const FIXTURE_TEXT = `
apiVersion: v1
kind: Node
metadata: { name: <node>, labels: { kubernetes.io/hostname: <node> } }
spec: {}
status: { allocatable: { cpu: "8", memory: 32Gi, pods: "110" }, capacity: { cpu: "8", memory: 32Gi, pods: "110" }, conditions: [{ type: Ready, status: "True" }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: <web>, namespace: <shop>, labels: { app: <web> } }
spec:
  replicas: 2
  selector: { matchLabels: { app: <web> } }
  template:
    metadata: { labels: { app: <web> } }
    spec: { containers: [{ name: <web>, image: "nginx:1.25", ports: [{ containerPort: 80 }], env: [{ name: MODE, value: live }] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: <worker>, namespace: <shop>, labels: { app: <worker> } }
spec:
  replicas: 1
  selector: { matchLabels: { app: <worker> } }
  template:
    metadata: { labels: { app: <worker> } }
    spec: { containers: [{ name: <worker>, image: "worker:1" }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: <db>, namespace: <shop> }
spec:
  replicas: 1
  serviceName: <db>
  selector: { matchLabels: { app: <db> } }
  template:
    metadata: { labels: { app: <db> } }
    spec: { containers: [{ name: <db>, image: "postgres:16" }] }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: <logs>, namespace: <shop> }
spec:
  selector: { matchLabels: { app: <logs> } }
  template:
    metadata: { labels: { app: <logs> } }
    spec: { containers: [{ name: <logs>, image: "logs:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: <web>, namespace: <shop> }
spec: { selector: { app: <web> }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: <settings>, namespace: <shop>, labels: { app: <web> } }
data: { mode: live, level: info }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: <held>, namespace: <shop>, finalizers: [example.com/keep] }
data: { a: b }
---
apiVersion: v1
kind: Secret
metadata: { name: <database>, namespace: <shop> }
type: Opaque
stringData: { user: shop, password: ${SECRET} }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: <robot>, namespace: <shop> }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: <nightly>, namespace: <shop> }
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec: { restartPolicy: Never, containers: [{ name: job, image: "job:1" }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: <reader>, namespace: <shop> }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: <readers>, namespace: <shop> }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: <reader> }
subjects: [{ kind: ServiceAccount, name: <robot>, namespace: <shop> }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: <web>, namespace: <shop> }
spec: { minAvailable: 0, selector: { matchLabels: { app: <web> } } }
---
apiVersion: v1
kind: Pod
metadata: { name: <single>, namespace: <lab>, labels: { app: <single> } }
spec: { containers: [{ name: c, image: "busybox:1", command: [sleep, "600"] }] }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: <data>, namespace: <lab> }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: <used>, namespace: <lab> }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: <user>, namespace: <lab>, labels: { app: <user> } }
spec:
  containers: [{ name: c, image: "busybox:1", command: [sleep, "600"], volumeMounts: [{ name: v, mountPath: /v }] }]
  volumes: [{ name: v, persistentVolumeClaim: { claimName: <used> } }]
---
${signingRequest("<waiting>")}`;

export const namespacesOf = (names: Names): string => named(NAMESPACES_TEXT, names);
export const fixtureOf = (names: Names): string => named(FIXTURE_TEXT, names);
export const NAMESPACES = namespacesOf(NAMES);
export const FIXTURE = fixtureOf(NAMES);
