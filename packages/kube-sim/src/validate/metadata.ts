import { type FieldProblem, forbiddenValue, invalidValue, required } from "../api-error.ts";
import type { Fields, KubeObject } from "../object.ts";
import { same } from "../object.ts";
import { labelValue, nameRule, qualifiedKey, subdomain } from "./names.ts";

export function checkLabels(labels: Fields | undefined, field: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries<string>(labels ?? {})) {
    const wrongKey = qualifiedKey(key);
    if (wrongKey !== undefined) problems.push(invalidValue(field, key, wrongKey));
    const wrong = labelValue(value);
    if (wrong !== undefined) problems.push(invalidValue(field, value, wrong));
  }
  return problems;
}

/** All annotations of one object may take this many bytes. */
const ANNOTATION_BYTES = 256 * 1024;

export function checkMetadata(storage: string, object: KubeObject): FieldProblem[] {
  const { metadata } = object;
  const problems: FieldProblem[] = [];
  if (metadata.name === "" || metadata.name === undefined) problems.push(required("metadata.name", "name or generateName is required"));
  else {
    const wrong = nameRule(storage)(metadata.name);
    if (wrong !== undefined) problems.push(invalidValue("metadata.name", metadata.name, wrong));
  }
  problems.push(...checkLabels(metadata.labels, "metadata.labels"));
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    const wrong = qualifiedKey(key.toLowerCase());
    if (wrong !== undefined) problems.push(invalidValue("metadata.annotations", key, wrong));
    bytes += key.length + Buffer.byteLength(value);
  }
  if (bytes > ANNOTATION_BYTES) {
    problems.push({
      reason: "FieldValueInvalid",
      field: "metadata.annotations",
      message: `Too long: may not be more than ${ANNOTATION_BYTES} bytes`,
    });
  }
  (metadata.ownerReferences ?? []).forEach((owner, at) => {
    const field = `metadata.ownerReferences[${at}]`;
    for (const name of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!owner[name])
        problems.push(invalidValue(`${field}.${name}`, owner[name] ?? "", `${name === "apiVersion" ? "version" : name} must not be empty`));
    }
  });
  const controllers = (metadata.ownerReferences ?? []).filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    problems.push(
      invalidValue(
        "metadata.ownerReferences",
        controllers,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers.map((one) => one.name).join(" and ")}`,
      ),
    );
  }
  (metadata.finalizers ?? []).forEach((name, at) => {
    const plain = name === "orphan" || name === "foregroundDeletion" || name === "kubernetes";
    if (!plain && (qualifiedKey(name) !== undefined || (!name.includes("/") && subdomain(name) !== undefined))) {
      problems.push(
        invalidValue(`metadata.finalizers[${at}]`, name, "name is neither a standard finalizer name nor is it fully qualified"),
      );
    }
  });
  return problems;
}

/** What an update must not change about an object's identity. */
export function checkMetadataUpdate(before: KubeObject, after: KubeObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const fixed = ["name", "namespace", "uid", "creationTimestamp"] as const;
  for (const field of fixed) {
    if (!same(before.metadata[field], after.metadata[field])) {
      problems.push(invalidValue(`metadata.${field}`, after.metadata[field], "field is immutable"));
    }
  }
  if (before.metadata.deletionTimestamp !== undefined) {
    const known = new Set(before.metadata.finalizers);
    const added = (after.metadata.finalizers ?? []).filter((name) => !known.has(name));
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(", ");
      problems.push(
        forbiddenValue(
          "metadata.finalizers",
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  return problems;
}
