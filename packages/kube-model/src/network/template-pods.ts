import { labelsOf } from "../label-selector.ts";
import { alikeOf, type Named } from "./controller-labels.ts";
import { templateOf, templatePod, type Pod, type Workload } from "./pod.ts";

/** The pods that a workload would make, as far as selectors tell them apart: by their ordinals those that one names. */
export function templatePods(workload: Workload, named: Named): Pod[] {
  const { object, name } = workload;
  return alikeOf(object, labelsOf(templateOf(object)), named).map(({ labels, ordinal }) =>
    templatePod(workload, labels, ordinal === undefined ? name : `${name}-${ordinal}`),
  );
}

/** Under other names where they would have one of another pod: several kinds may have workloads of one name. */
export function apart(made: readonly Pod[], others: Iterable<Pod>): Pod[] {
  const counts = new Map<string, number>();
  for (const { id } of [...others, ...made]) counts.set(id, (counts.get(id) ?? 0) + 1);
  return made.map((pod) => (counts.get(pod.id) === 1 ? pod : withItsKind(pod)));
}

function withItsKind(pod: Pod): Pod {
  const { kind, name } = pod.workload!;
  const own = `${pod.name} (${pod.name === name ? kind : `${kind} ${name}`})`;
  return { ...pod, name: own, id: `${pod.namespace}/${own}` };
}
