import { clone, type Fields, type KubeObject, type ManagedFieldsEntry } from "../object.ts";
import type { StructType } from "@interlock/kube-model/schema";
import { compare, difference, emptySet, type FieldSet, isEmptySet, readFields, union, withoutBelow, writeFields } from "./field-set.ts";

/** Who writes, and when. */
export interface FieldManager {
  name: string;
  /** The version the client speaks. */
  apiVersion: string;
  subresource?: string;
  time: string;
}

/** Fields of which nobody is the manager: the server sets them, or they name the object. */
const UNMANAGED: FieldSet = {
  own: false,
  children: new Map([
    ["f:apiVersion", { own: true, children: new Map() }],
    ["f:kind", { own: true, children: new Map() }],
    [
      "f:metadata",
      {
        own: true,
        children: new Map(
          [
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
          ].map((name) => [`f:${name}`, { own: true, children: new Map() }]),
        ),
      },
    ],
  ]),
};

/** A set without the fields nobody manages; `metadata` itself stays where other fields below it do. */
export function managed(set: FieldSet): FieldSet {
  const metadata = UNMANAGED.children.get("f:metadata")!;
  const children = new Map(set.children);
  children.delete("f:apiVersion");
  children.delete("f:kind");
  const given = children.get("f:metadata");
  if (given !== undefined) {
    const left = withoutBelow({ own: false, children: given.children }, { own: false, children: metadata.children });
    if (isEmptySet(left)) children.delete("f:metadata");
    else children.set("f:metadata", left);
  }
  return { own: false, children };
}

export const sameManager = (entry: ManagedFieldsEntry, by: FieldManager, operation: "Apply" | "Update"): boolean =>
  entry.manager === by.name &&
  entry.operation === operation &&
  (entry.subresource ?? "") === (by.subresource ?? "") &&
  (operation === "Apply" || entry.apiVersion === by.apiVersion);

/**
 * The entries after `by` changed `before` to `after` with anything but an apply: what he changed is his, and no longer that of another who
 * had updated or applied it; what is gone is nobody's. `sent` are the entries in the object he sent: an empty list resets them all.
 */
export function trackUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  type: StructType,
  by: FieldManager,
  sent?: readonly ManagedFieldsEntry[],
): ManagedFieldsEntry[] {
  const entries = sent ?? before?.metadata.managedFields ?? [];
  const { changed, removed } = compare(stripped(before), stripped(after), type);
  const mine = managed(changed);
  const gone = managed(removed);
  if (isEmptySet(mine) && isEmptySet(gone)) return clone([...entries]);
  const kept: ManagedFieldsEntry[] = [];
  let own = emptySet();
  for (const entry of entries) {
    const set = readFields(entry.fieldsV1);
    if (sameManager(entry, by, "Update")) own = set;
    else {
      const left = withoutBelow(difference(set, mine), gone);
      if (!isEmptySet(left)) kept.push({ ...entry, fieldsV1: writeFields(left) });
    }
  }
  const total = union(withoutBelow(own, gone), mine);
  if (!isEmptySet(total)) kept.push(entryOf(by, "Update", total));
  return sorted(kept);
}

export function entryOf(by: FieldManager, operation: "Apply" | "Update", set: FieldSet): ManagedFieldsEntry {
  return {
    manager: by.name,
    operation,
    apiVersion: by.apiVersion,
    time: by.time,
    fieldsType: "FieldsV1",
    fieldsV1: writeFields(set),
    ...(by.subresource === undefined ? {} : { subresource: by.subresource }),
  };
}

/** Applies first, then updates, each by time and then by name. */
export const sorted = (entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] => {
  const rank = (entry: ManagedFieldsEntry): string => `${entry.operation} ${entry.time ?? ""} ${entry.manager} ${entry.subresource ?? ""}`;
  return entries.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
};

/** The object without what managedFields say nothing about. */
export function stripped(object: KubeObject | undefined): Fields | undefined {
  if (object === undefined) return {};
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
