import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";

/**
 * What is kept of objects that are looked into, in their own shape. A large cluster's pods would not fit into memory whole; what no rule
 * reads is left to the next collection as each page is read.
 */
export function kept(key: string, object: KubeObject): KubeObject {
  const metadata: Json = object.metadata ?? {};
  const { name, namespace, uid, labels, ownerReferences, finalizers, deletionTimestamp, creationTimestamp } = metadata;
  const slim: KubeObject = {
    metadata: pruned({ name, namespace, uid, labels, ownerReferences, finalizers, deletionTimestamp }),
  };
  switch (key) {
    case "/pods":
      if (creationTimestamp !== undefined) slim.metadata.creationTimestamp = creationTimestamp;
      keepCost(slim, metadata);
      slim["spec"] = podSpec(object["spec"]);
      slim["status"] = podStatus(object["status"]);
      return slim;
    case "apps/deployments":
    case "apps/replicasets":
    case "apps/statefulsets":
    case "apps/daemonsets":
    case "batch/jobs":
    case "batch/cronjobs":
    case "/replicationcontrollers":
      slim["spec"] = withTemplate(object["spec"]);
      if (key === "batch/jobs")
        slim["status"] = { conditions: items(object["status"]?.["conditions"]).map(({ type, status }) => ({ type, status })) };
      return slim;
    case "/persistentvolumes":
      slim["spec"] = object["spec"];
      slim["status"] = pruned({ phase: object["status"]?.["phase"] });
      return slim;
    case "snapshot.storage.k8s.io/volumesnapshotcontents": {
      const { deletionPolicy, volumeSnapshotRef, source }: Json = object["spec"] ?? {};
      slim["spec"] = pruned({ deletionPolicy, volumeSnapshotRef, source });
      return slim;
    }
    case "networking.k8s.io/ingresses":
    case "gateway.networking.k8s.io/gateways":
      slim["spec"] = object["spec"];
      slim["status"] = pruned({ loadBalancer: object["status"]?.["loadBalancer"], addresses: object["status"]?.["addresses"] });
      return slim;
    case "/namespaces":
    case "/nodes":
    case "/serviceaccounts":
      return slim;
    case "/services":
      slim["spec"] = object["spec"];
      slim["status"] = pruned({ loadBalancer: object["status"]?.["loadBalancer"] });
      return slim;
    case "policy/poddisruptionbudgets":
      slim["spec"] = object["spec"];
      slim["status"] = pruned({ disruptionsAllowed: object["status"]?.["disruptionsAllowed"] });
      return slim;
    case "apiextensions.k8s.io/customresourcedefinitions":
      slim["spec"] = crdSpec(object["spec"]);
      slim["status"] = pruned({ storedVersions: object["status"]?.["storedVersions"] });
      return slim;
    case "discovery.k8s.io/endpointslices":
      slim["endpoints"] = items(object["endpoints"]).map(({ conditions }) => ({ conditions }));
      return slim;
    case "storage.k8s.io/storageclasses":
      slim["reclaimPolicy"] = object["reclaimPolicy"];
      slim["provisioner"] = object["provisioner"];
      return slim;
    default: {
      const { status: _status, apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object;
      return { ...slim, ...rest };
    }
  }
}

const items = (value: Json): Json[] => (Array.isArray(value) ? value : []);

/** Without what is not set. */
export function pruned(fields: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The cost the ReplicaSet controller goes by when it chooses which pods end. */
function keepCost(slim: KubeObject, metadata: Json): void {
  const cost: Json = metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"];
  if (cost !== undefined) slim.metadata.annotations = { "controller.kubernetes.io/pod-deletion-cost": cost };
}

function podStatus(status: Json): Json {
  const ready = items(status?.["conditions"]).find((condition) => condition["type"] === "Ready");
  return pruned({
    phase: status?.["phase"],
    podIP: status?.["podIP"],
    podIPs: items(status?.["podIPs"]).length > 1 ? status["podIPs"] : undefined,
    hostIP: status?.["hostIP"],
    hostIPs: items(status?.["hostIPs"]).length > 1 ? status["hostIPs"] : undefined,
    conditions: ready === undefined ? [] : [{ type: "Ready", status: ready["status"], lastTransitionTime: ready["lastTransitionTime"] }],
  });
}

/** A pod's spec with what it names elsewhere. */
export function podSpec(spec: Json): Json {
  if (!isRecord(spec)) return {};
  const { nodeName, serviceAccountName, priorityClassName, runtimeClassName, imagePullSecrets, nodeSelector, affinity, tolerations } = spec;
  return pruned({
    nodeName,
    serviceAccountName,
    priorityClassName,
    runtimeClassName,
    imagePullSecrets,
    nodeSelector,
    tolerations,
    hostNetwork: spec["hostNetwork"] === true ? true : undefined,
    affinity: isRecord(affinity) && Object.keys(affinity).length > 0 ? affinity : undefined,
    volumes: items(spec["volumes"])
      .filter((volume) => typeof volume?.["name"] === "string" && !volume["name"].startsWith("kube-api-access-"))
      .map(({ name, configMap, secret, persistentVolumeClaim, projected, emptyDir, ephemeral }) =>
        pruned({
          name,
          configMap,
          secret,
          persistentVolumeClaim,
          projected,
          emptyDir,
          ephemeral: ephemeral === undefined ? undefined : {},
        }),
      ),
    containers: containers(spec["containers"]),
    initContainers: spec["initContainers"] === undefined ? undefined : containers(spec["initContainers"]),
  });
}

/** What policies go by besides labels, of a spec as it is kept: whose network the pod uses, and its ports that have a name. */
export function networkOf(spec: Json): Json {
  const running = [...items(spec?.["containers"]), ...items(spec?.["initContainers"]).filter((one) => one["restartPolicy"] === "Always")];
  return { host: spec?.["hostNetwork"] === true, ports: running.flatMap(({ ports }) => items(ports)) };
}

function containers(list: Json): Json[] {
  return items(list).map(({ name, env, envFrom, ports, restartPolicy }) => {
    // Policies and Services name ports; one without a name is nobody's business.
    const named = items(ports).filter((port) => typeof port?.["name"] === "string");
    return pruned({
      name,
      envFrom,
      env: env === undefined ? undefined : items(env).filter((one) => one["valueFrom"] !== undefined),
      restartPolicy,
      ports:
        named.length === 0
          ? undefined
          : named.map((port) => pruned({ name: port.name, containerPort: port.containerPort, protocol: port.protocol })),
    });
  });
}

function withTemplate(spec: Json): Json {
  if (!isRecord(spec)) return {};
  const { template, jobTemplate, ...rest } = spec;
  return pruned({
    ...rest,
    template: isRecord(template) ? { metadata: { labels: template["metadata"]?.["labels"] }, spec: podSpec(template["spec"]) } : undefined,
    jobTemplate: isRecord(jobTemplate) ? { spec: withTemplate(jobTemplate["spec"]) } : undefined,
  });
}

function crdSpec(spec: Json): Json {
  if (!isRecord(spec)) return {};
  const { group, names, scope, conversion, versions } = spec;
  return pruned({
    group,
    names,
    scope,
    conversion,
    versions: items(versions).map(({ name, served, storage }) => ({ name, served, storage })),
  });
}
