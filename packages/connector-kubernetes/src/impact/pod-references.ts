import { isRecord, type Json } from "@interlock/kube-model";

/** Another object that a pod cannot start without, or whose content it shows. */
export interface PodReference {
  key:
    | "/configmaps"
    | "/secrets"
    | "/persistentvolumeclaims"
    | "/serviceaccounts"
    | "scheduling.k8s.io/priorityclasses"
    | "node.k8s.io/runtimeclasses";
  name: string;
  /** `volume` is renewed in running pods, `env` is read when a container starts, `pull` and `class` when a pod does. */
  use: "volume" | "env" | "pull" | "identity" | "class";
  /** It starts without it. */
  optional: boolean;
}

const items = (value: Json): Json[] => (Array.isArray(value) ? value : []);

/** Everything that a pod's spec names by name in its namespace, and the classes of the cluster it asks for. */
export function podReferences(spec: Json): PodReference[] {
  if (!isRecord(spec)) return [];
  const found: PodReference[] = [];
  const add = (key: PodReference["key"], name: Json, use: PodReference["use"], optional: Json = false): void => {
    if (typeof name === "string" && name !== "") found.push({ key, name, use, optional: optional === true });
  };
  for (const volume of items(spec["volumes"])) {
    add("/configmaps", volume["configMap"]?.["name"], "volume", volume["configMap"]?.["optional"]);
    add("/secrets", volume["secret"]?.["secretName"], "volume", volume["secret"]?.["optional"]);
    add("/persistentvolumeclaims", volume["persistentVolumeClaim"]?.["claimName"], "volume");
    for (const source of items(volume["projected"]?.["sources"])) {
      add("/configmaps", source["configMap"]?.["name"], "volume", source["configMap"]?.["optional"]);
      add("/secrets", source["secret"]?.["name"], "volume", source["secret"]?.["optional"]);
    }
  }
  for (const container of [...items(spec["containers"]), ...items(spec["initContainers"])]) {
    for (const variable of items(container["env"])) {
      const from: Json = variable["valueFrom"] ?? {};
      add("/configmaps", from["configMapKeyRef"]?.["name"], "env", from["configMapKeyRef"]?.["optional"]);
      add("/secrets", from["secretKeyRef"]?.["name"], "env", from["secretKeyRef"]?.["optional"]);
    }
    for (const from of items(container["envFrom"])) {
      add("/configmaps", from["configMapRef"]?.["name"], "env", from["configMapRef"]?.["optional"]);
      add("/secrets", from["secretRef"]?.["name"], "env", from["secretRef"]?.["optional"]);
    }
  }
  // A pull secret that is missing is passed over; images that need it then fail.
  for (const pull of items(spec["imagePullSecrets"])) add("/secrets", pull["name"], "pull");
  add("/serviceaccounts", spec["serviceAccountName"], "identity");
  add("scheduling.k8s.io/priorityclasses", spec["priorityClassName"], "class");
  add("node.k8s.io/runtimeclasses", spec["runtimeClassName"], "class");
  return found;
}

/** The pod spec that a workload makes pods from, or the pod's own. */
export function podSpecOf(object: Json): Json {
  const spec: Json = object?.["spec"];
  return (
    spec?.["jobTemplate"]?.["spec"]?.["template"]?.["spec"] ??
    spec?.["template"]?.["spec"] ??
    (spec?.["containers"] === undefined ? undefined : spec)
  );
}

/** Labels that a workload's pods will have. */
export function templateOf(object: Json): Json {
  return object?.["spec"]?.["jobTemplate"]?.["spec"]?.["template"] ?? object?.["spec"]?.["template"];
}
