import { ApiError, forbidden, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { KubeObject } from "../object.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { fill } from "../defaults/pod.ts";
import type { WriteOptions } from "./options.ts";
import { callWebhooks } from "./webhooks.ts";

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

const NAMESPACES = { group: "", plural: "namespaces", kind: "Namespace" };

/** The admission plug-in NamespaceLifecycle: nothing is created in a namespace that is not there or is going. */
export function admitToNamespace(cluster: Cluster, resource: Resource, namespace: string, name: string): void {
  const found = cluster.store.get("namespaces", undefined, namespace);
  if (found === undefined) throw notFound(NAMESPACES, namespace);
  if (found["status"]?.phase !== "Terminating" && found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const refusal = forbidden(resource, name, why);
  throw new ApiError(refusal.code, refusal.reason, refusal.message, {
    ...refusal.details,
    causes: [{ reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated`, field: "metadata.namespace" }],
  });
}

const PROTECTED = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);

/** The same plug-in: some namespaces stay. */
export function admitNamespaceDeletion(name: string): void {
  if (PROTECTED.has(name)) throw forbidden(NAMESPACES, name, "this namespace may not be deleted");
}

/** What built-in mutating plug-ins change in a new object. Changes `object`. */
export function mutateNew(cluster: Cluster, resource: Resource, object: KubeObject): void {
  switch (resource.storage) {
    case "pods":
      mutatePod(cluster, object);
      break;
    case "persistentvolumeclaims": {
      // DefaultStorageClass: an absent class is the default one, an empty one is none.
      const preferred = cluster.store
        .list("storage.k8s.io/storageclasses")
        .find((one) => one.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true");
      if (object["spec"].storageClassName === undefined && preferred !== undefined)
        object["spec"].storageClassName = preferred.metadata.name;
      object.metadata.finalizers ??= ["kubernetes.io/pvc-protection"];
      break;
    }
    case "persistentvolumes":
      object.metadata.finalizers ??= ["kubernetes.io/pv-protection"];
      break;
    default:
  }
}

function mutatePod(cluster: Cluster, pod: KubeObject): void {
  const spec = pod["spec"];
  const namespace = pod.metadata.namespace!;
  // While it is admitted a pod with a generated name has none yet.
  const shown = pod.metadata.generateName ?? pod.metadata.name;
  fill(spec, { serviceAccountName: "default" });
  spec.serviceAccount = spec.serviceAccountName;
  const account = cluster.store.get("serviceaccounts", namespace, spec.serviceAccountName);
  if (account === undefined) {
    throw forbidden(
      { group: "", plural: "pods", kind: "Pod" },
      shown,
      `error looking up service account ${namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
    );
  }
  if (spec.priorityClassName !== undefined) {
    const priority = cluster.store.get("scheduling.k8s.io/priorityclasses", undefined, spec.priorityClassName);
    if (priority === undefined) {
      throw forbidden({ group: "", plural: "pods", kind: "Pod" }, shown, `no PriorityClass with name ${spec.priorityClassName} was found`);
    }
    spec.priority = priority["value"];
  }
  const wantsToken = spec.automountServiceAccountToken ?? account["automountServiceAccountToken"] ?? true;
  if (wantsToken && !(spec.volumes ?? []).some((volume: any) => volume.name.startsWith("kube-api-access-"))) mountToken(cluster, spec);
}

const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

function mountToken(cluster: Cluster, spec: any): void {
  const name = `kube-api-access-${cluster.random.suffix()}`;
  spec.volumes = [
    ...(spec.volumes ?? []),
    {
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
        ],
        defaultMode: 420,
      },
    },
  ];
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if ((container.volumeMounts ?? []).some((mount: any) => mount.mountPath === TOKEN_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_PATH }];
  }
}

/** Asks the webhooks; throws where one refuses or cannot be reached and fails closed. */
export function admit(cluster: Cluster, resource: Resource, operation: Operation, object: KubeObject, options: WriteOptions): void {
  callWebhooks(
    cluster,
    {
      operation,
      group: resource.group,
      version: resource.version,
      resource: options.subresource === undefined ? resource.plural : `${resource.plural}/${options.subresource}`,
      apiVersion: groupVersion(resource),
      namespaced: resource.namespaced,
      object,
    },
    options.dryRun,
  );
}
