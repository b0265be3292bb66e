import { type Cluster, SYSTEM } from "./cluster.ts";
import type { Fields, NewObject } from "./object.ts";
import { groupVersion } from "./registry/resource.ts";
import { create } from "./write/create.ts";

const RBAC = "rbac.authorization.k8s.io/v1";

const named = (apiVersion: string, kind: string, name: string, rest: Fields = {}, metadata: Fields = {}): NewObject => ({
  apiVersion,
  kind,
  metadata: { name, ...metadata },
  ...rest,
});

const EVERYTHING = [
  { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
  { nonResourceURLs: ["*"], verbs: ["*"] },
];

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];

/** What `view`, `edit` and `admin` cover; secrets and RBAC only from `edit` and `admin` on, as on a server. */
const WORKLOADS = [
  {
    apiGroups: [""],
    resources: [
      "configmaps",
      "endpoints",
      "persistentvolumeclaims",
      "pods",
      "pods/log",
      "replicationcontrollers",
      "services",
      "serviceaccounts",
      "events",
    ],
  },
  {
    apiGroups: ["apps"],
    resources: ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"],
  },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"] },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"] },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"] },
];

const reading = WORKLOADS.map((rule) => ({ ...rule, verbs: READ }));
const writing = WORKLOADS.map((rule) => ({ ...rule, verbs: [...READ, ...WRITE] }));
const secrets = { apiGroups: [""], resources: ["secrets"], verbs: [...READ, ...WRITE] };
const roles = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: [...READ, ...WRITE] };

const role = (name: string, rules: Fields[]): NewObject =>
  named(RBAC, "ClusterRole", name, { rules }, { labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } });

const binding = (name: string, to: string, group: string): NewObject =>
  named(
    RBAC,
    "ClusterRoleBinding",
    name,
    {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: to },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
    },
    { labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } },
  );

/** What a server has in it when it starts: its namespaces, roles and priority classes. */
const OBJECTS: readonly NewObject[] = [
  ...["default", "kube-system", "kube-public", "kube-node-lease"].map((name) => named("v1", "Namespace", name)),
  role("cluster-admin", EVERYTHING),
  role("admin", [...writing, secrets, roles]),
  role("edit", [...writing, secrets]),
  role("view", reading),
  role("system:discovery", [
    {
      nonResourceURLs: [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
      ],
      verbs: ["get"],
    },
  ]),
  role("system:basic-user", [
    { apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], verbs: ["create"] },
  ]),
  binding("cluster-admin", "cluster-admin", "system:masters"),
  binding("system:discovery", "system:discovery", "system:authenticated"),
  binding("system:basic-user", "system:basic-user", "system:authenticated"),
  named("scheduling.k8s.io/v1", "PriorityClass", "system-cluster-critical", {
    value: 2_000_000_000,
    description: "For pods the cluster needs.",
  }),
  named("scheduling.k8s.io/v1", "PriorityClass", "system-node-critical", { value: 2_000_001_000, description: "For pods a node needs." }),
];

/** A worker node as a cloud's cluster has it. */
function node(at: number, now: string): NewObject {
  const address = `10.0.${(at % 3) + 1}.${20 + at}`;
  const name = `ip-${address.replaceAll(".", "-")}.eu-central-1.compute.internal`;
  const zone = `eu-central-1${"abc"[at % 3]}`;
  const labels = {
    "beta.kubernetes.io/arch": "amd64",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": "m6i.xlarge",
    "topology.kubernetes.io/region": "eu-central-1",
    "topology.kubernetes.io/zone": zone,
  };
  const size = { cpu: "4", "ephemeral-storage": "83873772Ki", memory: "15896988Ki", pods: "58" };
  const condition = (type: string, status: string, reason: string, message: string): Fields => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return named(
    "v1",
    "Node",
    name,
    {
      spec: { providerID: `aws:///${zone}/i-0${String(at).padStart(16, "a")}` },
      status: {
        capacity: size,
        allocatable: size,
        addresses: [
          { type: "InternalIP", address },
          { type: "Hostname", address: name },
        ],
        conditions: [
          condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
          condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
          condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
          condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ],
        nodeInfo: {
          architecture: "amd64",
          bootID: "7d2ef4d2-8f7b-4c8a-9f2a-3f8d0a6c1b5e",
          containerRuntimeVersion: "containerd://1.7.27",
          kernelVersion: "6.1.134-150.224.amzn2023.x86_64",
          kubeProxyVersion: "v1.32.4",
          kubeletVersion: "v1.32.4",
          machineID: "ec2a1b6f0c9d4e7f8a3b5c6d7e8f9a0b",
          operatingSystem: "linux",
          osImage: "Amazon Linux 2023",
          systemUUID: "ec2a1b6f-0c9d-4e7f-8a3b-5c6d7e8f9a0b",
        },
      },
    },
    { labels },
  );
}

/** The class claims get that name none: volumes go with their claims. */
const STORAGE_CLASS = named(
  "storage.k8s.io/v1",
  "StorageClass",
  "gp3",
  {
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3" },
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  },
  { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
);

/** Puts in what a server has when it starts, and a number of nodes. */
export function bootstrap(cluster: Cluster, nodes: number): void {
  const versions = new Map(cluster.registry.all().map((one) => [groupVersion(one), one]));
  const services = [...versions.values()].map((one, at) =>
    named("apiregistration.k8s.io/v1", "APIService", `${one.version}.${one.group}`, {
      spec: {
        ...(one.group === "" ? {} : { group: one.group }),
        version: one.version,
        groupPriorityMinimum: one.group === "" ? 18_000 : 17_800 - at * 10,
        versionPriority: 15,
      },
      status: {
        conditions: [
          {
            type: "Available",
            status: "True",
            reason: "Local",
            message: "Local APIServices are always available",
            lastTransitionTime: cluster.now(),
          },
        ],
      },
    }),
  );
  const workers = Array.from({ length: nodes }, (_, at) => node(at, cluster.now()));
  const leases = workers.map((one) =>
    named(
      "coordination.k8s.io/v1",
      "Lease",
      one.metadata.name!,
      { spec: { holderIdentity: one.metadata.name, leaseDurationSeconds: 40, renewTime: cluster.microNow() } },
      { namespace: "kube-node-lease" },
    ),
  );
  for (const object of [...OBJECTS, STORAGE_CLASS, ...workers, ...leases, ...services]) {
    const resource = cluster.registry.byKind(object.apiVersion, object.kind)!;
    create(
      cluster,
      resource,
      object.metadata.namespace,
      object,
      { user: SYSTEM, dryRun: false, fieldManager: "kube-apiserver", fieldValidation: "Ignore", warnings: [] },
      { status: true },
    );
  }
}
