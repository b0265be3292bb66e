import { cloneJson, isRecord, type Json, type KubeObject } from "../json.ts";
import { withEdits, type LabelEdits } from "./compiled-selector.ts";
import { templateOf, templatePath } from "./pod.ts";

/** A change of one object that could open a connection. */
export type Edit =
  | { kind: "labels"; object: KubeObject; labels: LabelEdits }
  | { kind: "template-labels"; object: KubeObject; labels: LabelEdits }
  /** `rule` counts from 0. */
  | { kind: "port"; policy: KubeObject; field: "ingress" | "egress"; rule: number; value: Json }
  | { kind: "peer"; policy: KubeObject; field: "ingress" | "egress"; rule: number; value: Json }
  | { kind: "policy"; object: KubeObject };

export const objectKey = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

/**
 * How many values it writes and takes away: one for a label, two for one that gets another value, one for each value in a port or peer, one
 * for each in a new policy's metadata and spec.
 */
export function editSize(edit: Edit): number {
  switch (edit.kind) {
    case "labels":
    case "template-labels": {
      const known: Json = edit.kind === "labels" ? edit.object.metadata.labels : templateOf(edit.object)?.["metadata"]?.["labels"];
      const given = Object.entries(edit.labels);
      return given.reduce((sum, [key, value]) => sum + (value !== null && isRecord(known) && Object.hasOwn(known, key) ? 2 : 1), 0);
    }
    case "port":
    case "peer":
      return leaves(edit.value);
    case "policy":
      return leaves(edit.object.metadata) + leaves(edit.object["spec"]);
  }
}

/** Values in it; an empty list or map is a value, too. */
function leaves(value: Json): number {
  const items: Json[] = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  return items.length === 0 ? 1 : items.reduce((sum: number, item) => sum + leaves(item), 0);
}

/** One set of edits without those that are said twice; undefined where they want different things of one label. */
export function joined(edits: readonly Edit[]): Edit[] | undefined {
  const result: Edit[] = [];
  for (const edit of edits) {
    if (edit.kind === "labels" || edit.kind === "template-labels") {
      const at = result.findIndex((one) => one.kind === edit.kind && objectKey(one.object) === objectKey(edit.object));
      const known = result[at] as typeof edit | undefined;
      if (known === undefined) result.push(edit);
      else {
        for (const [key, value] of Object.entries(edit.labels)) if (key in known.labels && known.labels[key] !== value) return undefined;
        result[at] = { ...known, labels: { ...known.labels, ...edit.labels } };
      }
    } else if (!result.some((one) => textOf(one) === textOf(edit))) result.push(edit);
  }
  return result;
}

/** Equal for edits that do the same. */
export function textOf(edit: Edit): string {
  switch (edit.kind) {
    case "labels":
    case "template-labels":
      return `${edit.kind} ${objectKey(edit.object)} ${JSON.stringify(Object.entries(edit.labels).map(String).toSorted())}`;
    case "port":
    case "peer":
      return `${edit.kind} ${objectKey(edit.policy)} ${edit.field} ${edit.rule} ${JSON.stringify(edit.value)}`;
    case "policy":
      return `policy ${JSON.stringify(edit.object)}`;
  }
}

/** One object as it is and as it will be. */
export interface Written {
  before?: KubeObject;
  after: KubeObject;
}

/** The objects that edits write, each once. */
export function writtenBy(edits: readonly Edit[]): Written[] {
  const written = new Map<string, Written>();
  for (const edit of edits) {
    if (edit.kind === "policy") {
      written.set(objectKey(edit.object), { after: edit.object });
      continue;
    }
    const object = "policy" in edit ? edit.policy : edit.object;
    const known = written.get(objectKey(object)) ?? { before: object, after: cloneJson(object) };
    written.set(objectKey(object), known);
    apply(edit, known.after);
  }
  return [...written.values()];
}

function apply(edit: Exclude<Edit, { kind: "policy" }>, object: KubeObject): void {
  switch (edit.kind) {
    case "labels":
      object.metadata.labels = withEdits(object.metadata.labels ?? {}, edit.labels);
      return;
    case "template-labels": {
      const template: Json = templateOf(object);
      template["metadata"] = { ...template["metadata"], labels: withEdits(template["metadata"]?.["labels"] ?? {}, edit.labels) };
      return;
    }
    case "port":
      object["spec"][edit.field][edit.rule]["ports"].push(edit.value);
      return;
    case "peer":
      object["spec"][edit.field][edit.rule][edit.field === "ingress" ? "from" : "to"].push(edit.value);
  }
}

/** The `kubectl` line that makes the edits of one object. `file`: what a line that reads one reads. */
export function commandOf(edits: readonly Edit[], file: (object: KubeObject) => string): string {
  const [first] = edits;
  switch (first!.kind) {
    case "labels":
      return labelCommand(first!.object, first!.labels);
    case "template-labels": {
      const { object, labels } = first!;
      const patch = [...templatePath(object.kind!), "metadata", "labels"].reduceRight<Json>((inner, field) => ({ [field]: inner }), labels);
      return `kubectl patch ${object.kind!.toLowerCase()} ${object.metadata.name}${inNamespace(object)} --type=merge -p ${quoted(patch)}`;
    }
    case "policy":
      return `kubectl create -f ${file(first!.object)}`;
    case "port":
    case "peer": {
      const { policy } = first!;
      return `kubectl patch networkpolicy ${policy.metadata.name}${inNamespace(policy)} --type=json -p ${quoted(jsonPatch(edits))}`;
    }
  }
}

/** Adds to lists, and only where the rule still is the one that was looked at. */
function jsonPatch(edits: readonly Edit[]): Json {
  const tested = new Set<string>();
  return edits.flatMap((edit) => {
    if (edit.kind !== "port" && edit.kind !== "peer") return [];
    const path = `/spec/${edit.field}/${edit.rule}`;
    const list = edit.kind === "port" ? "ports" : edit.field === "ingress" ? "from" : "to";
    const test = tested.has(path) ? [] : [{ op: "test", path, value: storedRule(edit.policy["spec"][edit.field][edit.rule]) }];
    tested.add(path);
    return [...test, { op: "add", path: `${path}/${list}/-`, value: edit.value }];
  });
}

/**
 * A rule as a server has it once it is written: a port has a protocol, and nothing is empty but a selector of everything. A manifest may say
 * less, or the same with more words.
 */
function storedRule(rule: Json): Json {
  const kept = (value: Json, of: string): Json => {
    if (Array.isArray(value)) return value.map((one: Json) => kept(one, of));
    if (!isRecord(value)) return value;
    const entries = Object.entries(value).flatMap(([key, child]): [string, Json][] => {
      const stored = kept(child, key);
      const empty = stored === null || (Array.isArray(stored) ? stored.length === 0 : isRecord(stored) && Object.keys(stored).length === 0);
      return empty && (stored === null || !key.endsWith("Selector")) ? [] : [[key, stored]];
    });
    const stored = Object.fromEntries(entries);
    return of === "ports" ? { ...stored, protocol: stored["protocol"] ?? "TCP" } : stored;
  };
  return kept(rule, "");
}

function labelCommand(object: KubeObject, labels: LabelEdits): string {
  const own: Json = object.metadata.labels ?? {};
  const words = Object.entries(labels).map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`));
  const overwrite = Object.entries(labels).some(([key, value]) => value !== null && Object.hasOwn(own, key));
  return `kubectl label ${object.kind!.toLowerCase()} ${object.metadata.name}${inNamespace(object)} ${words.join(" ")}${overwrite ? " --overwrite" : ""}`;
}

const inNamespace = (object: KubeObject): string => (object.kind === "Namespace" ? "" : ` -n ${object.metadata.namespace ?? "default"}`);

/** In the quotes of a shell: JSON in single ones, with those inside taken out of them. */
const quoted = (value: Json): string => `'${JSON.stringify(value).replaceAll("'", `'\\''`)}'`;
