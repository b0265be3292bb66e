import type { Json, KubeObject } from "../json.ts";

/** For each check what it must find and what it must leave alone. Objects as people write them. */
export interface PostureCase {
  fails: readonly KubeObject[];
  passes: readonly KubeObject[];
}

const at = (apiVersion: string, kind: string, name: string, rest: Json = {}, metadata: Json = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop", ...metadata },
  ...rest,
});
const ofCluster = (apiVersion: string, kind: string, name: string, rest: Json = {}, metadata: Json = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...metadata },
  ...rest,
});

/** A Deployment `web` of one container, with more of the container, the pod, and the Deployment's own spec. */
const web = (container: Json = {}, pod: Json = {}, spec: Json = {}, template: Json = {}): KubeObject =>
  at("apps/v1", "Deployment", "web", {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" }, ...template },
        spec: { ...pod, containers: [{ name: "web", image: "images.example/web:1.2", ...container }] },
      },
      ...spec,
    },
  });
const secured = (securityContext: Json): KubeObject => web({ securityContext });
const ofContainer = (bad: Json, good: Json): PostureCase => ({ fails: [web(bad)], passes: [web(good)] });
const ofPod = (bad: Json, good: Json): PostureCase => ({ fails: [web({}, bad)], passes: [web({}, good)] });
const hostPath = (path: string, readOnly = false): KubeObject =>
  web({ volumeMounts: [{ name: "host", mountPath: "/host", readOnly }] }, { volumes: [{ name: "host", hostPath: { path } }] });
const scratch = web({}, { volumes: [{ name: "host", emptyDir: {} }] });

const probe = (path: string): Json => ({ httpGet: { path, port: 8080 } });
const resources = (kind: string, resource: string): PostureCase =>
  ofContainer({ resources: {} }, { resources: { [kind]: { [resource]: "1" } } });

const budget = (spec: Json, name = "web"): KubeObject =>
  at("policy/v1", "PodDisruptionBudget", name, { spec: { selector: { matchLabels: { app: "web" } }, ...spec } });
const scaler = (name: string, metrics: Json = []): KubeObject =>
  at("autoscaling/v2", "HorizontalPodAutoscaler", "web", {
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name }, minReplicas: 2, maxReplicas: 5, metrics },
  });
const CPU = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }];
const database = (serviceName?: string): KubeObject =>
  at("apps/v1", "StatefulSet", "db", {
    spec: {
      ...(serviceName === undefined ? {} : { serviceName }),
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db", image: "db:1" }] } },
    },
  });
const service = (spec: Json, name = "web"): KubeObject =>
  at("v1", "Service", name, { spec: { selector: { app: "web" }, ports: [{ port: 80 }], ...spec } });
const nightly = (spec: Json): KubeObject =>
  at("batch/v1", "CronJob", "nightly", {
    spec: {
      schedule: "0 3 * * *",
      jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "run", image: "run:1" }] } } } },
      ...spec,
    },
  });
const job = (spec: Json): KubeObject =>
  at("batch/v1", "Job", "once", {
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "run", image: "run:1" }] } }, ...spec },
  });
const ingress = (spec: Json, annotations: Json = {}): KubeObject =>
  at(
    "networking.k8s.io/v1",
    "Ingress",
    "web",
    {
      spec: {
        rules: [
          {
            host: "shop.example.com",
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }] },
          },
        ],
        ...spec,
      },
    },
    { annotations },
  );
const policy = (spec: Json): KubeObject => at("networking.k8s.io/v1", "NetworkPolicy", "web", { spec });
const namespace = (labels: Json = {}): KubeObject => ofCluster("v1", "Namespace", "shop", {}, { labels });
const secret = (type: string): KubeObject => at("v1", "Secret", "one", { type });
const ofSecret = (type: string): PostureCase => ({ fails: [secret(type)], passes: [secret("Opaque")] });

const RBAC = "rbac.authorization.k8s.io/v1";
export const ann = { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" };
const group = (name: string): Json => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name });
const rule = (apiGroups: string[], resources: string[], verbs: string[]): Json => ({ apiGroups, resources, verbs });
const bound = (rules: Json[], subject: Json = ann): KubeObject[] => [
  ofCluster(RBAC, "ClusterRole", "duty", { rules }),
  ofCluster(RBAC, "ClusterRoleBinding", "duty", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "duty" },
    subjects: [subject],
  }),
];
const boundIn = (where: string, rules: Json[], subject: Json = ann): KubeObject[] => [
  at(RBAC, "Role", "duty", { rules }, { namespace: where }),
  at(
    RBAC,
    "RoleBinding",
    "duty",
    { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "duty" }, subjects: [subject] },
    { namespace: where },
  ),
];
const READS_PODS = rule([""], ["pods", "pods/log"], ["get", "list", "watch"]);
const DEPLOYS = rule(["apps"], ["deployments"], ["get", "create", "patch"]);
const READS_SECRETS = rule([""], ["secrets"], ["get"]);
const ofRight = (...rules: Json[]): PostureCase => ({ fails: bound(rules), passes: bound([READS_PODS]) });
const account = (name: string): Json => ({ kind: "ServiceAccount", name, namespace: "shop" });

export const POSTURE_CASES: Readonly<Record<string, PostureCase>> = {
  "cluster-admin": ofRight(rule(["*"], ["*"], ["*"])),
  "wildcard-rights": ofRight(rule([""], ["*"], ["get"])),
  "delete-namespaces": ofRight(rule([""], ["namespaces"], ["get", "delete"])),
  "read-secrets": ofRight(rule([""], ["secrets"], ["list"])),
  exec: ofRight(rule([""], ["pods/exec"], ["create"])),
  escalate: ofRight({ ...rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["escalate"]), resourceNames: ["view"] }),
  bind: ofRight(rule(["rbac.authorization.k8s.io"], ["*"], ["bind"])),
  impersonate: ofRight(rule([""], ["users"], ["impersonate"])),
  "nodes-proxy": ofRight(rule([""], ["*/proxy"], ["get"])),
  "run-in-kube-system": { fails: boundIn("kube-system", [rule([""], ["pods"], ["create"])]), passes: boundIn("kube-system", [READS_PODS]) },
  "run-pods": { fails: bound([DEPLOYS]), passes: boundIn("shop", [DEPLOYS]) },
  "approve-certificates": ofRight(rule(["certificates.k8s.io"], ["certificatesigningrequests/approval"], ["update"])),
  "mint-tokens": ofRight(rule([""], ["serviceaccounts/token"], ["create"])),
  "change-admission": ofRight(rule(["admissionregistration.k8s.io"], ["validatingwebhookconfigurations"], ["delete"])),
  "grant-rights": ofRight(rule(["rbac.authorization.k8s.io"], ["rolebindings"], ["create"])),
  "make-volumes": ofRight(rule([""], ["persistentvolumes"], ["create"])),
  "anonymous-rights": { fails: bound([READS_PODS], group("system:unauthenticated")), passes: bound([READS_PODS]) },
  "rights-for-everybody": { fails: bound([READS_PODS], group("system:authenticated")), passes: bound([READS_PODS], group("oncall")) },
  "default-account-rights": { fails: bound([READS_PODS], account("default")), passes: bound([READS_PODS], account("web")) },
  "deploys-and-approves": {
    fails: bound([DEPLOYS, rule(["rbac.authorization.k8s.io"], ["clusterrolebindings"], ["create"])]),
    passes: bound([DEPLOYS, READS_SECRETS]),
  },
  "deploys-and-reads-secrets": {
    fails: [...bound([READS_SECRETS]), ...boundIn("shop", [DEPLOYS])],
    // Each in a place of its own.
    passes: [...boundIn("shop", [DEPLOYS]), ...boundIn("data", [READS_SECRETS])],
  },
  "binding-dangling": {
    fails: bound([READS_PODS], account("gone")),
    passes: [...bound([READS_PODS], account("web")), at("v1", "ServiceAccount", "web")],
  },

  "token-secret": ofSecret("kubernetes.io/service-account-token"),
  "basic-auth-secret": ofSecret("kubernetes.io/basic-auth"),
  "ssh-secret": ofSecret("kubernetes.io/ssh-auth"),
  "registry-secret": ofSecret("kubernetes.io/dockerconfigjson"),
  "secret-in-manifest": {
    fails: [at("v1", "Secret", "one", { stringData: { password: "hunter2" } })],
    passes: [at("v1", "Secret", "one")],
  },
  "secret-in-config-map": {
    fails: [at("v1", "ConfigMap", "one", { data: { "db.password": "hunter2" } })],
    passes: [at("v1", "ConfigMap", "one", { data: { "db.host": "db", "db.password-file": "/run/db" } })],
  },
  "bootstrap-token": ofSecret("bootstrap.kubernetes.io/token"),

  privileged: { fails: [secured({ privileged: true })], passes: [secured({ privileged: false })] },
  "privilege-escalation": { fails: [secured({})], passes: [secured({ allowPrivilegeEscalation: false })] },
  "run-as-root": {
    fails: [web({}, { securityContext: { runAsUser: 0 } })],
    passes: [web({ securityContext: { runAsUser: 1000 } }, { securityContext: { runAsUser: 0 } })],
  },
  "run-as-non-root": { fails: [web()], passes: [web({}, { securityContext: { runAsNonRoot: true } })] },
  "root-group": {
    fails: [web({}, { securityContext: { fsGroup: 0, supplementalGroups: [0] } })],
    passes: [web({ securityContext: { runAsGroup: 2000 } }, { securityContext: { fsGroup: 2000 } })],
  },
  "capabilities-added": {
    fails: [secured({ capabilities: { add: ["SYS_ADMIN"] } })],
    passes: [secured({ capabilities: { add: ["NET_BIND_SERVICE"] } })],
  },
  "capabilities-kept": {
    fails: [secured({ capabilities: { drop: ["NET_RAW"] } })],
    passes: [secured({ capabilities: { drop: ["ALL"] } })],
  },
  "host-pid": ofPod({ hostPID: true }, { hostPID: false }),
  "host-ipc": ofPod({ hostIPC: true }, {}),
  "host-network": ofPod({ hostNetwork: true }, {}),
  "windows-host-process": ofPod(
    { securityContext: { windowsOptions: { hostProcess: true } } },
    { securityContext: { windowsOptions: {} } },
  ),
  "shared-processes": ofPod({ shareProcessNamespace: true }, {}),
  "writable-root-filesystem": { fails: [secured({})], passes: [secured({ readOnlyRootFilesystem: true })] },
  "proc-unmasked": { fails: [secured({ procMount: "Unmasked" })], passes: [secured({ procMount: "Default" })] },
  "seccomp-unconfined": {
    fails: [secured({ seccompProfile: { type: "Unconfined" } })],
    passes: [secured({ seccompProfile: { type: "RuntimeDefault" } })],
  },
  "seccomp-profile": { fails: [web()], passes: [web({}, { securityContext: { seccompProfile: { type: "RuntimeDefault" } } })] },
  "apparmor-unconfined": {
    fails: [web({}, {}, {}, { annotations: { "container.apparmor.security.beta.kubernetes.io/web": "unconfined" } })],
    passes: [secured({ appArmorProfile: { type: "RuntimeDefault" } })],
  },
  "selinux-options": {
    fails: [secured({ seLinuxOptions: { type: "spc_t" } })],
    passes: [secured({ seLinuxOptions: { level: "s0:c1,c2" } })],
  },
  "unsafe-sysctls": ofPod(
    { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } },
    { securityContext: { sysctls: [{ name: "net.ipv4.tcp_syncookies", value: "1" }] } },
  ),
  "runtime-socket": { fails: [hostPath("/var/run/docker.sock")], passes: [hostPath("/var/log")] },
  "sensitive-host-path": { fails: [hostPath("/etc/")], passes: [hostPath("/etc", true)] },
  "host-path": { fails: [hostPath("/srv/data")], passes: [scratch] },
  "host-path-volume": {
    fails: [ofCluster("v1", "PersistentVolume", "data", { spec: { hostPath: { path: "/srv" }, capacity: { storage: "1Gi" } } })],
    passes: [
      ofCluster("v1", "PersistentVolume", "data", { spec: { csi: { driver: "disk", volumeHandle: "1" }, capacity: { storage: "1Gi" } } }),
    ],
  },
  "volume-types": ofPod(
    { volumes: [{ name: "share", nfs: { server: "10.0.0.9", path: "/" } }] },
    { volumes: [{ name: "share", persistentVolumeClaim: { claimName: "share" } }] },
  ),
  "probe-host": ofContainer(
    {
      livenessProbe: { tcpSocket: { host: "169.254.169.254", port: 80 } },
      lifecycle: { preStop: { httpGet: { host: "db.shop", port: 80 } } },
    },
    { livenessProbe: { tcpSocket: { port: 80 } } },
  ),
  "host-port": ofContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }, { ports: [{ containerPort: 80 }] }),
  "ssh-port": ofContainer({ ports: [{ containerPort: 22 }] }, { ports: [{ containerPort: 2222 }] }),
  "host-aliases": ofPod({ hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }] }, {}),

  "service-account-token": { fails: [web()], passes: [web({}, { automountServiceAccountToken: false })] },
  "default-service-account": { fails: [web()], passes: [web({}, { serviceAccountName: "web" })] },
  "secret-in-environment": ofContainer(
    { env: [{ name: "DB_PASSWORD", value: "hunter2hunter2" }] },
    {
      env: [
        { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
        { name: "DB_PASSWORD_FILE", value: "/run/db" },
      ],
    },
  ),
  "naked-pod": { fails: [at("v1", "Pod", "alone", { spec: { containers: [{ name: "one", image: "one:1" }] } })], passes: [web()] },
  "image-latest": ofContainer({ image: "registry:5000/web" }, { image: "registry:5000/web:1" }),
  "image-digest": ofContainer({ image: "web:1" }, { image: `web:1@sha256:${"a".repeat(64)}` }),
  "image-volume": ofPod(
    { volumes: [{ name: "model", image: { reference: "models/big:2" } }] },
    { volumes: [{ name: "model", image: { reference: `models/big@sha256:${"a".repeat(64)}` } }] },
  ),
  "image-pull-policy": ofContainer({ image: "web", imagePullPolicy: "IfNotPresent" }, { image: "web", imagePullPolicy: "Always" }),
  "cpu-request": resources("requests", "cpu"),
  "memory-request": resources("limits", "memory"),
  "memory-limit": resources("limits", "memory"),
  "cpu-limit": resources("limits", "cpu"),
  "liveness-probe": ofContainer({}, { livenessProbe: probe("/alive") }),
  "readiness-probe": ofContainer({}, { readinessProbe: probe("/ready") }),
  "identical-probes": ofContainer(
    { livenessProbe: probe("/ready"), readinessProbe: probe("/ready") },
    { livenessProbe: probe("/alive"), readinessProbe: probe("/ready") },
  ),

  "single-replica": { fails: [web({}, {}, { replicas: 1 })], passes: [web()] },
  "no-disruption-budget": { fails: [web()], passes: [web(), budget({ maxUnavailable: 1 })] },
  "disruption-budget-blocks": { fails: [web(), budget({ minAvailable: "100%" })], passes: [web(), budget({ minAvailable: 1 })] },
  "disruption-budget-idle": {
    fails: [web(), budget({ minAvailable: 1, selector: { matchLabels: { app: "old" } } })],
    passes: [web(), budget({ minAvailable: 1 })],
  },
  "disruption-budgets-overlap": {
    fails: [web(), budget({ maxUnavailable: 1 }), budget({ maxUnavailable: 1 }, "again")],
    passes: [web(), budget({ maxUnavailable: 1 })],
  },
  "no-spread": {
    fails: [web()],
    passes: [
      web(
        {},
        {
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule", labelSelector: {} },
          ],
        },
      ),
    ],
  },
  "selector-mismatch": { fails: [web({}, {}, { selector: { matchLabels: { app: "old" } } })], passes: [web()] },
  "autoscaler-dangling": { fails: [web(), scaler("gone")], passes: [web(), scaler("web")] },
  "autoscaler-without-requests": {
    fails: [web(), scaler("web", CPU)],
    passes: [web({ resources: { requests: { cpu: "1" } } }), scaler("web", CPU)],
  },
  "stateful-set-service": {
    fails: [database("db")],
    passes: [database("db"), service({ clusterIP: "None", selector: { app: "db" } }, "db")],
  },
  "cron-job-concurrency": { fails: [nightly({})], passes: [nightly({ concurrencyPolicy: "Forbid" })] },
  "cron-job-deadline": { fails: [nightly({})], passes: [nightly({ startingDeadlineSeconds: 60 })] },
  "job-kept": { fails: [job({})], passes: [job({ ttlSecondsAfterFinished: 60 })] },
  "volume-reclaim-delete": {
    fails: [
      ofCluster("v1", "PersistentVolume", "pv", {
        spec: { persistentVolumeReclaimPolicy: "Delete", claimRef: { namespace: "shop", name: "data" } },
      }),
    ],
    passes: [
      ofCluster("v1", "PersistentVolume", "pv", {
        spec: { persistentVolumeReclaimPolicy: "Retain", claimRef: { namespace: "shop", name: "data" } },
      }),
    ],
  },
  "storage-class-delete": {
    fails: [ofCluster("storage.k8s.io/v1", "StorageClass", "fast", { provisioner: "a" })],
    passes: [ofCluster("storage.k8s.io/v1", "StorageClass", "fast", { provisioner: "a", reclaimPolicy: "Retain" })],
  },

  "service-dangling": { fails: [web(), service({ selector: { app: "old" } })], passes: [web(), service({})] },
  "service-port-unmatched": {
    fails: [web(), service({ ports: [{ port: 80, targetPort: "http" }] })],
    passes: [web({ ports: [{ name: "http", containerPort: 8080 }] }), service({ ports: [{ port: 80, targetPort: "http" }] })],
  },
  "load-balancer-public": {
    fails: [service({ type: "LoadBalancer" })],
    passes: [service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] })],
  },
  "node-port": { fails: [service({ type: "NodePort" })], passes: [service({})] },
  "external-ips": { fails: [service({ externalIPs: ["203.0.113.9"] })], passes: [service({ externalIPs: [] })] },
  "ingress-tls": { fails: [ingress({})], passes: [ingress({ tls: [{ hosts: ["*.example.com"], secretName: "web-tls" }] })] },
  "ingress-backend-dangling": { fails: [web(), ingress({})], passes: [web(), ingress({}), service({})] },
  "ingress-snippet": { fails: [ingress({}, { "nginx.ingress.kubernetes.io/configuration-snippet": "x;" })], passes: [ingress({})] },
  "network-policy-idle": {
    fails: [web(), policy({ podSelector: { matchLabels: { app: "old" } } })],
    passes: [web(), policy({ podSelector: { matchLabels: { app: "web" } } })],
  },
  "network-policy-open": {
    fails: [policy({ podSelector: {}, ingress: [{}] })],
    passes: [policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })],
  },

  "namespace-environment": { fails: [namespace()], passes: [namespace({ env: "prod" })] },
  "namespace-default-deny": { fails: [web(), namespace()], passes: [web(), namespace(), policy({ podSelector: {} })] },
  "namespace-quota": {
    fails: [web(), namespace()],
    passes: [web(), namespace(), at("v1", "ResourceQuota", "all", { spec: { hard: { pods: "10" } } })],
  },
  "namespace-limits": {
    fails: [web(), namespace()],
    passes: [web(), namespace(), at("v1", "LimitRange", "all", { spec: { limits: [] } })],
  },
  "namespace-pod-security": { fails: [namespace()], passes: [namespace({ "pod-security.kubernetes.io/enforce": "baseline" })] },
  "namespace-privileged": {
    fails: [namespace({ "pod-security.kubernetes.io/enforce": "privileged" })],
    passes: [namespace({ "pod-security.kubernetes.io/enforce": "restricted" })],
  },
  "default-namespace": { fails: [{ ...web(), metadata: { name: "web", namespace: "default" } }], passes: [web()] },
  "deprecated-api": {
    fails: [{ ...nightly({}), apiVersion: "batch/v1beta1" }],
    passes: [nightly({})],
  },
};
