import { ApiError } from "../api-error.ts";
import type { Cluster, User } from "../cluster.ts";

/** The holder of the token in the kubeconfig. */
export const ADMIN: User = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

const ANONYMOUS: User = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** How long a token lives that was asked for without a duration, and the least and the most that can be asked for, in seconds. */
export const TOKEN_SECONDS = { usual: 3600, least: 600, most: 2 ** 32 } as const;

interface Claims {
  sub: string;
  exp: number;
  "kubernetes.io": { namespace: string; serviceaccount: { name: string; uid: string } };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Tokens of service accounts look like those of a server (a JWT of three parts) but are signed by nobody: they are known by being in this list.
 */
export class Tokens {
  readonly #cluster: Cluster;
  readonly #admin: string | undefined;
  readonly #closed: boolean;
  readonly #issued = new Map<string, Claims>();

  /** Without a token for the administrator whoever sends none is the administrator, unless `closed`. */
  constructor(cluster: Cluster, admin: string | undefined, closed: boolean) {
    this.#cluster = cluster;
    this.#admin = admin;
    this.#closed = closed;
  }

  issue(
    account: { namespace: string; name: string; uid: string },
    audiences: readonly string[],
    seconds: number,
  ): { token: string; expires: string } {
    const now = Math.floor(this.#cluster.clock().getTime() / 1000);
    const claims: Claims & Record<string, unknown> = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: "https://kubernetes.default.svc.cluster.local",
      "kubernetes.io": { namespace: account.namespace, serviceaccount: { name: account.name, uid: account.uid } },
      nbf: now,
      sub: `system:serviceaccount:${account.namespace}:${account.name}`,
    };
    const token = `${encode({ alg: "RS256", kid: "kube-sim" })}.${encode(claims)}.${Buffer.from(this.#cluster.random.uuid()).toString("base64url")}`;
    this.#issued.set(token, claims);
    return { token, expires: new Date((now + seconds) * 1000).toISOString().replace(/\.\d+Z$/, "Z") };
  }

  /** Who sends this token; `undefined` for nobody. Tokens go with their service account. */
  userOf(token: string): User | undefined {
    if (this.#admin !== undefined && token === this.#admin) return ADMIN;
    const claims = this.#issued.get(token);
    if (claims === undefined || claims.exp * 1000 < this.#cluster.clock().getTime()) return undefined;
    const { namespace, serviceaccount } = claims["kubernetes.io"];
    const account = this.#cluster.store.get("serviceaccounts", namespace, serviceaccount.name);
    if (account?.metadata.uid !== serviceaccount.uid) return undefined;
    return {
      name: claims.sub,
      uid: serviceaccount.uid,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    };
  }

  /** Who sends a request with these headers. Throws 401 for a token nobody has. */
  authenticate(authorization: string | undefined): User {
    if (authorization === undefined) return this.#admin === undefined && !this.#closed ? ADMIN : ANONYMOUS;
    const token = /^bearer\s+(\S+)$/i.exec(authorization)?.[1];
    const user = token === undefined ? undefined : this.userOf(token);
    if (user === undefined) throw new ApiError(401, "Unauthorized", "Unauthorized");
    return user;
  }
}
