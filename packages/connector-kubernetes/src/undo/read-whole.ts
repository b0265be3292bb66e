import type { KubeObject } from "@interlock/kube-model";
import type { ClusterView } from "../impact/cluster-view.ts";
import { keyOfType, type ResourceType } from "../impact/resource-types.ts";

export interface Place {
  type: ResourceType;
  namespace?: string;
  name: string;
}

/** From so many of one type and namespace on, all of them are listed instead of each being read. */
const LISTED = 8;

/** The objects at these places, whole; those that are not there are left out. Rejects when the cluster does not show one. */
export async function readWhole<P extends Place>(view: ClusterView, places: readonly P[]): Promise<Map<P, KubeObject>> {
  const found = new Map<P, KubeObject>();
  const groups = Map.groupBy(places, ({ type, namespace }) => `${keyOfType(type)} ${namespace ?? ""}`);
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const { type, namespace } = group[0]!;
      if (group.length < LISTED) {
        await Promise.all(
          group.map(async (place) => {
            const object = await view.read(type, namespace, place.name);
            if (object !== undefined) found.set(place, typed(type, object));
          }),
        );
        return;
      }
      const wanted = new Map(group.map((place) => [place.name, place]));
      for await (const object of view.wholes(type, namespace)) {
        const place = wanted.get(String(object.metadata?.name));
        if (place !== undefined) found.set(place, typed(type, object));
      }
    }),
  );
  return found;
}

/** Items of a list are told their kind by the list. */
const typed = (type: ResourceType, object: KubeObject): KubeObject => ({
  apiVersion: type.group === "" ? type.version : `${type.group}/${type.version}`,
  kind: type.kind,
  ...object,
});
