import type { Fields, KubeObject } from "../object.ts";
import { selectorText } from "../store/label-selector.ts";
import { AGE, age, type Column, duration, join, NAME, number, text } from "./column.ts";
import { podStatus, readyContainers, restarts } from "./pod-status.ts";

const spec = (object: KubeObject): Fields => object["spec"] ?? {};
const status = (object: KubeObject): Fields => object["status"] ?? {};

const containersOf = (object: KubeObject): Fields[] => spec(object)["template"]?.spec?.containers ?? [];

/** The columns for `-o wide` that all workloads have. */
const WORKLOAD: Column[] = [
  text("Containers", (object) => join(containersOf(object).map((one) => one["name"])), 1),
  text("Images", (object) => join(containersOf(object).map((one) => one["image"])), 1),
  text("Selector", (object) => selectorText(spec(object)["selector"]), 1),
];

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};
const modes = (list: readonly string[] | undefined): string => (list ?? []).map((one) => MODES[one] ?? one).join(",");

const servicePorts = (service: KubeObject): string =>
  join(
    (spec(service)["ports"] ?? []).map(
      (port: Fields) => `${port["port"]}${port["nodePort"] === undefined ? "" : `:${port["nodePort"]}`}/${port["protocol"]}`,
    ),
  );

function externalAddress(service: KubeObject): string {
  const { type, externalIPs, externalName } = spec(service);
  const balancers = (status(service)["loadBalancer"]?.ingress ?? []).map((one: Fields) => one["ip"] ?? one["hostname"]);
  if (type === "ExternalName") return externalName;
  if (type === "LoadBalancer") return [...balancers, ...(externalIPs ?? [])].join(",") || "<pending>";
  return join(externalIPs);
}

const subjects = (kind: string) => (object: KubeObject) =>
  (object["subjects"] ?? [])
    .filter((one: Fields) => one["kind"] === kind)
    .map((one: Fields) => (kind === "ServiceAccount" ? `${one["namespace"]}/${one["name"]}` : one["name"]))
    .join(", ");

const BINDING: Column[] = [
  NAME,
  text("Role", (object) => `${object["roleRef"].kind}/${object["roleRef"].name}`),
  AGE,
  text("Users", subjects("User"), 1),
  text("Groups", subjects("Group"), 1),
  text("ServiceAccounts", subjects("ServiceAccount"), 1),
];

const ROLE: Column[] = [NAME, { name: "Created At", type: "date", priority: 0, value: (object) => object.metadata.creationTimestamp }];

const WEBHOOKS: Column[] = [NAME, number("Webhooks", (object) => (object["webhooks"] ?? []).length), AGE];

function endpointsText(object: KubeObject): string {
  const list = (object["subsets"] ?? []).flatMap((subset: Fields) =>
    (subset["addresses"] ?? []).flatMap((address: Fields) =>
      (subset["ports"] ?? []).length === 0 ? [address["ip"]] : subset["ports"].map((port: Fields) => `${address["ip"]}:${port["port"]}`),
    ),
  );
  return list.length > 3 ? `${list.slice(0, 3).join(",")} + ${list.length - 3} more...` : join(list);
}

function metrics(object: KubeObject): string {
  const shown = (spec(object)["metrics"] ?? []).map((metric: Fields, at: number) => {
    const current = status(object)["currentMetrics"]?.[at]?.resource?.current;
    const target = metric["resource"]?.target;
    if (metric["type"] !== "Resource" || target === undefined) return "<unknown>";
    return target.averageUtilization === undefined
      ? `${metric["resource"].name}: ${current?.averageValue ?? "<unknown>"}/${target.averageValue}`
      : `${metric["resource"].name}: ${current?.averageUtilization === undefined ? "<unknown>" : `${current.averageUtilization}%`}/${target.averageUtilization}%`;
  });
  return shown.length > 2
    ? `${shown.slice(0, 2).join(", ")} + ${shown.length - 2} more...`
    : join(shown).replaceAll(",", ", ").replaceAll(",  ", ", ");
}

const jobDuration: Column["value"] = (object, cluster) => {
  const { startTime, completionTime } = status(object);
  if (startTime === undefined) return "";
  return completionTime === undefined ? age(startTime, cluster) : duration((Date.parse(completionTime) - Date.parse(startTime)) / 1000);
};

const condition = (object: KubeObject, type: string): boolean =>
  (status(object)["conditions"] ?? []).some((one: Fields) => one["type"] === type && one["status"] === "True");

const jobStatus = (object: KubeObject): string =>
  object.metadata.deletionTimestamp !== undefined
    ? "Terminating"
    : condition(object, "Complete")
      ? "Complete"
      : condition(object, "Failed")
        ? "Failed"
        : condition(object, "Suspended") || spec(object)["suspend"]
          ? "Suspended"
          : "Running";

const nodeRoles = (node: KubeObject): string => {
  const prefix = "node-role.kubernetes.io/";
  return join(
    Object.keys(node.metadata.labels ?? {})
      .filter((label) => label.startsWith(prefix))
      .map((label) => label.slice(prefix.length)),
  );
};

const address = (node: KubeObject, type: string): string =>
  (status(node)["addresses"] ?? []).find((one: Fields) => one["type"] === type)?.address ?? "<none>";

const csrState = (object: KubeObject): string => {
  const types: string[] = (status(object)["conditions"] ?? []).map((one: Fields) => one["type"]);
  const words = types.includes("Denied") ? ["Denied"] : types.includes("Approved") ? ["Approved"] : ["Pending"];
  if (types.includes("Failed")) words.push("Failed");
  if (status(object)["certificate"] !== undefined) words.push("Issued");
  return words.join(",");
};

const quota = (object: KubeObject, name: "requests" | "limits"): string =>
  Object.entries(status(object)["hard"] ?? spec(object)["hard"] ?? {})
    .filter(([key]) => key.startsWith("limits.") === (name === "limits"))
    .map(([key, hard]) => `${key}: ${status(object)["used"]?.[key] ?? "0"}/${String(hard)}`)
    .join(", ");

/** By storage. What has no entry shows its name and age. Source: the printers of Kubernetes 1.32. */
export const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  pods: [
    NAME,
    text("Ready", readyContainers),
    text("Status", podStatus),
    text("Restarts", (pod) => String(restarts(pod))),
    AGE,
    text("IP", (pod) => status(pod)["podIP"] ?? "<none>", 1),
    text("Node", (pod) => spec(pod)["nodeName"] ?? "<none>", 1),
    text("Nominated Node", (pod) => status(pod)["nominatedNodeName"] ?? "<none>", 1),
    text("Readiness Gates", () => "<none>", 1),
  ],
  services: [
    NAME,
    text("Type", (object) => spec(object)["type"]),
    text("Cluster-IP", (object) => spec(object)["clusterIP"] ?? "<none>"),
    text("External-IP", externalAddress),
    text("Port(s)", servicePorts),
    AGE,
    text("Selector", (object) => selectorText({ matchLabels: spec(object)["selector"] }) || "<none>", 1),
  ],
  endpoints: [NAME, text("Endpoints", endpointsText), AGE],
  namespaces: [NAME, text("Status", (object) => status(object)["phase"] ?? ""), AGE],
  nodes: [
    NAME,
    text(
      "Status",
      (node) => (condition(node, "Ready") ? "Ready" : "NotReady") + (spec(node)["unschedulable"] === true ? ",SchedulingDisabled" : ""),
    ),
    text("Roles", nodeRoles),
    AGE,
    text("Version", (node) => status(node)["nodeInfo"]?.kubeletVersion ?? ""),
    text("Internal-IP", (node) => address(node, "InternalIP"), 1),
    text("External-IP", (node) => address(node, "ExternalIP"), 1),
    text("OS-Image", (node) => status(node)["nodeInfo"]?.osImage ?? "<unknown>", 1),
    text("Kernel-Version", (node) => status(node)["nodeInfo"]?.kernelVersion ?? "<unknown>", 1),
    text("Container-Runtime", (node) => status(node)["nodeInfo"]?.containerRuntimeVersion ?? "<unknown>", 1),
  ],
  events: [
    text("Last Seen", (event, cluster) => age(event["lastTimestamp"] ?? event["eventTime"] ?? event.metadata.creationTimestamp, cluster)),
    text("Type", (event) => event["type"] ?? ""),
    text("Reason", (event) => event["reason"] ?? ""),
    text("Object", (event) => `${String(event["involvedObject"]?.kind ?? "").toLowerCase()}/${event["involvedObject"]?.name}`),
    text("Subobject", (event) => event["involvedObject"]?.fieldPath ?? "", 1),
    text("Source", (event) => event["source"]?.component ?? event["reportingComponent"] ?? "", 1),
    text("Message", (event) => String(event["message"] ?? "").trim()),
    text("First Seen", (event, cluster) => age(event["firstTimestamp"] ?? event.metadata.creationTimestamp, cluster), 1),
    number("Count", (event) => event["count"] ?? 1, 1),
    { ...NAME, priority: 1 },
  ],
  configmaps: [NAME, number("Data", (object) => Object.keys({ ...object["data"], ...object["binaryData"] }).length), AGE],
  secrets: [NAME, text("Type", (object) => object["type"]), number("Data", (object) => Object.keys(object["data"] ?? {}).length), AGE],
  serviceaccounts: [NAME, number("Secrets", (object) => (object["secrets"] ?? []).length), AGE],
  persistentvolumes: [
    NAME,
    text("Capacity", (object) => spec(object)["capacity"]?.storage ?? ""),
    text("Access Modes", (object) => modes(spec(object)["accessModes"])),
    text("Reclaim Policy", (object) => spec(object)["persistentVolumeReclaimPolicy"]),
    text("Status", (object) => (object.metadata.deletionTimestamp === undefined ? status(object)["phase"] : "Terminating")),
    text("Claim", (object) =>
      spec(object)["claimRef"] === undefined ? "" : `${spec(object)["claimRef"].namespace}/${spec(object)["claimRef"].name}`,
    ),
    text("StorageClass", (object) => spec(object)["storageClassName"] ?? ""),
    text("VolumeAttributesClass", () => "<unset>"),
    text("Reason", (object) => status(object)["reason"] ?? ""),
    AGE,
    text("VolumeMode", (object) => spec(object)["volumeMode"] ?? "<unset>", 1),
  ],
  persistentvolumeclaims: [
    NAME,
    text("Status", (object) => (object.metadata.deletionTimestamp === undefined ? status(object)["phase"] : "Terminating")),
    text("Volume", (object) => spec(object)["volumeName"] ?? ""),
    text("Capacity", (object) => status(object)["capacity"]?.storage ?? ""),
    text("Access Modes", (object) => modes(status(object)["accessModes"])),
    text("StorageClass", (object) => spec(object)["storageClassName"] ?? ""),
    text("VolumeAttributesClass", () => "<unset>"),
    AGE,
    text("VolumeMode", (object) => spec(object)["volumeMode"] ?? "<unset>", 1),
  ],
  replicationcontrollers: [
    NAME,
    number("Desired", (object) => spec(object)["replicas"] ?? 0),
    number("Current", (object) => status(object)["replicas"] ?? 0),
    number("Ready", (object) => status(object)["readyReplicas"] ?? 0),
    AGE,
    WORKLOAD[0]!,
    WORKLOAD[1]!,
    text("Selector", (object) => selectorText({ matchLabels: spec(object)["selector"] }), 1),
  ],
  resourcequotas: [NAME, AGE, text("Request", (object) => quota(object, "requests")), text("Limit", (object) => quota(object, "limits"))],
  limitranges: [NAME, { name: "Created At", type: "date", priority: 0, value: (object) => object.metadata.creationTimestamp }],
  "apps/deployments": [
    NAME,
    text("Ready", (object) => `${status(object)["readyReplicas"] ?? 0}/${spec(object)["replicas"] ?? 0}`),
    number("Up-to-date", (object) => status(object)["updatedReplicas"] ?? 0),
    number("Available", (object) => status(object)["availableReplicas"] ?? 0),
    AGE,
    ...WORKLOAD,
  ],
  "apps/replicasets": [
    NAME,
    number("Desired", (object) => spec(object)["replicas"] ?? 0),
    number("Current", (object) => status(object)["replicas"] ?? 0),
    number("Ready", (object) => status(object)["readyReplicas"] ?? 0),
    AGE,
    ...WORKLOAD,
  ],
  "apps/statefulsets": [
    NAME,
    text("Ready", (object) => `${status(object)["readyReplicas"] ?? 0}/${spec(object)["replicas"] ?? 0}`),
    AGE,
    ...WORKLOAD.slice(0, 2),
  ],
  "apps/daemonsets": [
    NAME,
    number("Desired", (object) => status(object)["desiredNumberScheduled"] ?? 0),
    number("Current", (object) => status(object)["currentNumberScheduled"] ?? 0),
    number("Ready", (object) => status(object)["numberReady"] ?? 0),
    number("Up-to-date", (object) => status(object)["updatedNumberScheduled"] ?? 0),
    number("Available", (object) => status(object)["numberAvailable"] ?? 0),
    text("Node Selector", (object) => selectorText({ matchLabels: spec(object)["template"]?.spec?.nodeSelector }) || "<none>"),
    AGE,
    ...WORKLOAD,
  ],
  "apps/controllerrevisions": [
    NAME,
    text(
      "Controller",
      (object) =>
        object.metadata.ownerReferences?.map((owner) => `${owner.kind.toLowerCase()}.${owner.apiVersion.split("/")[0]}/${owner.name}`)[0] ??
        "<none>",
    ),
    number("Revision", (object) => object["revision"]),
    AGE,
  ],
  "batch/jobs": [
    NAME,
    text("Status", jobStatus),
    text(
      "Completions",
      (object) => `${status(object)["succeeded"] ?? 0}/${spec(object)["completions"] ?? `1 of ${spec(object)["parallelism"] ?? 1}`}`,
    ),
    text("Duration", jobDuration),
    AGE,
    ...WORKLOAD,
  ],
  "batch/cronjobs": [
    NAME,
    text("Schedule", (object) => spec(object)["schedule"]),
    text("Timezone", (object) => spec(object)["timeZone"] ?? "<none>"),
    text("Suspend", (object) => (spec(object)["suspend"] === true ? "True" : "False")),
    number("Active", (object) => (status(object)["active"] ?? []).length),
    text("Last Schedule", (object, cluster) =>
      status(object)["lastScheduleTime"] === undefined ? "<none>" : age(status(object)["lastScheduleTime"], cluster),
    ),
    AGE,
    text(
      "Containers",
      (object) => join((spec(object)["jobTemplate"]?.spec?.template?.spec?.containers ?? []).map((one: Fields) => one["name"])),
      1,
    ),
    text(
      "Images",
      (object) => join((spec(object)["jobTemplate"]?.spec?.template?.spec?.containers ?? []).map((one: Fields) => one["image"])),
      1,
    ),
    text("Selector", () => "<none>", 1),
  ],
  "autoscaling/horizontalpodautoscalers": [
    NAME,
    text("Reference", (object) => `${spec(object)["scaleTargetRef"].kind}/${spec(object)["scaleTargetRef"].name}`),
    text("Targets", metrics),
    text("MinPods", (object) => String(spec(object)["minReplicas"] ?? "<unset>")),
    number("MaxPods", (object) => spec(object)["maxReplicas"]),
    number("Replicas", (object) => status(object)["currentReplicas"] ?? 0),
    AGE,
  ],
  "policy/poddisruptionbudgets": [
    NAME,
    text("Min Available", (object) => String(spec(object)["minAvailable"] ?? "N/A")),
    text("Max Unavailable", (object) => String(spec(object)["maxUnavailable"] ?? "N/A")),
    number("Allowed Disruptions", (object) => status(object)["disruptionsAllowed"] ?? 0),
    AGE,
  ],
  "networking.k8s.io/ingresses": [
    NAME,
    text("Class", (object) => spec(object)["ingressClassName"] ?? "<none>"),
    text("Hosts", (object) => [...new Set((spec(object)["rules"] ?? []).map((rule: Fields) => rule["host"] ?? "*"))].join(",") || "*"),
    text("Address", (object) =>
      (status(object)["loadBalancer"]?.ingress ?? []).map((one: Fields) => one["ip"] ?? one["hostname"]).join(","),
    ),
    text("Ports", (object) => (spec(object)["tls"] === undefined ? "80" : "80, 443")),
    AGE,
  ],
  "networking.k8s.io/ingressclasses": [
    NAME,
    text("Controller", (object) => spec(object)["controller"] ?? ""),
    text("Parameters", () => "<none>"),
    AGE,
  ],
  "networking.k8s.io/networkpolicies": [
    NAME,
    text("Pod-Selector", (object) => selectorText(spec(object)["podSelector"] ?? {}) || "<none>"),
    AGE,
  ],
  "storage.k8s.io/storageclasses": [
    {
      ...NAME,
      value: (object) =>
        object.metadata.name +
        (object.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" ? " (default)" : ""),
    },
    text("Provisioner", (object) => object["provisioner"]),
    text("ReclaimPolicy", (object) => object["reclaimPolicy"]),
    text("VolumeBindingMode", (object) => object["volumeBindingMode"]),
    text("AllowVolumeExpansion", (object) => String(object["allowVolumeExpansion"] ?? false)),
    AGE,
  ],
  "rbac.authorization.k8s.io/roles": ROLE,
  "rbac.authorization.k8s.io/clusterroles": ROLE,
  "rbac.authorization.k8s.io/rolebindings": BINDING,
  "rbac.authorization.k8s.io/clusterrolebindings": BINDING,
  "admissionregistration.k8s.io/validatingwebhookconfigurations": WEBHOOKS,
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": WEBHOOKS,
  "apiextensions.k8s.io/customresourcedefinitions": [
    NAME,
    { name: "Created At", type: "date", priority: 0, value: (object) => object.metadata.creationTimestamp },
  ],
  "apiregistration.k8s.io/apiservices": [
    NAME,
    text("Service", (object) =>
      spec(object)["service"] === undefined ? "Local" : `${spec(object)["service"].namespace}/${spec(object)["service"].name}`,
    ),
    text("Available", (object) => {
      const found = (status(object)["conditions"] ?? []).find((one: Fields) => one["type"] === "Available");
      return found === undefined ? "Unknown" : found["status"] === "True" ? "True" : `False (${found["reason"]})`;
    }),
    AGE,
  ],
  "scheduling.k8s.io/priorityclasses": [
    NAME,
    number("Value", (object) => object["value"]),
    { name: "Global-Default", type: "boolean", priority: 0, value: (object) => object["globalDefault"] ?? false },
    AGE,
    text("PreemptionPolicy", (object) => object["preemptionPolicy"] ?? ""),
  ],
  "coordination.k8s.io/leases": [NAME, text("Holder", (object) => spec(object)["holderIdentity"] ?? ""), AGE],
  "discovery.k8s.io/endpointslices": [
    NAME,
    text("AddressType", (object) => object["addressType"]),
    text("Ports", (object) => join((object["ports"] ?? []).map((port: Fields) => port["port"]))),
    text("Endpoints", (object) => {
      const list = (object["endpoints"] ?? []).flatMap((one: Fields) => one["addresses"]);
      return list.length > 3 ? `${list.slice(0, 3).join(",")} + ${list.length - 3} more...` : join(list);
    }),
    AGE,
  ],
  "certificates.k8s.io/certificatesigningrequests": [
    NAME,
    AGE,
    text("SignerName", (object) => spec(object)["signerName"]),
    text("Requestor", (object) => spec(object)["username"] ?? ""),
    text("RequestedDuration", (object) =>
      spec(object)["expirationSeconds"] === undefined ? "<none>" : duration(spec(object)["expirationSeconds"]),
    ),
    text("Condition", csrState),
  ],
};
