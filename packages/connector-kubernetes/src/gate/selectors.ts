import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";

export type Match = (object: KubeObject) => boolean;

/**
 * A label selector (`a=b,c!=d,e in (x,y),f notin (z),g,!h`) as a predicate, undefined when it cannot be read. The server judges what it
 * has; this is for objects that only the plan has.
 */
export function labelMatcher(selector: string | undefined): Match | undefined {
  if (selector === undefined || selector.trim() === "") return () => true;
  const tests: ((labels: Record<string, Json>) => boolean)[] = [];
  for (const requirement of selector.split(/,(?![^(]*\))/)) {
    const text = requirement.trim();
    const set = /^([^\s!=(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
    const equal = /^([^\s!=(),]+)\s*(==|!=|=)\s*([^\s!=(),]*)$/.exec(text);
    const exists = /^(!?)\s*([^\s!=(),]+)$/.exec(text);
    if (set !== null) {
      const values = new Set(set[3]!.split(",").map((value) => value.trim()));
      const wanted = set[2] === "in";
      tests.push((labels) => (set[1]! in labels && values.has(labels[set[1]!])) === wanted);
    } else if (equal !== null) {
      const wanted = equal[2] !== "!=";
      tests.push((labels) => (equal[1]! in labels && labels[equal[1]!] === equal[3]) === wanted);
    } else if (exists !== null) {
      const wanted = exists[1] === "";
      tests.push((labels) => exists[2]! in labels === wanted);
    } else return undefined;
  }
  return (object) => {
    const labels: Record<string, Json> = isRecord(object.metadata?.["labels"]) ? object.metadata["labels"] : {};
    return tests.every((test) => test(labels));
  };
}

/** A field selector (`metadata.name=x,status.phase!=Running`) as a predicate, undefined when it cannot be read. A field that is absent is "". */
export function fieldMatcher(selector: string | undefined): Match | undefined {
  if (selector === undefined || selector === "") return () => true;
  const tests: Match[] = [];
  for (const term of selector.split(",")) {
    const found = /^([^=!]+?)(==|!=|=)(.*)$/.exec(term.trim());
    if (found === null) return undefined;
    const path = found[1]!.split(".");
    const wanted = found[2] !== "!=";
    tests.push((object) => (textAt(object, path) === found[3]) === wanted);
  }
  return (object) => tests.every((test) => test(object));
}

function textAt(object: Json, path: readonly string[]): string {
  let value: Json = object;
  for (const part of path) value = isRecord(value) ? value[part] : undefined;
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

/** Both selectors of a request; undefined when one cannot be read. */
export function queryMatcher(query: ReadonlyMap<string, string>): Match | undefined {
  const labels = labelMatcher(query.get("labelSelector"));
  const fields = fieldMatcher(query.get("fieldSelector"));
  if (labels === undefined || fields === undefined) return undefined;
  return (object) => labels(object) && fields(object);
}
