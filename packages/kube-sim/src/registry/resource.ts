import type { StructType } from "@interlock/kube-model/schema";

/** A column of what `kubectl get` shows for a custom resource. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  description?: string;
  format?: string;
  priority?: number;
}

/** One resource in one version, as discovery lists it. */
export interface Resource {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly Subresource[];
  type: StructType;
  /** Where its objects are kept: `group/plural`. Two versions, or two groups, of one thing share it. */
  storage: string;
  /** Turns what is stored into this version and back. Absent where they are the same but for `apiVersion`. */
  conversion?: Conversion;
  /** Only of a custom resource. */
  custom?: { definition: string; columns: readonly PrinterColumn[]; scale?: ScalePaths; hasStatus: boolean };
}

export interface Subresource {
  name: string;
  kind: string;
  /** Where its own kind is of another group than the resource. */
  group?: string;
  version?: string;
  verbs: readonly string[];
}

export interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

export interface Conversion {
  // oxlint-disable-next-line typescript/no-explicit-any -- documents of the versions in question
  fromStored(object: any): any;
  // oxlint-disable-next-line typescript/no-explicit-any -- documents of the versions in question
  toStored(object: any): any;
}

/** `apps/v1`, or `v1` of the core group. */
export const groupVersion = (of: { group: string; version: string }): string =>
  of.group === "" ? of.version : `${of.group}/${of.version}`;

/** As error messages name it: `deployments.apps`, or `pods` of the core group. */
export const qualifiedName = (resource: { group: string; plural: string }): string =>
  resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;

export const FULL_VERBS: readonly string[] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
