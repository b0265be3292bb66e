import { TargetError } from "@interlock/connector";
import { isRecord, type Json } from "@interlock/kube-model";
import { ResourceTypes, type ResourceType } from "./resource-types.ts";

/** GET of a path; undefined body where the answer is not JSON. */
export type Get = (path: string, accept: string) => Promise<{ status: number; body: Json }>;

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/**
 * What the cluster serves: aggregated discovery (Kubernetes 1.26 and newer) where it is given, otherwise one document for each group
 * version. A group that does not answer is in `failed`. Rejects with TargetError when the server does not tell its groups at all.
 */
export async function discover(get: Get): Promise<ResourceTypes> {
  const failed: { group: string; reason: string }[] = [];
  const parts = await Promise.all(["/api", "/apis"].map((path) => discoverRoot(get, path, failed)));
  return new ResourceTypes(parts.flat(), failed);
}

async function discoverRoot(get: Get, path: string, failed: { group: string; reason: string }[]): Promise<ResourceType[]> {
  const { status, body } = await get(path, AGGREGATED);
  if (status !== 200 || !isRecord(body))
    throw new TargetError("target_down", `The cluster does not tell what it serves: ${path} was answered with ${status}.`);
  if (body["kind"] === "APIGroupDiscoveryList") return aggregated(body, failed);
  const versions: { group: string; version: string }[] =
    body["kind"] === "APIVersions"
      ? list(body["versions"]).map((version) => ({ group: "", version: String(version) }))
      : list(body["groups"]).flatMap((group) => groupVersions(group));
  const documents = await Promise.all(
    versions.map(async ({ group, version }) => {
      const name = group === "" ? version : `${group}/${version}`;
      const answer = await get(group === "" ? `/api/${version}` : `/apis/${name}`, "application/json");
      if (answer.status === 200 && isRecord(answer.body)) return legacy(group, version, answer.body);
      failed.push({ group: name, reason: `its discovery was answered with ${answer.status}` });
      return [];
    }),
  );
  return documents.flat();
}

function groupVersions(group: Json): { group: string; version: string }[] {
  const preferred: Json = group["preferredVersion"]?.["version"];
  return list(group["versions"])
    .map((item) => ({ group: String(group["name"]), version: String(item["version"]) }))
    .toSorted((left, right) => Number(right.version === preferred) - Number(left.version === preferred));
}

function legacy(group: string, version: string, document: Json): ResourceType[] {
  const all = list(document["resources"]);
  const subresources = Map.groupBy(
    all.map((item) => String(item["name"])).filter((name) => name.includes("/")),
    (name) => name.slice(0, name.indexOf("/")),
  );
  return all
    .filter((item) => !String(item["name"]).includes("/"))
    .map((item) => ({
      group: typeof item["group"] === "string" && item["group"] !== "" ? item["group"] : group,
      version: typeof item["version"] === "string" && item["version"] !== "" ? item["version"] : version,
      resource: String(item["name"]),
      kind: String(item["kind"]),
      namespaced: item["namespaced"] === true,
      verbs: list(item["verbs"]).map(String),
      ...calledAlso(item["singularName"], item["shortNames"]),
      subresources: (subresources.get(String(item["name"])) ?? []).map((name) => name.slice(name.indexOf("/") + 1)),
    }));
}

/** Versions of a group come in the server's order of preference. A stale one is of an API server that does not answer now. */
function aggregated(document: Json, failed: { group: string; reason: string }[]): ResourceType[] {
  return list(document["items"]).flatMap((group) => {
    const name: string = group["metadata"]?.["name"] ?? "";
    return list(group["versions"]).flatMap((version) => {
      if (version["freshness"] === "Stale")
        failed.push({ group: `${name}/${version["version"]}`, reason: "its API server does not answer" });
      return list(version["resources"]).map((item) => ({
        group: name,
        version: String(version["version"]),
        resource: String(item["resource"]),
        kind: String(item["responseKind"]?.["kind"] ?? ""),
        namespaced: item["scope"] === "Namespaced",
        verbs: list(item["verbs"]).map(String),
        ...calledAlso(item["singularResource"], item["shortNames"]),
        subresources: list(item["subresources"]).map((one) => String(one["subresource"])),
      }));
    });
  });
}

function calledAlso(singular: Json, shortNames: Json): Pick<ResourceType, "singular" | "shortNames"> {
  return { ...(typeof singular === "string" && singular !== "" ? { singular } : {}), shortNames: list(shortNames).map(String) };
}

const list = (value: Json): Json[] => (Array.isArray(value) ? value : []);
