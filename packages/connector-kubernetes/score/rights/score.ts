import {
  type Attributes,
  type Holder,
  readQuestion,
  type Rights,
  typesOfManifests,
  type User,
  wantedText,
  whoMay,
} from "@interlock/kube-model";
import type { Cluster } from "../../src/index.ts";
import { Chance } from "../chance.ts";
import { reviewAccess, type Question } from "./access.ts";
import { ACCOUNTS, drawRoles, GROUPS, NAMES, NAMESPACES, PATHS, RESOURCES, USERS, VERBS } from "./drawn.ts";
import { withRoles } from "./staged.ts";

export interface RightsScore {
  questions: number;
  allowed: number;
  /** Questions that were answered differently. */
  different: string[];
  /** Questions to which "who may do it", asked as people ask it, names everybody whom the server lets, and nobody else. */
  listed: number;
}

/** Reviews under way at a time. */
const LANES = 8;
const TYPES = typesOfManifests([]);

/** Draws roles and bindings, and asks a server and the model the same. Leaves the server as it was. */
export async function scoreRights(cluster: Cluster, { seed, questions }: { seed: number; questions: number }): Promise<RightsScore> {
  const chance = new Chance(seed + 1);
  return withRoles(cluster, drawRoles(chance, String(seed)), async (rights) => {
    const asked = Array.from({ length: questions }, () => draw(chance, rights));
    return compare(cluster, rights, asked);
  });
}

/** Those who are named in what was drawn, and those whom the server itself knows. */
function draw(chance: Chance, rights: Rights): Question {
  const named = [...new Set([...rights.grants()].map(({ subject }) => subject))];
  const pick = chance.below(4);
  const any = chance.one(named);
  const user: User =
    pick === 0
      ? { name: chance.one(USERS), groups: chance.some([...GROUPS, "system:authenticated"], chance.below(3)) }
      : pick === 1
        ? account(chance.one(NAMESPACES), chance.one(ACCOUNTS))
        : any.kind === "ServiceAccount"
          ? account(any.namespace!, any.name)
          : any.kind === "User"
            ? { name: any.name, groups: ["system:authenticated"] }
            : { name: "somebody", groups: [any.name] };
  return { user, wanted: chance.onceIn(8) ? { verb: chance.one(["get", "post"]), path: chance.one(PATHS) } : wanted(chance, rights) };
}

function wanted(chance: Chance, rights: Rights): Attributes {
  if (chance.onceIn(8)) return { verb: chance.one(VERBS), group: "", resource: "namespaces", name: chance.one(NAMESPACES) };
  // Half of them are of what somebody has been given, so that enough are allowed.
  const [group, resource, subresource] = chance.one(RESOURCES);
  const made: Attributes = { verb: chance.one(VERBS), group, resource, ...(subresource === "" ? {} : { subresource }) };
  if (chance.onceIn(2)) {
    const given = [...rights.grants()];
    const { rule } = chance.one(given);
    if (rule.resources.length > 0) {
      const [of = "", part] = chance.one(rule.resources).split("/");
      Object.assign(made, { verb: chance.one(rule.verbs), group: chance.one(rule.apiGroups), resource: of });
      if (part === undefined) delete made.subresource;
      else made.subresource = part;
    }
  }
  const namespace = chance.one([...NAMESPACES, "kube-system", ""]);
  return { ...made, ...(namespace === "" ? {} : { namespace }), ...(chance.onceIn(3) ? { name: chance.one([...NAMES, "three"]) } : {}) };
}

const account = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});

async function compare(cluster: Cluster, rights: Rights, asked: readonly Question[]): Promise<RightsScore> {
  const score: RightsScore = { questions: asked.length, allowed: 0, different: [], listed: 0 };
  const waiting = [...asked];
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { user, wanted: what } = next;
      const said = await reviewAccess(cluster, next);
      const ours = rights.decide(user, what).allowed;
      if (said) score.allowed++;
      if (said !== ours)
        score.different.push(`${user.name} (${user.groups.join(", ")}) ${wantedText(what)}: the server says ${said}, we say ${ours}`);
      // Whoever may is among those who are listed, and nobody else.
      const read = readQuestion(what, TYPES);
      const among = isAmong(whoMay(rights, read).holders, user);
      const sent = await reviewAccess(cluster, { user, wanted: asRequested(what, read.namespaced) });
      if (among === sent || user.groups.includes("system:masters")) score.listed++;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return score;
}

/**
 * What an authorizer is asked about the request that somebody then sends: what is in no namespace is asked for in none, and one namespace within
 * itself (k8s.io/apiserver, RequestInfoFactory: `/api/v1/namespaces/NAME` sets both).
 */
function asRequested({ namespace, ...wanted }: Attributes, namespaced: boolean): Attributes {
  const { group, resource, name, verb } = wanted;
  if (group === "" && resource === "namespaces" && name !== undefined && /^(get|update|patch|delete)$/.test(verb))
    return { ...wanted, namespace: name };
  return namespace === undefined || !namespaced ? wanted : { ...wanted, namespace };
}

/** Whether somebody is among those who may, by their own name or that of a group. */
export const isAmong = (holders: readonly Pick<Holder, "subject">[], user: User): boolean =>
  holders.some(({ subject }) => {
    if (subject.kind === "Group") return user.groups.includes(subject.name);
    const name = subject.kind === "User" ? subject.name : `system:serviceaccount:${subject.namespace!}:${subject.name}`;
    return name === user.name;
  });
