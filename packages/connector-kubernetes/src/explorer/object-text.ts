import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { parse, stringify } from "yaml";
import type { ObjectText } from "@interlock/protocol";
import { readablePlaceholders, SecretValues } from "../gate/secret-values.ts";

/** What kubectl reads YAML as: version 1.1, where `yes` is a boolean; so such a text must be in quotes. */
const YAML = { version: "1.1", intAsBigInt: true } as const;

/** The order in which people read the parts of an object; others follow by name, the status is last. */
const FIRST = ["apiVersion", "kind", "metadata", "type", "spec", "data", "stringData"];
const FIRST_OF_METADATA = ["name", "namespace", "labels", "annotations"];

/** A Secret's values are placeholders from here on; the same value has the same one wherever `key` is the same. */
export function masked(object: KubeObject, key: Buffer): KubeObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") return object;
  return new SecretValues(key).mask(object, String(object.metadata?.namespace ?? ""));
}

/** An object, already masked, as text for people. */
export function objectText(object: KubeObject): ObjectText {
  const metadata: Record<string, Json> = isRecord(object.metadata) ? object.metadata : {};
  const { managedFields, ...rest } = metadata;
  const changed = lastChange(managedFields);
  return {
    text: textOf({ ...object, metadata: rest }),
    full: textOf(object),
    uid: String(metadata["uid"] ?? ""),
    version: String(metadata["resourceVersion"] ?? ""),
    ...(changed === undefined ? {} : { changed }),
  };
}

function lastChange(managers: Json): ObjectText["changed"] {
  if (!Array.isArray(managers)) return undefined;
  // Controllers write statuses all the time; who decided something about the object is asked for.
  const timed = managers.filter((entry) => typeof entry?.time === "string" && entry.subresource !== "status");
  const last = timed.toSorted((left, right) => (left.time < right.time ? -1 : 1)).at(-1);
  return last === undefined ? undefined : { manager: String(last.manager ?? ""), at: String(last.time) };
}

function textOf(object: KubeObject): string {
  const ordered = inOrder(object, FIRST, ["status"]);
  if (isRecord(ordered["metadata"])) ordered["metadata"] = inOrder(ordered["metadata"], FIRST_OF_METADATA, ["managedFields"]);
  return readablePlaceholders(yamlOf(ordered));
}

/** YAML that kubectl reads as the same value. */
export const yamlOf = (value: Json): string =>
  stringify(numbered(value), { version: YAML.version, lineWidth: 0, aliasDuplicateObjects: false });

/** Reads a text as kubectl would; numbers a double cannot hold stay exact. Throws with the place of what is wrong. */
export const readYaml = (text: string): Json => plain(parse(text, { ...YAML, uniqueKeys: true }) as Json);

function inOrder(record: Record<string, Json>, first: readonly string[], last: readonly string[]): Record<string, Json> {
  const middle = Object.keys(record).filter((key) => !first.includes(key) && !last.includes(key));
  const keys = [...first, ...middle.toSorted(), ...last].filter((key) => record[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, record[key]]));
}

/** Numbers that were kept as their text (see parseJson) as whole numbers of any size. */
function numbered(value: Json): Json {
  if (Array.isArray(value)) return value.map(numbered);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, numbered(item)]));
  const source: unknown = typeof value === "object" && value !== null ? value.rawJSON : undefined;
  if (typeof source !== "string") return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : Number(source);
}

/** Whole numbers that a double holds exactly as doubles, so that equal values are the same. */
function plain(value: Json): Json {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}
