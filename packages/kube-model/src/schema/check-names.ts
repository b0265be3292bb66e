import { isRecord, type Json, type KubeObject } from "../json.ts";
import type { FieldPath } from "../workload/pod-templates.ts";
import type { SchemaProblem } from "./check.ts";

/* Kubernetes documentation, "Object Names and IDs" and "Labels and Selectors". */

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KEY_NAME = /^(?=.{1,63}$)[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/;

/** Kinds whose names are narrower or wider than a DNS subdomain. */
const DNS_LABELS = new Set(["/namespaces", "/services"]);
const ANY_SEGMENT = new Set(["roles", "clusterroles", "rolebindings", "clusterrolebindings"]);

export function checkNames(object: KubeObject, group: string, plural: string): SchemaProblem[] {
  const metadata: Json = object.metadata;
  if (!isRecord(metadata)) return [];
  const problems: SchemaProblem[] = [];
  const { name, namespace } = metadata;
  const wrong = (path: FieldPath, message: string): void => void problems.push({ path, message });
  if (typeof name === "string") {
    const form =
      ANY_SEGMENT.has(plural) && group === "rbac.authorization.k8s.io"
        ? "segment"
        : DNS_LABELS.has(`${group}/${plural}`)
          ? "label"
          : "subdomain";
    if (
      form === "segment" ? /[/%]/.test(name) || name === "." || name === ".." : form === "label" ? !LABEL.test(name) : !SUBDOMAIN.test(name)
    )
      wrong(["metadata", "name"], `metadata.name ${JSON.stringify(name)} is no name: ${FORMS[form]}.`);
  }
  if (typeof namespace === "string" && namespace !== "" && !LABEL.test(namespace))
    wrong(["metadata", "namespace"], `metadata.namespace ${JSON.stringify(namespace)} is no name: ${FORMS.label}.`);
  for (const path of [["metadata"], ["spec", "template", "metadata"], ["spec", "jobTemplate", "spec", "template", "metadata"]])
    problems.push(...checkLabels(object, path));
  return problems;
}

const FORMS = {
  label: "small letters, digits and hyphens, 63 at most",
  subdomain: "small letters, digits, hyphens and dots, 253 at most",
  segment: "it may hold neither / nor %",
};

function checkLabels(object: KubeObject, path: readonly string[]): SchemaProblem[] {
  const metadata = path.reduce<Json>((value, key) => (isRecord(value) ? value[key] : undefined), object);
  const labels: Json = isRecord(metadata) ? metadata["labels"] : undefined;
  if (!isRecord(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) => {
    const at = [...path, "labels", key];
    const slash = key.indexOf("/");
    const prefix = slash === -1 ? undefined : key.slice(0, slash);
    if (!KEY_NAME.test(key.slice(slash + 1)) || (prefix !== undefined && !SUBDOMAIN.test(prefix)))
      return [{ path: at, message: `${JSON.stringify(key)} is no key of a label.` }];
    if (typeof value !== "string" || value === "" || KEY_NAME.test(value)) return [];
    return [{ path: at, message: `The value of label ${key} is none: letters, digits, -, _ and ., 63 at most.` }];
  });
}
