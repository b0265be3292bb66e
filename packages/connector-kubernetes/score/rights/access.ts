import { isRecord, type Attributes, type Json, type KubeObject, type User } from "@interlock/kube-model";
import type { Cluster } from "../../src/index.ts";

export interface Question {
  user: User;
  wanted: Attributes;
}

export async function send(cluster: Cluster, method: string, path: string, sent?: object): Promise<{ status: number; body: Json }> {
  const headers = { accept: "application/json", ...(sent === undefined ? {} : { "content-type": "application/json" }) };
  const { status, body } = await cluster.request({
    method,
    path,
    headers,
    ...(sent === undefined ? {} : { body: Buffer.from(JSON.stringify(sent)) }),
  });
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as Json };
}

/** What the API server says (authorization.k8s.io/v1, SubjectAccessReview). */
export async function reviewAccess(cluster: Cluster, { user, wanted }: Question): Promise<boolean> {
  const { path, ...resource } = wanted;
  const spec = {
    user: user.name,
    groups: user.groups,
    // What a token or an impersonation says besides; no rule goes by it.
    extra: { "example.com/scopes": ["read"] },
    ...(path === undefined ? { resourceAttributes: resource } : { nonResourceAttributes: { verb: wanted.verb, path } }),
  };
  const { status, body } = await send(cluster, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec,
  });
  if (status !== 201 || !isRecord(body?.["status"])) throw new Error(`the server answers a review with ${status}: ${JSON.stringify(body)}`);
  return body["status"]["allowed"] === true;
}

const PLURAL: Readonly<Record<string, string>> = {
  Role: "roles",
  ClusterRole: "clusterroles",
  RoleBinding: "rolebindings",
  ClusterRoleBinding: "clusterrolebindings",
};

const pathOf = ({ kind, metadata }: KubeObject, name = ""): string => {
  const within = metadata?.namespace === undefined ? "" : `/namespaces/${String(metadata.namespace)}`;
  if (kind === "Namespace") return `/api/v1/namespaces${name}`;
  return `/apis/rbac.authorization.k8s.io/v1${within}/${PLURAL[kind!]}${name}`;
};

export async function createObject(cluster: Cluster, object: KubeObject): Promise<void> {
  const { status, body } = await send(cluster, "POST", pathOf(object), object);
  if (status !== 201 && status !== 409)
    throw new Error(`${object.kind} ${String(object.metadata?.name)} is answered with ${status}: ${JSON.stringify(body)}`);
}

export async function removeObject(cluster: Cluster, object: KubeObject): Promise<void> {
  await send(cluster, "DELETE", pathOf(object, `/${String(object.metadata?.name)}`));
}

/** Whether it is there, going or not. */
export async function isThere(cluster: Cluster, object: KubeObject): Promise<boolean> {
  return (await send(cluster, "GET", pathOf(object, `/${String(object.metadata?.name)}`))).status !== 404;
}

/** Every role and binding as the server has it now. */
export async function storedRoles(cluster: Cluster): Promise<KubeObject[]> {
  const lists = await Promise.all(
    Object.entries(PLURAL).map(async ([kind, plural]) => {
      const { body } = await send(cluster, "GET", `/apis/rbac.authorization.k8s.io/v1/${plural}`);
      return ((body["items"] ?? []) as Json[]).map((item): KubeObject => ({ ...item, apiVersion: "rbac.authorization.k8s.io/v1", kind }));
    }),
  );
  return lists.flat();
}
