import { sameJson, type KubeObject } from "../json.ts";
import type { Manifest, Place } from "../manifests/manifests.ts";
import { checkObject } from "../schema/check.ts";
import { builtinKind } from "../schema/kinds.ts";
import type { FieldPath } from "../workload/pod-templates.ts";
import { otherPoliciesAmong } from "./other-policies.ts";
import { isWorkload, namespaceOf } from "./pod.ts";

/** Kinds of whose objects a connection depends on one. */
const DECIDING = new Set(["Namespace", "Pod", "NetworkPolicy", "Service", "Node", "EndpointSlice", "Endpoints"]);

/**
 * Why an answer about connections by some manifests alone may not be the one that a cluster would give, in sentences: policies of other
 * kinds, objects that are written twice, and what a server would refuse, so that nobody knows what holds instead. `namespaces`: those of
 * the ends.
 */
export function manifestDoubts(manifests: readonly Manifest[], namespaces: readonly string[]): string[] {
  const doubts = otherPoliciesAmong(
    manifests.map(({ object }) => object),
    namespaces,
  );
  const written = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const { object, place, placeOf } = manifest;
    if (!DECIDING.has(object.kind!) && !isWorkload(object)) continue;
    const name = `${object.kind} ${object.kind === "Namespace" || object.kind === "Node" ? "" : `${namespaceOf(object)}/`}${String(object.metadata.name)}`;
    const key = `${object.apiVersion} ${name}`;
    const earlier = written.get(key);
    if (earlier !== undefined && typeof object.metadata.name === "string" && !sameJson(earlier.object, object))
      doubts.push(`${name} is written twice, at ${textOf(earlier.place)} and at ${textOf(place)}, and not alike: the second holds here.`);
    written.set(key, manifest);
    for (const { path, message } of refusedIn(object)) doubts.push(`${textOf(placeOf(path))}: ${message} The server would refuse ${name}.`);
  }
  return doubts;
}

const textOf = ({ file, line }: Place): string => `${file}:${line}`;

/** Of a policy all that it says counts, of others what selectors go by. What a cluster has printed may have more around it. */
function refusedIn(object: KubeObject): { path: FieldPath; message: string }[] {
  const kind = builtinKind(object.apiVersion!, object.kind!);
  if (kind === undefined) return [];
  const problems = checkObject(object, kind);
  return object.kind === "NetworkPolicy"
    ? problems.filter(({ path }) => path[0] === "spec")
    : problems.filter(({ path }) => path.includes("labels") || path.includes("selector"));
}
