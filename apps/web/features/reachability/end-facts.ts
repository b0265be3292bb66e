import type { Reachability, ReachFound } from "@interlock/protocol";

/** What stands in the box of an end. */
export interface EndFacts {
  title: string;
  /** The pod or Service, below its namespace. */
  below?: string;
  /** Labels of the namespace; those that are missing first. */
  marks: { text: string; missing: boolean }[];
  /** The change is about its labels. */
  amber: boolean;
}

/** Labels shown of a namespace; the one that every namespace has for its name says nothing. */
const SHOWN = 3;
const OWN_NAME = "kubernetes.io/metadata.name";

/** A namespace, its pod, and the labels that rules go by; what the smallest change would add to it is missing. */
export function endFacts(
  { name, namespace, namespaceLabels = {}, labels = {}, service }: ReachFound,
  change: Reachability["change"],
): EndFacts {
  if (namespace === undefined)
    return { title: name, marks: [], amber: false, ...(service === undefined ? {} : { below: `Service ${service}` }) };
  const wanted = addedLabels(change, `v1 Namespace ${namespace}`);
  const missing = wanted.map((key) => ({
    text: key in namespaceLabels ? `${key}=${namespaceLabels[key]!}` : `no ${key} label`,
    missing: true,
  }));
  const present = Object.entries(namespaceLabels)
    .filter(([key]) => key !== OWN_NAME && !wanted.includes(key))
    .slice(0, SHOWN)
    .map(([key, value]) => ({ text: `${key}=${value}`, missing: false }));
  // Of a pod whose own labels are in the way, those.
  const own = podLabelsAdded(change, namespace).map((key) => ({
    text: key in labels ? `pod label ${key}=${labels[key]!}` : `pod has no ${key} label`,
    missing: true,
  }));
  const pod = name.slice(namespace.length + 1);
  return {
    title: namespace,
    below: service === undefined ? pod : `${pod} · Service ${service.slice(service.indexOf("/") + 1)}`,
    marks: [...missing, ...own, ...present],
    amber: missing.length > 0 || own.length > 0,
  };
}

/** Keys of labels that a change writes into one object. */
function addedLabels(change: Reachability["change"], object: string): string[] {
  const found = change?.objects.find((one) => one.object === object);
  return found === undefined ? [] : addedKeys(found.diff);
}

function podLabelsAdded(change: Reachability["change"], namespace: string): string[] {
  const found = change?.objects.filter(
    ({ object, before }) => before !== undefined && WORKLOAD.test(object) && object.includes(` ${namespace}/`),
  );
  return found?.flatMap(({ diff }) => addedKeys(diff)) ?? [];
}

const WORKLOAD = /^\S+ (Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob) /u;

const addedKeys = (diff: string): string[] =>
  diff.split("\n").flatMap((line) => {
    const [, key] = /^\+\s+"?([A-Za-z0-9_./-]+)"?: /u.exec(line) ?? [];
    return key === undefined ? [] : [key];
  });
