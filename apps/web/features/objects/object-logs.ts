import type { ObjectEntry, ObjectKind } from "@interlock/protocol";
import type { LogsTarget } from "../logs/logs-target.ts";

/** Kinds whose pods kubectl finds by itself. */
const WORKLOADS = new Set(["apps/deployments", "apps/statefulsets", "apps/daemonsets", "apps/replicasets", "batch/jobs"]);

/** Whose logs an object leads to: its own, or those of its pods; undefined for what has none. */
export function logsOf(connection: string, kind: Pick<ObjectKind, "key" | "kind">, entry: ObjectEntry): LogsTarget | undefined {
  const { namespace, name } = entry;
  if (namespace === undefined) return undefined;
  if (kind.key === "/pods") return { connection, namespace, pod: name };
  return WORKLOADS.has(kind.key) ? { connection, namespace, workload: `${kind.kind.toLowerCase()}/${name}` } : undefined;
}
