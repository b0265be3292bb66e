import { objectText } from "../posture/check.ts";
import { EVERYBODY, isOfSystem } from "../posture/checks/granted.ts";
import { ruleText } from "../usage/rule-text.ts";
import { covers, isWithinItself, wantedText, type Attributes } from "./attributes.ts";
import type { Grant, Rights } from "./rights.ts";
import { MASTERS, subjectText, type Subject } from "./subject.ts";
import type { WantedRight } from "./wanted-right.ts";

/** One way in which somebody has a right: subject → binding → role → rule. */
export interface RightChain {
  /** `rbac.authorization.k8s.io/v1 RoleBinding shop/deploys`. */
  binding: string;
  /** Namespace that the binding is of; absent where it is for the whole cluster. */
  namespace?: string;
  role: string;
  /** Place of the rule in the role, from 0. */
  ruleIndex: number;
  /** `get, list secrets`. */
  rule: string;
  /** The rule is for objects of these names alone. */
  names?: string[];
  /** The role is put together from others by their labels. */
  aggregated?: true;
}

/** Somebody who may do it. */
export interface RightHolder {
  subject: Subject;
  /** Who that is, where it is not one person or account. */
  means?: string;
  /** A part of Kubernetes itself; most of it is meant to be so. */
  system: boolean;
  chains: RightChain[];
}

export interface WhoMay {
  /** `get secrets in every namespace`. */
  asked: string;
  known: boolean;
  /** They may do it, all of what was asked. */
  holders: RightHolder[];
  /** They may do it in some namespaces only, or on objects of some names only, as their chains say. */
  partly: RightHolder[];
  notes: string[];
}

/** Groups, and users, that stand for many. */
const MEANS: Readonly<Record<string, string>> = {
  "system:authenticated": "everybody who has any credential of this cluster; with some clouds every account of the whole cloud",
  "system:unauthenticated": "everybody who reaches the API server, without having signed in",
  "system:anonymous": "everybody who reaches the API server, without having signed in",
  "system:serviceaccounts": "every service account, so every pod that has a token",
  [MASTERS]: "whoever has a client certificate of that group: may do everything, whatever the roles say",
};

export function meaningOf({ kind, name }: Subject): string | undefined {
  if (kind === "ServiceAccount") return undefined;
  if (Object.hasOwn(MEANS, name)) return MEANS[name];
  const accounts = /^system:serviceaccounts:(.+)$/.exec(name)?.[1];
  if (accounts !== undefined) return `every service account of namespace ${accounts}, so every pod there that has a token`;
  return kind === "Group" ? "whoever the identity provider puts into it; the cluster does not know its members" : undefined;
}

const MASTERS_SAID = `Members of ${MASTERS} may do everything without any role, as the first kubeconfig of many clusters does. No object of the cluster says who they are, so they cannot be listed.`;
const OTHERS_SAID = "Other authorizers of the API server (Node, webhooks of a cloud) are not told of by roles.";

/** Everybody who may do what is asked, by every binding and rule that gives it; kube-apiserver's own answer for each of them would be yes. */
export function whoMay(rights: Rights, { wanted, known, namespaced, notes }: WantedRight): WhoMay {
  const all = new Map<string, RightHolder>();
  const some = new Map<string, RightHolder>();
  for (const grant of rights.grants()) {
    const how = given(grant, wanted, namespaced);
    if (how === undefined) continue;
    const holders = how === "all" ? all : some;
    const key = subjectText(grant.subject);
    const system = isOfSystem(grant);
    const means = meaningOf(grant.subject);
    const holder = holders.get(key) ?? { subject: grant.subject, ...(means === undefined ? {} : { means }), system, chains: [] };
    // By one binding that people made it is theirs to answer for.
    holder.system &&= system;
    holder.chains.push(chainOf(grant));
    holders.set(key, holder);
  }
  const partly = [...some].filter(([key]) => !all.has(key)).map(([, holder]) => holder);
  return {
    asked: askedText(wanted, namespaced),
    known,
    holders: sorted([...all.values()]),
    partly: sorted(partly),
    notes: [...notes, MASTERS_SAID, OTHERS_SAID],
  };
}

function askedText(wanted: Attributes, namespaced: boolean): string {
  const everywhere = wanted.path === undefined && wanted.namespace === undefined && namespaced;
  return `${wantedText(wanted)}${everywhere ? " in every namespace" : ""}`;
}

/** Whether a grant gives all of what is asked, some of it, or nothing. */
function given({ binding, rule }: Grant, wanted: Attributes, namespaced: boolean): "all" | "some" | undefined {
  const local = binding.kind === "RoleBinding";
  const { namespace } = (binding.metadata ?? {}) as { namespace?: string };
  if (local && (wanted.path !== undefined || !namespaced)) return undefined;
  if (local && wanted.namespace !== undefined && namespace !== wanted.namespace) return undefined;
  const whole = !local || wanted.namespace !== undefined;
  const asked = local && namespace !== undefined && isWithinItself(wanted) ? { ...wanted, name: namespace } : wanted;
  if (covers(rule, asked)) return whole ? "all" : "some";
  // Limited to names; a request to create an object, or to delete a collection, carries none that a rule could be held against.
  const [name] = rule.resourceNames;
  const nameless = (wanted.verb === "create" && wanted.subresource === undefined) || wanted.verb === "deletecollection";
  return asked.name === undefined && name !== undefined && !nameless && covers(rule, { ...asked, name }) ? "some" : undefined;
}

function chainOf({ binding, role, ruleIndex, rule }: Grant): RightChain {
  const { namespace } = binding.metadata ?? {};
  return {
    binding: objectText({ object: binding }),
    ...(binding.kind === "RoleBinding" && typeof namespace === "string" ? { namespace } : {}),
    role: objectText({ object: role }),
    ruleIndex,
    rule: ruleText(rule),
    ...(rule.resourceNames.length === 0 ? {} : { names: [...rule.resourceNames] }),
    ...(role["aggregationRule"] === undefined ? {} : { aggregated: true as const }),
  };
}

/** Those who are many first, what belongs to Kubernetes last. */
function sorted(holders: readonly RightHolder[]): RightHolder[] {
  const rank = ({ system, subject }: RightHolder): number => (system ? 2 : EVERYBODY.has(subject.name) ? 0 : 1);
  return holders.toSorted(
    (left, right) => rank(left) - rank(right) || subjectText(left.subject).localeCompare(subjectText(right.subject), "en"),
  );
}
