import { readQuestion, Rights, whoMay } from "@interlock/kube-model";
import type { RightQuestion, WhoMay } from "@interlock/protocol";
import type { Cluster } from "../cluster/cluster.ts";
import { openClusterView } from "../impact/cluster-view.ts";
import { readRoles } from "./read-roles.ts";

/** Who may do something on a cluster, from its roles and bindings as they are now; names of resources by what it serves. */
export async function whoMayOnCluster(cluster: Cluster, question: RightQuestion, signal: AbortSignal): Promise<WhoMay> {
  const [types, { objects, unread }] = await Promise.all([openClusterView(cluster, { signal }).types(), readRoles(cluster, signal)]);
  const { nonResourceURL, ...rest } = question;
  const wanted = readQuestion({ ...rest, ...(nonResourceURL === undefined ? {} : { path: nonResourceURL }) }, types.all);
  const { type } = wanted;
  const notes = types.failed.map(({ group, reason }) => `What the group ${group} serves is not known: ${reason}.`);
  const found = whoMay(new Rights(objects, { aggregated: "stored" }), wanted);
  return {
    ...found,
    notes: [...found.notes, ...notes],
    ...(type === undefined
      ? {}
      : {
          resource: {
            group: type.group,
            resource: type.resource,
            kind: type.kind,
            namespaced: type.namespaced,
            ...(wanted.wanted.subresource === undefined ? {} : { subresource: wanted.wanted.subresource }),
          },
        }),
    certain: unread.length === 0,
    unread,
  };
}
