import { parseAllDocuments } from "yaml";
import { type Cluster, SYSTEM } from "./cluster.ts";
import { isFields, type NewObject } from "./object.ts";
import { create } from "./write/create.ts";

/** Creates objects as they are, status included. Throws for a kind that is not served, naming it, and whatever a create throws. */
export function load(cluster: Cluster, manifests: string | readonly unknown[]): void {
  const documents = typeof manifests === "string" ? parseAllDocuments(manifests).map((one) => one.toJS() as unknown) : manifests;
  for (const document of documents.flatMap(unlist)) {
    const resource = cluster.registry.byKind(document.apiVersion, document.kind);
    if (resource === undefined) throw new Error(`no kind ${document.kind} in ${document.apiVersion} is served`);
    const namespace = resource.namespaced ? (document.metadata.namespace ?? "default") : undefined;
    const options = { user: SYSTEM, dryRun: false, fieldManager: "kube-sim", fieldValidation: "Strict", warnings: [] } as const;
    create(cluster, resource, namespace, document, { ...options, warnings: [] }, { status: document["status"] !== undefined });
  }
}

function unlist(document: unknown): NewObject[] {
  if (document === null || document === undefined) return [];
  if (!isFields(document) || typeof document["kind"] !== "string") throw new Error("a manifest needs apiVersion and kind");
  return document["kind"] === "List" ? document["items"].flatMap(unlist) : [document as NewObject];
}
