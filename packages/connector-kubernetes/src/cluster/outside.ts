import { isIP } from "node:net";
import { stringify } from "yaml";
import type { ClusterAccess } from "./kubeconfig.ts";

/** Where a cluster is, without anything of the credential that this agent has for it. */
export interface ClusterAddress {
  /** Without user, password, query and fragment. */
  server: string;
  /** PEM. Absent: one that every system trusts, or none is known. */
  ca?: string;
  /** Name in the server's certificate when it is not the host of the URL. */
  serverName?: string;
  verified: boolean;
  /** It is the address that a cluster tells its own pods. */
  inside: boolean;
}

export function addressOf({ server, ca, serverName, verifyTls, credential }: ClusterAccess): ClusterAddress {
  return {
    server: `${server.protocol}//${server.host}${server.pathname.replace(/\/$/, "")}`,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
    verified: verifyTls,
    inside: credential.kind === "tokenFile",
  };
}

/** A kubeconfig for this token alone: where the server is, whom to trust, which namespace. */
export function outsideKubeconfig(
  { server, ca, serverName }: ClusterAddress,
  { context, account }: { context: string; account: { namespace: string; name: string } },
  token: string,
): string {
  const user = `${account.namespace}-${account.name}`;
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: context,
          cluster: {
            server,
            ...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
            ...(serverName === undefined ? {} : { "tls-server-name": serverName }),
          },
        },
      ],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: context, context: { cluster: context, namespace: account.namespace, user } }],
      "current-context": context,
    },
    { lineWidth: 0 },
  );
}

const LOOPBACK = /^(127\.|::1$|localhost$|.*\.localhost$|0\.0\.0\.0$)/;
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe80:)/i;

/** What may keep the kubeconfig from working elsewhere: addresses that mean something else, or nothing, where it is used. */
export function outsideWarnings({ server, verified, inside, ca }: ClusterAddress, audiences: readonly string[]): string[] {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const warnings: string[] = [];
  const reach = unreached(host, inside);
  if (reach !== undefined) warnings.push(`${reach} Put another address into its server field if yours differs.`);
  if (url.protocol === "http:") warnings.push("The server is spoken to without TLS, and kubectl sends no token there.");
  if (!verified && ca === undefined)
    warnings.push(
      "This connection does not check the server's certificate, so no CA is known to put in. The kubeconfig checks it all the same: add certificate-authority-data if it is refused.",
    );
  if (audiences.length > 0)
    warnings.push(`The token is for ${audiences.join(", ")}: the API server takes it only where that is an audience of its own.`);
  return warnings;
}

function unreached(host: string, inside: boolean): string | undefined {
  if (LOOPBACK.test(host)) return `${host} is the machine that Interlock runs on: from another machine this address leads nowhere.`;
  if (inside || /^[^.]+\.[^.]+\.svc(\.|$)|\.cluster\.local$/.test(host) || host === "kubernetes" || host === "kubernetes.default")
    return `${host} is an address within the cluster: from outside it leads nowhere.`;
  if (isIP(host) !== 0)
    return PRIVATE.test(host) ? `${host} is a private address: it leads there only from networks that reach it.` : undefined;
  return host.includes(".") ? undefined : `${host} is a name without a domain: it is known only where Interlock runs.`;
}
