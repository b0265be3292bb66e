import { parseSubject, type Attributes, type Json, type Rights, subjectText, type User, userOf, wantedText } from "@interlock/kube-model";
import type { Cluster } from "../../src/index.ts";
import { Chance } from "../chance.ts";
import { reviewAccess, send } from "./access.ts";
import { drawRoles, NAMESPACES, RESOURCES } from "./drawn.ts";
import { FIXED } from "./fixed.data.ts";
import { isAmong } from "./score.ts";
import { withRoles } from "./staged.ts";

/** How many there were of what every question is made of. */
export interface EveryScore {
  subjects: number;
  /** Subresources included. */
  resources: number;
  verbs: number;
  namespaces: number;
  paths: number;
  questions: number;
  allowed: number;
  /** Questions that were answered differently, and lists of who may that name somebody else than the server lets. */
  different: string[];
}

/** Reviews under way at a time. */
const LANES = 32;

/** Those of the API, and those that only authorizers know. */
const VERBS = "get list watch create update patch delete deletecollection bind escalate impersonate use approve sign attest *".split(" ");
const PATH_VERBS = ["get", "post", "put", "patch", "delete", "head", "options"];

/** What discovery does not list: what impersonation, signers and policies ask about, and everything at once. */
const UNLISTED: readonly (readonly [string, string, string])[] = [
  ["", "users", ""],
  ["", "groups", ""],
  ["authentication.k8s.io", "uids", ""],
  ["authentication.k8s.io", "userextras", "scopes"],
  ["certificates.k8s.io", "signers", ""],
  ["policy", "podsecuritypolicies", ""],
  ["*", "*", ""],
  ["", "*", "scale"],
  ["", "pods", "*"],
];

/**
 * Draws roles and bindings beside those that a server has from its start and those of `FIXED`, and asks it and the model of every subject
 * that any binding names, and some that none does, every verb for every resource and subresource of its discovery, in each namespace and in
 * none, without a name and with each that a rule names. `most`: that many subjects, one namespace and no names, for a quick run. Leaves the server as it was.
 */
export async function scoreEvery(cluster: Cluster, { seed, most }: { seed: number; most?: number }): Promise<EveryScore> {
  const roles = [...drawRoles(new Chance(seed + 1), `every-${seed}`), ...FIXED];
  return withRoles(cluster, roles, async (rights) => {
    const resources = [...(await discovered(cluster)), ...RESOURCES, ...UNLISTED];
    const once = [...new Map(resources.map((one) => [one.join("/"), one])).values()];
    const paths = await listedPaths(cluster);
    const users = usersOf(rights);
    // Of each sort some where not all are asked: the order is that of the bindings.
    const asked = most === undefined ? users : users.filter((_, at) => at % Math.ceil(users.length / most) === 0);
    const namespaces = most === undefined ? [...NAMESPACES, "kube-system", ""] : [NAMESPACES[0], ""];
    const names = namesOf(rights);
    const wanted = once.flatMap(([group, resource, subresource]) =>
      VERBS.flatMap((verb) =>
        namespaces.flatMap((namespace) =>
          ["", ...(most === undefined ? ["three", ...(names.get(`${group}/${resource}/${subresource}`) ?? [])] : [])].map(
            (name): Attributes => ({
              verb,
              group,
              resource,
              ...(subresource === "" ? {} : { subresource }),
              ...(namespace === "" ? {} : { namespace }),
              ...(name === "" ? {} : { name }),
            }),
          ),
        ),
      ),
    );
    const all = [...wanted, ...paths.flatMap((path) => PATH_VERBS.map((verb) => ({ verb, path })))];
    const score: EveryScore = {
      subjects: asked.length,
      resources: once.length,
      verbs: VERBS.length,
      namespaces: namespaces.length,
      paths: paths.length,
      questions: 0,
      allowed: 0,
      different: [],
    };
    await ask(cluster, rights, { users: asked, wanted: all }, score);
    return score;
  });
}

async function ask(
  cluster: Cluster,
  rights: Rights,
  { users, wanted }: { users: readonly User[]; wanted: readonly Attributes[] },
  score: EveryScore,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let what = wanted[next++]; what !== undefined; what = wanted[next++]) {
      const holders = rights.whoMay(what);
      for (const user of users) {
        const said = await reviewAccess(cluster, { user, wanted: what });
        const ours = rights.decide(user, what).allowed;
        const listed = isAmong(holders, user) || user.groups.includes("system:masters");
        score.questions++;
        if (said) score.allowed++;
        if (ours !== said || listed !== said)
          score.different.push(
            `${user.name} (${user.groups.join(", ")}) ${wantedText(what)}: the server says ${said}, we say ${ours}, and list them: ${listed}`,
          );
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Whomever a binding names, and those whom none does. */
function usersOf(rights: Rights): User[] {
  const named = new Set([...rights.grants()].map(({ subject }) => subjectText(subject)));
  const users = [...named].map((text) => userOf(parseSubject(text)!));
  return [
    ...users.filter(({ name, groups }) => name !== "" || groups.length > 0),
    { name: "nobody", groups: ["system:authenticated"] },
    { name: "system:anonymous", groups: ["system:unauthenticated"] },
    { name: "root", groups: ["system:masters"] },
    { name: "ann", groups: ["dev", "oncall", "system:authenticated"] },
  ];
}

/** Names that rules write, by the resource that they write them for. */
function namesOf(rights: Rights): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { rule } of rights.grants()) {
    for (const group of rule.apiGroups) {
      for (const written of rule.resources) {
        const [resource = "", subresource = ""] = written.split("/");
        const key = `${group}/${resource}/${subresource}`;
        const known = names.get(key) ?? new Set();
        for (const name of rule.resourceNames) if (name !== "") known.add(name);
        names.set(key, known);
      }
    }
  }
  return names;
}

/** Every resource and subresource that the server says it serves, of whichever version. */
async function discovered(cluster: Cluster): Promise<(readonly [string, string, string])[]> {
  const groups = ((await send(cluster, "GET", "/apis")).body["groups"] ?? []) as Json[];
  const served = groups.flatMap((group) =>
    ((group?.["versions"] ?? []) as Json[]).map((one): [string, string] => [
      String(group["name"]),
      `/apis/${String(one?.["groupVersion"])}`,
    ]),
  );
  const lists = await Promise.all(
    [["", "/api/v1"] as [string, string], ...served].map(async ([group, path]) => {
      const { body } = await send(cluster, "GET", path);
      return ((body["resources"] ?? []) as Json[]).map((one) => {
        const [resource = "", subresource = ""] = String(one?.["name"]).split("/");
        return [group, resource, subresource] as const;
      });
    }),
  );
  return lists.flat();
}

/** Paths that are no resources: those that the server lists, and some that only rules write. */
async function listedPaths(cluster: Cluster): Promise<string[]> {
  const { status, body } = await send(cluster, "GET", "/");
  const listed = status === 200 && Array.isArray(body?.["paths"]) ? (body["paths"] as Json[]).map(String) : ["/api", "/apis", "/healthz"];
  return [...new Set([...listed, "/", "/logs", "/logs/a", "/metrics", "/metrics/", "/version", "/openapi/v2", "/healthz/etcd", "/none"])];
}
