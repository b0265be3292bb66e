import {
  isCollection,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type ScalarTag,
  type Tags,
} from "yaml";
import { isRecord, type Json, type KubeObject } from "../json.ts";

/** A file with manifests, YAML or JSON. `name` is what people call it: a path as they wrote it. */
export interface ManifestFile {
  name: string;
  text: string;
}

/** Lines and columns count from 1, as editors do; a column counts UTF-16 units. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** One object of a manifest and where it is written. */
export interface Manifest {
  object: KubeObject;
  place: Place;
  /** Where a field of it is written: of a path that is not there, where its nearest parent is. */
  placeOf(path: readonly (string | number)[]): Place;
}

/** What could not be read as an object; everything else still is. */
export interface ManifestProblem {
  place: Place;
  message: string;
  /** It is for kustomize, which would make or change manifests by it. */
  forKustomize?: true;
  /** It is like no manifest at all, as the values of a chart are: in a folder of manifests that is no mistake. */
  noManifest?: true;
}

/** Most documents that aliases (`*name`) may unfold to, against files that grow without end. */
const MOST_ALIASES = 100;

const INTEGER = "tag:yaml.org,2002:int";

/** `0o644`, of YAML 1.2. */
const OCTAL: ScalarTag = {
  identify: () => false,
  default: true,
  tag: INTEGER,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => (text.startsWith("-") ? -1 : 1) * Number.parseInt(text.replaceAll(/^[-+]?0o|_/g, ""), 8),
};

/** YAML as kubectl 1.32 reads it: that of 1.1 with octal numbers of both kinds, where times of day, `12:30`, and dates are text. */
const asKubectl = (tags: Tags): Tags => [
  OCTAL,
  ...tags.filter(
    (tag) => typeof tag === "string" || (tag.tag !== "tag:yaml.org,2002:timestamp" && !("format" in tag && tag.format === "TIME")),
  ),
];

/**
 * The objects of some files in their order: documents one after the other, lists (`v1 List`) taken apart. An object without an
 * `apiVersion`, a `kind` or a name is a problem, an empty document is not.
 */
export function readManifests(files: readonly ManifestFile[]): { manifests: Manifest[]; problems: ManifestProblem[] } {
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const file of files) {
    const lines = new LineCounter();
    const at = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { file: file.name, line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    const documents = parseAllDocuments(file.text, {
      lineCounter: lines,
      version: "1.1",
      customTags: asKubectl,
      merge: true,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: "silent",
    });
    if (!Array.isArray(documents)) continue;
    for (const document of documents) {
      const [wrong] = document.errors;
      if (wrong !== undefined) {
        const template = file.text.includes("{{") ? ` ${FOR_HELM}` : "";
        problems.push({ place: at(wrong.pos[0]), message: `${wrong.message}${template}` });
        continue;
      }
      let value: Json;
      try {
        value = document.toJS({ maxAliasCount: MOST_ALIASES });
      } catch (error) {
        problems.push({ place: at(document.range?.[0] ?? 0), message: error instanceof Error ? error.message : String(error) });
        continue;
      }
      if (value === null || value === undefined) continue;
      collect(value, [], { document, at, manifests, problems });
    }
  }
  return { manifests, problems };
}

interface Reading {
  document: Document.Parsed;
  at: (offset: number) => Place;
  manifests: Manifest[];
  problems: ManifestProblem[];
}

function collect(value: Json, path: readonly (string | number)[], reading: Reading): void {
  const placeOf = (inner: readonly (string | number)[]): Place => reading.at(offsetOf(reading.document, [...path, ...inner]));
  const wrong = (message: string): void => void reading.problems.push({ place: placeOf([]), message });
  const lacks = (message: string): void =>
    void reading.problems.push({
      place: placeOf([]),
      message,
      ...(isRecord(value) && isRecord(value["metadata"]) ? {} : { noManifest: true }),
    });
  if (!isRecord(value)) return wrong("This is no object: a manifest has apiVersion, kind and metadata.");
  if (typeof value["apiVersion"] !== "string" || value["apiVersion"] === "") return lacks("There is no apiVersion.");
  if (typeof value["kind"] !== "string" || value["kind"] === "") return lacks("There is no kind.");
  if (value["kind"].endsWith("List") && Array.isArray(value["items"])) {
    value["items"].forEach((item: Json, index) => collect(withKindOfList(item, value), [...path, "items", index], reading));
    return;
  }
  if (value["apiVersion"].startsWith("kustomize.config.k8s.io/")) {
    reading.problems.push({ place: placeOf([]), message: FOR_KUSTOMIZE, forKustomize: true });
    return;
  }
  const { name, generateName } = isRecord(value["metadata"]) ? value["metadata"] : {};
  if (typeof (name ?? generateName) !== "string") return wrong(`This ${value["kind"]} has no name.`);
  reading.manifests.push({ object: value, place: placeOf([]), placeOf });
}

const FOR_HELM = "This looks like a template: give what helm template prints instead.";
const FOR_KUSTOMIZE = "This is for kustomize, which makes manifests of it: give those that kustomize build prints instead.";

/** Items of `kind: PodList` need not say what they are; those of a `List` do. */
function withKindOfList(item: Json, list: Record<string, Json>): Json {
  if (!isRecord(item) || list["kind"] === "List" || item["kind"] !== undefined) return item;
  return { apiVersion: list["apiVersion"], kind: String(list["kind"]).slice(0, -"List".length), ...item };
}

function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = offsetOfNode(node) ?? document.range?.[0] ?? 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isNode(key) && String((key as { value?: unknown }).value) === String(step));
      if (pair === undefined) break;
      offset = offsetOfNode(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = offsetOfNode(node) ?? offset;
    }
  }
  return offset;
}

const offsetOfNode = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);
