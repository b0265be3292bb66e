import type { Json } from "../json.ts";
import type { Place } from "../manifests/manifests.ts";
import type { Inventory, Source } from "./inventory.ts";

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
/** What somebody gains by it: `critical` the node or the cluster; `high` a step towards it, or an outage; `medium` a layer less; `low` upkeep. */
export type Severity = (typeof SEVERITIES)[number];

export const AREAS = [
  "rights",
  "duties",
  "credentials",
  "workload",
  "images",
  "resources",
  "availability",
  "network",
  "namespaces",
] as const;
export type Area = (typeof AREAS)[number];

export type Path = readonly (string | number)[];

/** What a finding rests on: a field of an object, as it is there. */
export interface Evidence {
  /** `apps/v1 Deployment shop/web`. */
  object: string;
  /** `spec.template.spec.containers[web].securityContext.privileged`. */
  path: string;
  /** The value in JSON, or words where it is not set. Never a secret one. */
  value: string;
  /** Of manifests: where it is written, or where it would be. */
  place?: Place;
}

/**
 * What to do about it. Either `lines` can be planned as they are, or `decision` says what somebody must decide first; `choices` are lines that
 * hold once it is decided.
 */
export interface Fix {
  /** kubectl lines for a document of a room. */
  lines: readonly string[];
  choices?: readonly string[];
  decision?: string;
  /** What a manifest of the object has to say, for a merge by names (strategic merge patch). */
  patch?: Json;
}

/** Something that a check found, about one object or subject. */
export interface Draft {
  /** `apps/v1 Deployment shop/web`, or for rights `Group oncall`. */
  object: string;
  namespace?: string | undefined;
  /** One sentence. */
  says: string;
  /** At least one. */
  evidence: readonly Evidence[];
  fix: Fix;
  /** Where it differs from the check's own, e.g. a right in one namespace alone. */
  severity?: Severity;
  /** It is a part of Kubernetes itself. */
  system: boolean;
}

/** What cannot be said, and why. */
export interface Unsaid {
  unknown: string;
}

export interface Check {
  id: string;
  title: string;
  severity: Severity;
  area: Area;
  /** Why it matters, in a sentence or two. */
  why: string;
  /** Kinds it looks at, as `group/Kind`; what could not be read of these leaves it incomplete. */
  reads: readonly string[];
  /** Kinds that it misses something of; where these could not be read it says nothing. */
  against?: readonly string[];
  /** It looks at files alone: of a cluster it is not asked. */
  ofManifests?: true;
  find(inventory: Inventory): Iterable<Draft | Unsaid>;
}

/** What a check is, without how it looks. */
export type About = Omit<Check, "find" | "reads" | "against" | "ofManifests">;

/** `apps/v1 Deployment shop/web`, as everywhere in Interlock. */
export function objectText({ object }: Pick<Source, "object">): string {
  const { namespace, name, generateName } = object.metadata ?? {};
  const called = String(name ?? `${String(generateName)}*`);
  return `${object.apiVersion} ${object.kind} ${namespace ? `${namespace}/` : ""}${called}`;
}

/** A field as people name it: items of lists by their names. */
export function pathText(object: Json, path: Path): string {
  let at: Json = object;
  let text = "";
  for (const step of path) {
    at = at?.[step];
    if (typeof step === "number") text += `[${typeof at?.["name"] === "string" ? at["name"] : step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `["${step}"]`;
  }
  return text;
}

const VALUE_CHARS = 300;

export function valueText(value: Json): string {
  if (value === undefined) return "not set";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)}…` : text;
}

/** Evidence of a field of an object. `words` instead of the value where that is secret or not there. */
export function evidenceOf(source: Source, path: Path, words?: string): Evidence {
  let value: Json = source.object;
  for (const step of path) value = value?.[step];
  return {
    object: objectText(source),
    path: pathText(source.object, path),
    value: words ?? valueText(value),
    ...(source.placeOf === undefined ? {} : { place: source.placeOf(path) }),
  };
}
