import type { KubeObject } from "@interlock/kube-model";
import { podReferences, podSpecOf } from "../impact/pod-references.ts";
import type { ClusterView, Listed } from "../impact/cluster-view.ts";
import { keyOfType, type ResourceType } from "../impact/resource-types.ts";
import { CLAIMS } from "../impact/volumes.ts";
import { nameOf, type WorldObject } from "../impact/world.ts";
import { WORKLOADS } from "../impact/rules/rule.ts";
import { isMadeAnyway } from "./comes-back.ts";
import type { KeptObject } from "./kept.ts";

/** Objects that a conflict names. */
const NAMED = 5;

/**
 * What others have put since into something that a run made, and that would go with it, in words that go on after its name: objects of a
 * namespace or of a definition, pods that use a claim. Undefined where there is nothing. `ours`: uids of what the run made.
 */
export async function putInSince(
  view: ClusterView,
  made: KeptObject,
  now: KubeObject,
  ours: ReadonlySet<string>,
): Promise<string | undefined> {
  switch (keyOfType(made.type)) {
    case "/namespaces":
      return inNamespace(view, made.name, ours);
    case "apiextensions.k8s.io/customresourcedefinitions": {
      const { group, names } = now["spec"] as { group: string; names: { plural: string } };
      const type = (await view.types()).find(`${group}/${names.plural}`);
      if (type === undefined) return undefined;
      const listed = await view.names(type);
      return told(
        [listed],
        listed.objects.filter(({ uid, terminating }) => !terminating && !ours.has(uid)),
        ["was made of it since", "were made of it since"],
      );
    }
    case CLAIMS: {
      const listed = await listOf(view, made.namespace!, (type) => (WORKLOADS as readonly string[]).includes(keyOfType(type)));
      const pods = await view.bodies((await view.types()).find("/pods")!, made.namespace);
      const uses = (pod: WorldObject): boolean =>
        podReferences(podSpecOf(pod.body)).some(({ key, name }) => key === CLAIMS && name === made.name);
      const own = ownership([...listed, pods], ours);
      return told(
        [...listed, pods],
        pods.objects.filter((pod) => uses(pod) && !own(pod)),
        ["uses it", "use it"],
      );
    }
    default:
      return undefined;
  }
}

/** The same view for many such questions: nothing is listed twice. */
export function askedOnce(view: ClusterView): ClusterView {
  const lists = new Map<string, Promise<Listed>>();
  const once = (of: "names" | "bodies", type: ResourceType, namespace?: string): Promise<Listed> => {
    const key = `${of} ${keyOfType(type)} ${namespace ?? ""}`;
    const known = lists.get(key) ?? view[of](type, namespace);
    lists.set(key, known);
    return known;
  };
  return {
    ...view,
    names: (type, namespace) => once("names", type, namespace),
    bodies: (type, namespace) => once("bodies", type, namespace),
  };
}

async function inNamespace(view: ClusterView, namespace: string, ours: ReadonlySet<string>): Promise<string | undefined> {
  const listed = await listOf(view, namespace, () => true);
  const own = ownership(listed, ours);
  const strange = listed.flatMap(({ objects }) => objects).filter((object) => !object.terminating && !own(object));
  const everywhere = await madeEverywhere(view, strange);
  return told(
    listed,
    strange.filter((object) => !everywhere.has(object)),
    ["was put into it since", "were put into it since"],
  );
}

async function listOf(view: ClusterView, namespace: string, wanted: (type: ResourceType) => boolean): Promise<Listed[]> {
  const { all } = await view.types();
  const types = all.filter((type) => type.namespaced && type.verbs.includes("list") && type.verbs.includes("delete") && wanted(type));
  return Promise.all(types.map((type) => view.names(type, namespace)));
}

/** Whether an object is the run's, or was made for what is the run's, or is in every namespace anyway. */
function ownership(listed: readonly Listed[], ours: ReadonlySet<string>): (object: WorldObject) => boolean {
  const objects = listed.flatMap((one) => one.objects);
  const byUid = new Map(objects.map((object) => [object.uid, object]));
  const services = new Set(objects.filter(({ type }) => keyOfType(type) === "/services").map(({ name }) => name));
  const sets = objects.filter(({ type, uid }) => keyOfType(type) === "apps/statefulsets" && ours.has(uid)).map(({ name }) => name);
  const known = new Map<string, boolean>();
  const own = (object: WorldObject): boolean => {
    const before = known.get(object.uid);
    if (before !== undefined) return before;
    // Entered first, so that owners in a circle end.
    known.set(object.uid, false);
    const found =
      ours.has(object.uid) ||
      isMadeAnyway(object, (name) => services.has(name)) ||
      (keyOfType(object.type) === CLAIMS && sets.some((set) => isOfSet(object.name, set))) ||
      object.owners.some(({ uid }) => ours.has(uid) || (byUid.has(uid) && own(byUid.get(uid)!)));
    known.set(object.uid, found);
    return found;
  };
  return own;
}

/** Claims that a StatefulSet makes are named `<template>-<set>-<ordinal>` and have no owner. */
function isOfSet(claim: string, set: string): boolean {
  const end = claim.lastIndexOf("-");
  return /^[0-9]+$/.test(claim.slice(end + 1)) && claim.slice(0, end).endsWith(`-${set}`);
}

/** What operators put into each namespace, such as the certificate of a mesh: the same name is in most of the others, too. */
async function madeEverywhere(view: ClusterView, objects: readonly WorldObject[]): Promise<Set<WorldObject>> {
  const found = new Set<WorldObject>();
  const namespaces = objects.length === 0 ? [] : (await view.names((await view.types()).find("/namespaces")!)).objects;
  const others = namespaces.length - 1;
  await Promise.all(
    [...Map.groupBy(objects, ({ type }) => type)].map(async ([type, group]) => {
      const all = (await view.names(type)).objects;
      for (const object of group) {
        const same = all.filter(({ name, namespace }) => name === object.name && namespace !== object.namespace).length;
        if (others > 1 && same * 2 > others) found.add(object);
      }
    }),
  );
  return found;
}

function told(listed: readonly Listed[], objects: readonly WorldObject[], [one, many]: readonly [string, string]): string | undefined {
  const names = objects.slice(0, NAMED).map(nameOf);
  const more = objects.length > NAMED ? [`${objects.length - NAMED} more`] : [];
  const failures = listed.flatMap(({ failure }) => failure ?? []);
  const strange = objects.length === 0 ? [] : [`${[...names, ...more].join(", ")} ${objects.length === 1 ? one : many}`];
  const parts = [...strange, ...failures];
  return parts.length === 0 ? undefined : parts.join("; ");
}
