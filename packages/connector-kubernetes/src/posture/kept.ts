import { isMade, looksSecret, type Json, type KubeObject } from "@interlock/kube-model";

/** Annotations that checks look at; of others nothing is kept, for `kubectl apply` writes whole objects there, Secrets too. */
const ANNOTATIONS =
  /^(kubernetes\.io\/(service-account\.name|config\.mirror)|[a-z0-9.-]*apparmor\.security\.beta\.kubernetes\.io\/.+|nginx\.ingress\.kubernetes\.io\/.+|(service\.beta\.kubernetes\.io|networking\.gke\.io|cloud\.google\.com)\/.+)$/;

/**
 * What the checks need of an object; undefined for what is looked at in its owner. The pods of a large cluster would not fit into memory whole.
 */
export function kept(object: KubeObject): KubeObject | undefined {
  const { apiVersion, kind } = object;
  const metadata = keptMetadata(object.metadata);
  if (kind === "Secret" && apiVersion === "v1") return { apiVersion, kind, metadata, type: object["type"] };
  if (kind === "ConfigMap" && apiVersion === "v1") return withSecretsAlone(apiVersion, kind, metadata, object["data"]);
  if (!isMade(object)) return { ...object, metadata };
  if (kind !== "Pod") return undefined;
  // Of pods that a workload makes: who they are and what they run.
  const images = (list: Json): Json[] => (Array.isArray(list) ? list.map(({ name, image }) => ({ name, image })) : []);
  const ids = (list: Json): Json[] => (Array.isArray(list) ? list.map(({ name, imageID }) => ({ name, imageID })) : []);
  const { spec, status }: Record<string, Json> = object;
  return {
    apiVersion: apiVersion!,
    kind,
    metadata,
    spec: { containers: images(spec?.["containers"]), initContainers: images(spec?.["initContainers"]) },
    status: { containerStatuses: ids(status?.["containerStatuses"]), initContainerStatuses: ids(status?.["initContainerStatuses"]) },
  };
}

/** Config maps are files, and may be large: what does not look like a secret is of no concern. */
function withSecretsAlone(apiVersion: string, kind: string, metadata: Json, data: Json): KubeObject | undefined {
  const some = Object.entries((data ?? {}) as Record<string, Json>).filter(
    ([key, value]) => typeof value === "string" && looksSecret(key, value),
  );
  return some.length === 0 ? undefined : { apiVersion, kind, metadata, data: Object.fromEntries(some) };
}

function keptMetadata(metadata: Json): Json {
  const { name, namespace, labels, annotations, ownerReferences, managedFields }: Record<string, Json> = metadata ?? {};
  const some = Object.entries((annotations ?? {}) as Record<string, Json>).filter(([key]) => ANNOTATIONS.test(key));
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(some.length === 0 ? {} : { annotations: Object.fromEntries(some) }),
    ...(Array.isArray(ownerReferences)
      ? { ownerReferences: ownerReferences.map(({ kind, name: owner, controller }) => ({ kind, name: owner, controller })) }
      : {}),
    ...(Array.isArray(managedFields) ? { managedFields: managedFields.map(({ manager, apiVersion }) => ({ manager, apiVersion })) } : {}),
  };
}
