import { ApiError } from "../api-error.ts";
import { clone, controllerReference, type KubeObject, same } from "../object.ts";
import { hashName } from "../random.ts";
import type { Hands } from "./controller.ts";

const STORAGE = "apps/controllerrevisions";

/**
 * The ControllerRevision of a StatefulSet's or DaemonSet's template as it is now; made where there is none, numbered anew where it was used before.
 * `undefined` when one could not be made.
 */
export function currentRevision(hands: Hands, owner: KubeObject): KubeObject | undefined {
  const data = { spec: { template: { ...clone(owner["spec"].template), $patch: "replace" } } };
  const all = hands.owned(STORAGE, owner);
  const newest = Math.max(0, ...all.map((one) => one["revision"]));
  const found = all.find((one) => same(one["data"], data));
  if (found !== undefined) return found["revision"] === newest ? found : hands.put(STORAGE, { ...found, revision: newest + 1 });
  const hash = hashName(owner["spec"].template);
  const made = hands.create({
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace!,
      labels: {
        ...owner["spec"].template.metadata?.labels,
        "controller-revision-hash": owner.kind === "StatefulSet" ? `${owner.metadata.name}-${hash}` : hash,
      },
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision: newest + 1,
  });
  if (made instanceof ApiError) return undefined;
  const limit: number = owner["spec"].revisionHistoryLimit ?? 10;
  const old = all.toSorted((a, b) => a["revision"] - b["revision"]);
  for (const one of old.slice(0, Math.max(0, old.length - limit))) hands.remove(STORAGE, one);
  return made;
}

/** What pods of a revision are labelled with. */
export const revisionLabel = (revision: KubeObject): string => revision.metadata.labels!["controller-revision-hash"]!;

export const revisionOf = (pod: KubeObject): string | undefined => pod.metadata.labels?.["controller-revision-hash"];
