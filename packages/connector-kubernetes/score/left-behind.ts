import type { KubeObject, KubeSim } from "@interlock/kube-sim";
import { withoutChance } from "./compared-write.ts";

const placeOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

/** Every object as it is, whole. */
export function snapshot(sim: KubeSim): Map<string, string> {
  return new Map(sim.objects().map((object) => [placeOf(object), JSON.stringify(object)]));
}

/** Written by controllers alone, from what else is there and from the time; the certificate of each cluster is its own. */
const DERIVED = new Set(["Event", "Endpoints", "EndpointSlice"]);

/**
 * Where two clusters that began the same differ, in words: every object, with who owns its fields, without status and without what is drawn by
 * lot or by the clock. Objects that a controller names by lot are compared as many of one kind.
 */
export function differences(planned: readonly KubeObject[], alone: readonly KubeObject[]): string[] {
  const [left, right] = [contents(planned), contents(alone)];
  const found: string[] = [];
  for (const place of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(place)?.toSorted().join(), right.get(place)?.toSorted().join()];
    if (one !== other) found.push(`${place} is ${excerpt(one, other)}, alone ${excerpt(other, one)}`);
  }
  return found;
}

/** Where a text differs from another, with some of what is around. */
function excerpt(text: string | undefined, other: string | undefined): string {
  if (text === undefined || other === undefined) return text === undefined ? "gone" : "there";
  let at = 0;
  while (text[at] === other[at]) at++;
  return `…${text.slice(Math.max(0, at - 60), at + 100)}…`;
}

function contents(objects: readonly KubeObject[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const object of objects) {
    if (DERIVED.has(object.kind) || object.metadata.name === "kube-root-ca.crt") continue;
    const place = withoutLot(placeOf(object), object);
    // Which fields of theirs controllers own depends on whether the second changed between two of their writes.
    const { managedFields, ...metadata } = object.metadata;
    const whole = isControlled(object) ? { ...object, metadata } : { ...object, metadata: { ...metadata, managedFields } };
    const text = withoutLot(JSON.stringify(bare(whole)), object);
    found.set(place, [...(found.get(place) ?? []), text]);
  }
  return found;
}

const isControlled = ({ metadata }: KubeObject): boolean =>
  metadata.ownerReferences?.some(({ controller }) => controller === true) === true;

/** A template's hash goes into the names of what is made from it, and a template may hold a time. */
function withoutLot(text: string, object: KubeObject): string {
  const { metadata } = object;
  const named =
    isControlled(object) || metadata["generateName"] !== undefined ? text.replaceAll(metadata.name, `${ownerOf(metadata)}*`) : text;
  return (
    withoutChance(named)
      // Ports and nodes are picked among what is free.
      .replace(/"(nodePort|healthCheckNodePort)":3[0-9]{4}/g, '"$1":"*"')
      .replace(/"nodeName":"[^"]*",?/g, "")
      .replace(/"(pod-template-hash|controller-revision-hash)":"[a-z0-9-]+"/g, '"$1":"*"')
      .replace(/(kube-api-access-|-[bcdf-hj-np-tv-z0-9]{8,10}-)[a-z0-9*]{1,5}/g, "$1*")
      .replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(?=["*-])/g, "-*")
  );
}

const ownerOf = (metadata: KubeObject["metadata"]): string => metadata.ownerReferences?.[0]?.name ?? String(metadata["generateName"]);

/** Of metadata what nobody writes. */
const OWN = new Set(["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "selfLink"]);

/** Keys sorted; identity, times and status left out, and of who owns which fields when. */
function bare(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => bare(item));
    return key === "managedFields" ? items.map((item) => JSON.stringify(item)).toSorted() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name]) => !OWN.has(name) && !(name === "status" && "metadata" in value) && !(name === "time" && "manager" in value),
  );
  return Object.fromEntries(
    entries
      .filter(([, item]) => !isStatusOwner(item))
      .map(([name, item]) => [name, name === "managedFields" ? bare(withoutStatus(item), name) : bare(item, name)] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

const isStatusOwner = (item: unknown): boolean =>
  typeof item === "object" && item !== null && (item as { subresource?: unknown }).subresource === "status";
const withoutStatus = (item: unknown): unknown => (Array.isArray(item) ? item.filter((one) => !isStatusOwner(one)) : item);
