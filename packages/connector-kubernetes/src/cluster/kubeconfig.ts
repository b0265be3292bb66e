import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { TargetError } from "@interlock/connector";
import { parse } from "yaml";

/** Where a cluster is and how to be let in, as stored (encrypted) for a connection. */
export type ClusterSecret =
  /** Text of a kubeconfig with everything inline: no files of the agent are read. */
  | { kubeconfig: string; context?: string }
  /** The service account of the pod the agent runs in; host and port are what the cluster tells every pod (KUBERNETES_SERVICE_HOST, …_PORT). */
  | { inCluster: { host: string; port: string; folder?: string } };

export interface ExecPlugin {
  command: string;
  args: readonly string[];
  env: readonly { name: string; value: string }[];
  apiVersion: string;
}

export type Credential =
  | { kind: "none" }
  | { kind: "token"; token: string }
  | { kind: "tokenFile"; file: string }
  | { kind: "basic"; username: string; password: string }
  | { kind: "certificate"; cert: string; key: string }
  | { kind: "exec"; plugin: ExecPlugin };

export interface ClusterAccess {
  server: URL;
  ca?: string;
  /** Name in the server's certificate when it is not the host of the URL. */
  serverName?: string;
  verifyTls: boolean;
  credential: Credential;
  /** Default namespace of the context. */
  namespace: string;
}

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const API_VERSIONS = new Set(["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]);

/** Checks the shape of a decrypted secret. Throws with a message that does not contain it. */
export function readClusterSecret(json: unknown): ClusterSecret {
  const given = json as {
    kubeconfig?: unknown;
    context?: unknown;
    inCluster?: { host?: unknown; port?: unknown; folder?: unknown };
  } | null;
  if (typeof given?.kubeconfig === "string" && (given.context === undefined || typeof given.context === "string")) {
    return { kubeconfig: given.kubeconfig, ...(given.context === undefined ? {} : { context: given.context }) };
  }
  const inside = given?.inCluster;
  if (
    typeof inside?.host === "string" &&
    typeof inside.port === "string" &&
    (inside.folder === undefined || typeof inside.folder === "string")
  ) {
    return { inCluster: { host: inside.host, port: inside.port, ...(inside.folder === undefined ? {} : { folder: inside.folder }) } };
  }
  throw new TargetError("bad_request", "A Kubernetes connection needs {kubeconfig, context?} or {inCluster: {host, port}}.");
}

const bad = (message: string): TargetError => new TargetError("bad_request", `The kubeconfig cannot be used: ${message}`);

/** Reads where and as whom. Throws TargetError with a message that names fields, never values. */
export async function readAccess(secret: ClusterSecret): Promise<ClusterAccess> {
  if ("inCluster" in secret) return inCluster(secret.inCluster);
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  let content: unknown;
  try {
    content = parse(secret.kubeconfig);
  } catch {
    // The parser quotes the text around a mistake, which may be the credential.
    throw bad("it is not YAML of that form.");
  }
  // Read while it is loaded, whoever's it is.
  if (namesTokenFile(content)) throw bad("a user's tokenFile names a file; put its content into token.");
  try {
    // What was looked at is what is loaded.
    config.loadFromString(JSON.stringify(content));
  } catch {
    throw bad("it is not of the form of a kubeconfig.");
  }
  if (secret.context !== undefined) config.setCurrentContext(secret.context);
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) throw bad("its current context does not exist.");
  const cluster = config.getCluster(context.cluster);
  if (cluster === null) throw bad("the cluster of the context does not exist.");
  const user = config.getUser(context.user);
  if (user === null) throw bad("the user of the context does not exist.");
  if (cluster.caFile !== undefined) throw bad("certificate-authority names a file; put its content into certificate-authority-data.");
  if (cluster.proxyUrl !== undefined) throw bad("proxy-url is not supported; run an agent where the cluster can be reached.");
  if (user.certFile || user.keyFile)
    throw bad("client-certificate or client-key names a file; put its content into client-certificate-data and client-key-data.");
  if (user.impersonateUser) throw bad("it impersonates another user (as), which is not supported.");
  if (user.authProvider) throw bad("auth-provider is not supported; use an exec plug-in, a token or a client certificate.");
  let server: URL;
  try {
    server = new URL(cluster.server);
  } catch {
    throw bad("server is not a URL.");
  }
  const credential = credentialOf(user as UserFields);
  const loopback = /^(127\.[0-9.]+|localhost|\[::1\])$/.test(server.hostname);
  if (server.protocol !== "https:" && !(server.protocol === "http:" && (credential.kind === "none" || loopback))) {
    throw bad("server must be https, so that the credential is not sent in the open.");
  }
  return {
    server,
    ...(cluster.caData ? { ca: decoded(cluster.caData) } : {}),
    ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
    verifyTls: !cluster.skipTLSVerify,
    credential,
    namespace: context.namespace || "default",
  };
}

function namesTokenFile(content: unknown): boolean {
  const users = (content as { users?: unknown } | null)?.users;
  if (!Array.isArray(users)) return false;
  const fields = users.flatMap((entry: unknown) => {
    const user = (entry as { user?: unknown } | null)?.user;
    return typeof user === "object" && user !== null ? Object.keys(user) : [];
  });
  return fields.some((field) => /^token[-_]?file$/i.test(field));
}

const decoded = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

interface UserFields {
  token?: string;
  username?: string;
  password?: string;
  certData?: string;
  keyData?: string;
  exec?: { command?: unknown; args?: unknown; env?: unknown; apiVersion?: unknown } | null;
}

function credentialOf(user: UserFields): Credential {
  if (user.token) return { kind: "token", token: user.token };
  if (user.certData && user.keyData) return { kind: "certificate", cert: decoded(user.certData), key: decoded(user.keyData) };
  if (user.exec) return { kind: "exec", plugin: pluginOf(user.exec) };
  if (user.username) return { kind: "basic", username: user.username, password: user.password ?? "" };
  return { kind: "none" };
}

function pluginOf(exec: NonNullable<UserFields["exec"]>): ExecPlugin {
  if (typeof exec.command !== "string" || exec.command === "") throw bad("the exec plug-in has no command.");
  if (typeof exec.apiVersion !== "string" || !API_VERSIONS.has(exec.apiVersion))
    throw bad("the exec plug-in has an apiVersion that is not known.");
  const args = exec.args ?? [];
  const env = exec.env ?? [];
  if (!Array.isArray(args) || !args.every((item) => typeof item === "string"))
    throw bad("the args of the exec plug-in are not a list of texts.");
  const isVariable = (item: unknown): item is { name: string; value: string } =>
    typeof (item as { name?: unknown })?.name === "string" && typeof (item as { value?: unknown })?.value === "string";
  if (!Array.isArray(env) || !env.every(isVariable)) throw bad("the env of the exec plug-in is not a list of names and values.");
  return { command: exec.command, args, env, apiVersion: exec.apiVersion };
}

async function inCluster(at: { host: string; port: string; folder?: string }): Promise<ClusterAccess> {
  const folder = at.folder ?? FOLDER;
  const host = isIPv6(at.host) ? `[${at.host}]` : at.host;
  const [ca, namespace] = await Promise.all([
    readFile(`${folder}/ca.crt`, "utf8").catch(() => {
      throw new TargetError("target_down", `The service account's ca.crt cannot be read; is the agent running in a pod with one mounted?`);
    }),
    readFile(`${folder}/namespace`, "utf8").catch(() => "default"),
  ]);
  return {
    server: new URL(`https://${host}:${at.port}`),
    ca,
    verifyTls: true,
    // Kubernetes renews the file; it is read for every request.
    credential: { kind: "tokenFile", file: `${folder}/token` },
    namespace: namespace.trim(),
  };
}
