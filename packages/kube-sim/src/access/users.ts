import { ApiError } from "../api-error.ts";
import type { Cluster, User } from "../cluster.ts";

/** The holder of the token in the kubeconfig. */
export const ADMIN: User = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

const ANONYMOUS: User = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** How long a token lives that was asked for without a duration, and the least and the most that can be asked for, in seconds. */
export const TOKEN_SECONDS = { usual: 3600, least: 600, most: 2 ** 32, extended: 3607, extension: 365 * 86_400 } as const;

/** The one audience of the API server itself. */
export const API_AUDIENCE = "https://kubernetes.default.svc.cluster.local";

/** An object with which a token ends, too. */
export interface BoundObject {
  storage: string;
  kind: string;
  namespace?: string;
  name: string;
  uid: string;
}

interface Issued {
  sub: string;
  aud: readonly string[];
  exp: number;
  jti: string;
  account: { namespace: string; name: string; uid: string };
  bound?: BoundObject;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Tokens of service accounts look like those of a server (a JWT of three parts) but are signed by nobody: they are known by being in this list.
 */
export class Tokens {
  readonly #cluster: Cluster;
  readonly #admin: string | undefined;
  readonly #closed: boolean;
  readonly #issued = new Map<string, Issued>();
  /** Most seconds that a token lives, whatever is asked for (`--service-account-max-token-expiration`). */
  readonly longest: number;

  /** Without a token for the administrator whoever sends none is the administrator, unless `closed`. */
  constructor(cluster: Cluster, admin: string | undefined, closed: boolean, longest: number = TOKEN_SECONDS.most) {
    this.longest = longest;
    this.#cluster = cluster;
    this.#admin = admin;
    this.#closed = closed;
  }

  issue(
    account: { namespace: string; name: string; uid: string },
    { audiences, seconds, answered, bound }: { audiences: readonly string[]; seconds: number; answered: number; bound?: BoundObject },
  ): { token: string; expires: string } {
    const now = Math.floor(this.#cluster.clock().getTime() / 1000);
    const sub = `system:serviceaccount:${account.namespace}:${account.name}`;
    const issued: Issued = {
      sub,
      aud: audiences,
      exp: now + seconds,
      jti: this.#cluster.random.uuid(),
      account,
      ...(bound === undefined ? {} : { bound }),
    };
    const { jti, aud, exp } = issued;
    const claims = {
      aud,
      exp,
      iat: now,
      iss: API_AUDIENCE,
      jti,
      "kubernetes.io": {
        namespace: account.namespace,
        ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name: account.name, uid: account.uid },
      },
      nbf: now,
      sub,
    };
    const token = `${encode({ alg: "RS256", kid: "kube-sim" })}.${encode(claims)}.${Buffer.from(this.#cluster.random.uuid()).toString("base64url")}`;
    this.#issued.set(token, issued);
    return { token, expires: new Date((now + answered) * 1000).toISOString().replace(/\.\d+Z$/, "Z") };
  }

  /** Who sends this token, for any of these audiences; `undefined` for nobody. Tokens go with their service account and what they are bound to. */
  userOf(token: string, audiences: readonly string[] = [API_AUDIENCE]): User | undefined {
    if (this.#admin !== undefined && token === this.#admin) return ADMIN;
    const issued = this.#issued.get(token);
    if (issued === undefined || issued.exp * 1000 < this.#cluster.clock().getTime()) return undefined;
    if (!issued.aud.some((one) => audiences.includes(one))) return undefined;
    const { sub, jti, account, bound } = issued;
    const { store } = this.#cluster;
    if (store.get("serviceaccounts", account.namespace, account.name)?.metadata.uid !== account.uid) return undefined;
    if (bound !== undefined && store.get(bound.storage, bound.namespace, bound.name)?.metadata.uid !== bound.uid) return undefined;
    return {
      name: sub,
      uid: account.uid,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`, "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${jti}`] },
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
