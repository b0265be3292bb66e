import { useMemo } from "react";
import { NAMESPACES } from "../objects/object-rows.ts";
import { useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";

/** Names that are offered. */
const OFFERED = 500;

/** Pods, workloads and Services that the tree of this page knows, as one writes them into a field; any other name may be written, too. */
export function useEndNames(connectionId: string): string[] {
  const { objects } = useSession();
  const changes = useStore(objects.changes, (n) => n);
  return useMemo(
    () => {
      const kinds = objects.kinds(connectionId)?.value?.kinds ?? [];
      const namespaces = [...(objects.scope({ connectionId, kind: NAMESPACES })?.entries.values() ?? [])].map(({ name }) => name);
      const wanted = kinds.filter(({ kind }) => kind === "Service" || MADE_OF_PODS.has(kind));
      return wanted
        .flatMap(({ key, kind }) =>
          namespaces.flatMap((namespace) =>
            [...(objects.scope({ connectionId, kind: key, namespace })?.entries.values() ?? [])].map(({ name }) =>
              endOf(kind, { namespace, name })!,
            ),
          ),
        )
        .slice(0, OFFERED);
    },
    // `changes` stands for everything the store holds.
    // oxlint-disable-next-line react/exhaustive-deps
    [objects, connectionId, changes],
  );
}

/** Kinds that stand for pods. */
const MADE_OF_PODS: ReadonlySet<string> = new Set(["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]);

/** An object as an end of a connection; undefined where it is none. */
export function endOf(kind: string, { namespace, name }: { namespace?: string | undefined; name: string }): string | undefined {
  if (namespace === undefined) return undefined;
  if (kind === "Service") return `${namespace}/svc/${name}`;
  return MADE_OF_PODS.has(kind) ? `${namespace}/${name}` : undefined;
}
