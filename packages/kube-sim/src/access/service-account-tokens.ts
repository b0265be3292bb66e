import { badRequest, conflict, invalid, invalidValue, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import { API_AUDIENCE, type BoundObject, TOKEN_SECONDS, type Tokens } from "./users.ts";

export interface TokenAsked {
  cluster: Cluster;
  tokens: Tokens;
  namespace: string;
  name: string;
  body: Fields;
  dryRun: boolean;
  /** Sentences for `Warning` headers. */
  warnings: string[];
}

/** Kinds that a token can be bound to, by storage. Source: the token subresource of kube-apiserver 1.32. */
const BINDABLE: Readonly<Record<string, { storage: string; ofCluster?: true }>> = {
  Pod: { storage: "pods" },
  Secret: { storage: "secrets" },
  Node: { storage: "nodes", ofCluster: true },
};

/** Answers a TokenRequest (authentication.k8s.io/v1). Throws ApiError as the server refuses. */
export function issueToken({ cluster, tokens, namespace, name, body, dryRun, warnings }: TokenAsked): Fields {
  const accounts = cluster.registry.find("", "v1", "serviceaccounts")!;
  const account = cluster.store.get("serviceaccounts", namespace, name);
  if (account === undefined) throw notFound(accounts, name);
  const metadata: Fields = body["metadata"] ?? {};
  if (metadata["name"] && metadata["name"] !== name)
    throw badRequest(`the name of the object (${metadata["name"]}) does not match the name on the URL (${name})`);
  if (metadata["namespace"] && metadata["namespace"] !== namespace)
    throw badRequest(`the namespace of the object (${metadata["namespace"]}) does not match the namespace on the URL (${namespace})`);
  const spec: Fields = body["spec"] ?? {};
  const asked: number = spec["expirationSeconds"] ?? TOKEN_SECONDS.usual;
  if (asked < TOKEN_SECONDS.least || asked > TOKEN_SECONDS.most) {
    const why =
      asked < TOKEN_SECONDS.least
        ? "may not specify a duration less than 10 minutes"
        : "may not specify a duration larger than 2^32 seconds";
    throw invalid({ group: "authentication.k8s.io", plural: "tokenrequests", kind: "TokenRequest" }, "", [
      invalidValue("spec.expirationSeconds", asked, why),
    ]);
  }
  const audiences: string[] = spec["audiences"]?.length > 0 ? spec["audiences"] : [API_AUDIENCE];
  const bound = boundObject(cluster, account, spec["boundObjectRef"]);
  const seconds = Math.min(asked, tokens.longest);
  if (seconds < asked) warnings.push(`requested expiration of ${asked} seconds shortened to ${seconds} seconds`);
  // As `--service-account-extend-token-expiration` does, which is on unless switched off: the answer does not say so.
  const lives = bound?.kind === "Pod" && seconds === TOKEN_SECONDS.extended ? TOKEN_SECONDS.extension : seconds;
  const asIf = { audiences, seconds: lives, answered: seconds, ...(bound === undefined ? {} : { bound }) };
  const issued = dryRun ? { token: "", expires: cluster.now() } : tokens.issue({ namespace, name, uid: account.metadata.uid }, asIf);
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, creationTimestamp: cluster.now() },
    spec: { ...spec, audiences, expirationSeconds: seconds, boundObjectRef: spec["boundObjectRef"] ?? null },
    status: { token: issued.token, expirationTimestamp: issued.expires },
  };
}

function boundObject(cluster: Cluster, account: KubeObject, reference: Fields | null | undefined): BoundObject | undefined {
  if (reference === undefined || reference === null) return undefined;
  const { kind, apiVersion, name, uid }: Fields = reference;
  const bindable = apiVersion === "v1" && Object.hasOwn(BINDABLE, kind) ? BINDABLE[kind] : undefined;
  if (bindable === undefined) throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
  const { storage, ofCluster } = bindable;
  const namespace = ofCluster ? undefined : account.metadata.namespace;
  const object = cluster.store.get(storage, namespace, name);
  const type = cluster.registry.find("", "v1", storage)!;
  if (object === undefined) throw notFound(type, name);
  if (kind === "Pod" && (object["spec"]?.serviceAccountName || "default") !== account.metadata.name)
    throw badRequest(`cannot bind token for serviceaccount "${account.metadata.name}" to pod running with different serviceaccount name.`);
  if (uid && object.metadata.uid !== uid)
    throw conflict(
      { group: "", plural: kind, kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { storage, kind, name, uid: object.metadata.uid, ...(namespace === undefined ? {} : { namespace }) };
}
