import type { SchemaTree } from "@interlock/protocol";
import type { Cluster } from "./cluster/cluster.ts";

/** Objects that the tree shows of a namespace, by the path that lists them. */
const SHOWN: readonly (readonly [path: string, kind: "workload" | "service"])[] = [
  ["/apis/apps/v1/deployments", "workload"],
  ["/apis/apps/v1/statefulsets", "workload"],
  ["/apis/apps/v1/daemonsets", "workload"],
  ["/api/v1/services", "service"],
];
const PAGE = 500;
/** Objects of one kind that are shown; whoever looks for more asks kubectl. */
const MOST = 2_000;
const ACCEPT = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

interface Listed {
  metadata?: { continue?: string };
  items?: { metadata?: { name?: string; namespace?: string } }[];
}

/** Namespaces with their workloads and services. A kind that may not be listed is left out. */
export async function objectTree(cluster: Cluster, signal: AbortSignal): Promise<SchemaTree> {
  const namespaces = (await list(cluster, "/api/v1/namespaces", signal)) ?? [];
  const found = await Promise.all(SHOWN.map(async ([path, kind]) => ({ kind, objects: (await list(cluster, path, signal)) ?? [] })));
  return {
    schemas: namespaces.map(({ name }) => ({
      name,
      objects: found.flatMap(({ kind, objects }) =>
        objects.filter((object) => object.namespace === name).map((object) => ({ name: object.name, kind, columns: [] })),
      ),
    })),
  };
}

async function list(cluster: Cluster, path: string, signal: AbortSignal): Promise<{ name: string; namespace: string }[] | undefined> {
  const found: { name: string; namespace: string }[] = [];
  let next = "";
  do {
    const query = `limit=${PAGE}${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`;
    const { status, body } = await cluster.request({ method: "GET", path, query, headers: { accept: ACCEPT }, signal });
    if (status !== 200) {
      await body.toArray();
      return undefined;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    const page = JSON.parse(Buffer.concat(chunks).toString()) as Listed;
    for (const { metadata } of page.items ?? []) found.push({ name: metadata?.name ?? "", namespace: metadata?.namespace ?? "" });
    next = page.metadata?.continue ?? "";
  } while (next !== "" && found.length < MOST);
  return found;
}
