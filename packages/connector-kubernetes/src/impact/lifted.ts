import type { Json, KubeObject } from "@interlock/kube-model";
import type { Statement } from "@interlock/protocol";
import { remark } from "./analysis.ts";
import { keyOfType } from "./resource-types.ts";
import type { WorldObject } from "./world.ts";

type Severity = Statement["risks"][number]["severity"];

const names = (list: Json, of: (one: Json) => Json = (one) => one): string =>
  [...new Set(((list ?? []) as Json[]).map(of).filter((name) => typeof name === "string" && name !== ""))].join(", ");
const isDefault = (object: KubeObject): boolean =>
  Object.entries((object.metadata?.annotations ?? {}) as Record<string, string>).some(
    ([key, value]) =>
      /^(storageclass|ingressclass|snapshot)\.(beta\.)?(kubernetes|storage\.kubernetes)\.io\/is-default-class$/.test(key) &&
      value === "true",
  );
const ADMISSION = "admissionregistration.k8s.io";

/** What a rule, a default or a service of the cluster did that ends with it: told of the object that a delete names. */
const ENDS: Record<string, (object: KubeObject) => [Severity, string] | undefined> = {
  "/resourcequotas": () => ["warning", "The namespace may use as much as it likes from now on."],
  "/limitranges": () => [
    "warning",
    "New pods get no default requests and limits any more; where a ResourceQuota asks for them, those without are refused.",
  ],
  "policy/poddisruptionbudgets": () => ["warning", "Drains may end all of its pods at a time from now on."],
  [`${ADMISSION}/validatingwebhookconfigurations`]: (object) => webhooks(object, "refused"),
  [`${ADMISSION}/mutatingwebhookconfigurations`]: (object) => webhooks(object, "put in or changed"),
  [`${ADMISSION}/validatingadmissionpolicies`]: () => ["warning", "What it refused is let through from now on."],
  [`${ADMISSION}/validatingadmissionpolicybindings`]: () => [
    "warning",
    "What its policy refused because of it is let through from now on.",
  ],
  [`${ADMISSION}/mutatingadmissionpolicies`]: () => ["warning", "What it changed is kept as it is sent from now on."],
  [`${ADMISSION}/mutatingadmissionpolicybindings`]: () => [
    "warning",
    "What its policy changed because of it is kept as it is sent from now on.",
  ],
  "storage.k8s.io/storageclasses": (object) =>
    isDefault(object) ? ["warning", "It is the default: new claims that name no class get no volume until another one is."] : undefined,
  "networking.k8s.io/ingressclasses": (object) =>
    isDefault(object)
      ? ["warning", "It is the default: new Ingresses that name no class are served by nobody until another one is."]
      : undefined,
  "scheduling.k8s.io/priorityclasses": (object) =>
    object["globalDefault"] === true ? ["warning", "It is the default: new pods that name no class have priority 0."] : undefined,
  "storage.k8s.io/csidrivers": (object) => [
    "danger",
    `Volumes of driver ${String(object.metadata?.name)} are attached and mounted as if it needed nothing of its own: pods that start may not get them.`,
  ],
  "storage.k8s.io/csinodes": (object) => [
    "danger",
    `No volume of a CSI driver can be mounted on node ${String(object.metadata?.name)} until its kubelet registers the drivers again.`,
  ],
  "storage.k8s.io/volumeattachments": (object) => [
    "danger",
    `Volume ${String(object["spec"]?.["source"]?.["persistentVolumeName"])} is detached from node ${String(object["spec"]?.["nodeName"])}, also under a pod that writes to it.`,
  ],
  "apiregistration.k8s.io/apiservices": (object) => {
    const { group, version, service }: Json = object["spec"] ?? {};
    if (service === undefined || service === null) return ["info", "The API server makes it anew, since it serves that API itself."];
    const scaling = /(^|\.)metrics\.k8s\.io$/.test(String(group)) ? " Autoscalers that go by it stop scaling." : "";
    return ["danger", `API ${group}/${version} is not served any more: whoever reads or writes its objects fails.${scaling}`];
  },
  "networking.k8s.io/ingresses": (object) => routed(names(object["spec"]?.["rules"], (rule) => rule?.["host"] ?? "every host")),
  "gateway.networking.k8s.io/httproutes": (object) => routed(names(object["spec"]?.["hostnames"]) || "every host"),
  "gateway.networking.k8s.io/grpcroutes": (object) => routed(names(object["spec"]?.["hostnames"]) || "every host"),
  "coordination.k8s.io/leases": (object) =>
    object.metadata?.namespace === "kube-node-lease"
      ? ["info", "The node's kubelet writes it anew; if that does not run, the node is taken to be down."]
      : ["info", "Whoever leads by it may lose the lead for a moment."],
  "/configmaps": (object) =>
    object.metadata?.namespace === "kube-system" && object.metadata.name === "aws-auth"
      ? ["danger", "Roles and users that it lets in, nodes among them, are locked out of the cluster."]
      : undefined,
};

function webhooks(object: KubeObject, what: string): [Severity, string] | undefined {
  const named = names(object["webhooks"], (one) => one?.["name"]);
  return named === "" ? undefined : ["warning", `Nothing is ${what} by ${named} from now on.`];
}

const routed = (hosts: string): [Severity, string] | undefined =>
  hosts === "" ? undefined : ["warning", `Requests for ${hosts} are not routed by it any more.`];

/** `object`: as it is before the delete, whole. */
export function whatEnds(target: WorldObject, object: KubeObject | undefined): Statement["risks"] {
  const found = object === undefined ? undefined : ENDS[keyOfType(target.type)]?.(object);
  return found === undefined ? [] : [remark("ends", found[0], found[1])];
}
