import type { Cluster } from "../cluster.ts";
import type { KubeObject } from "../object.ts";

/** Writes an Event about an object; the same one again counts up. */
export function recordEvent(
  cluster: Cluster,
  about: KubeObject,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
  component: string,
): void {
  const namespace = about.metadata.namespace ?? "default";
  const home = cluster.store.get("namespaces", undefined, namespace);
  // As on a server: a namespace that goes takes no more events.
  if (home === undefined || home.metadata.deletionTimestamp !== undefined) return;
  const now = cluster.now();
  const again = cluster.store
    .list("events", namespace)
    .find((one) => one["involvedObject"].uid === about.metadata.uid && one["reason"] === reason && one["message"] === message);
  if (again !== undefined) {
    cluster.store.put("events", { ...again, count: again["count"] + 1, lastTimestamp: now });
    return;
  }
  cluster.store.put("events", {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${about.metadata.name}.${cluster.random.next().toString(16).padStart(8, "0")}${cluster.random.next().toString(16).padStart(8, "0")}`,
      namespace,
      uid: cluster.random.uuid(),
      resourceVersion: "",
      creationTimestamp: now,
    },
    involvedObject: {
      kind: about.kind,
      ...(about.metadata.namespace === undefined ? {} : { namespace }),
      name: about.metadata.name,
      uid: about.metadata.uid,
      apiVersion: about.apiVersion,
      resourceVersion: about.metadata.resourceVersion,
    },
    reason,
    message,
    source: { component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: "",
  });
}
