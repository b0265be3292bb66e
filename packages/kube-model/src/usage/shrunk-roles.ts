import type { Json, KubeObject } from "../json.ts";
import { labelsOf, selects } from "../label-selector.ts";
import { patchLine } from "../posture/fix.ts";
import { objectText } from "../posture/check.ts";
import { readRules, type Rule } from "../rights/attributes.ts";
import type { Grant, Rights } from "../rights/rights.ts";
import { subjectText, type Subject } from "../rights/subject.ts";
import { UNSEEN_VERBS } from "./audit-log.ts";
import { allows, byNameWhereNeeded, isBuiltin, manifestOf, unique, unusedOf, type BindingUse } from "./smaller-role.ts";
import type { Use } from "./usage.ts";
import { rulesFor, type RuleManifest } from "./used-rules.ts";

/** A role made smaller where it stands, for everybody who has it. */
export interface ShrunkRole {
  role: KubeObject;
  rules: RuleManifest[];
  line: string;
  /** Rights that go, as texts: for everybody in `holders`, none of whom was seen to use them. */
  gone: string[];
  /** Who has the role, and where. */
  holders: { subject: Subject; namespace?: string }[];
}

/** Why a role is not changed where it stands, in words. */
export interface UnshrinkableRole {
  role: KubeObject;
  why: string;
}

/**
 * The roles of these bindings with what anybody who has them was seen to use, and nothing else. Nobody loses what they used: uses of all who are
 * bound to a role count for it, also those that another role allows them as well.
 */
export function shrunkRoles(
  rights: Rights,
  bindings: readonly BindingUse[],
  usesOf: (subject: Subject) => readonly Use[],
): { shrunk: ShrunkRole[]; left: UnshrinkableRole[] } {
  const all = Map.groupBy(rights.grants(), ({ binding }) => rights.roleOf(binding));
  const shrunk: ShrunkRole[] = [];
  const left: UnshrinkableRole[] = [];
  const roles = new Set(
    bindings.filter(({ byGroup, unused }) => byGroup === undefined && unused.length > 0).map(({ binding }) => rights.roleOf(binding)),
  );
  for (const role of roles) {
    if (role === undefined) continue;
    const why = reasonToLeave(role, rights);
    if (why !== undefined) {
      left.push({ role, why });
      continue;
    }
    const one = shrink(role, all.get(role) ?? [], usesOf);
    if (one.gone.length > 0) shrunk.push(one);
  }
  return { shrunk, left };
}

function reasonToLeave(role: KubeObject, rights: Rights): string | undefined {
  const text = objectText({ object: role });
  if (isBuiltin(role)) return `${text} is a role of Kubernetes itself: an API server writes it anew when it starts.`;
  if (role["aggregationRule"] !== undefined) return `The rules of ${text} are put together from other roles by their labels.`;
  if (role.kind !== "ClusterRole") return undefined;
  for (const other of rights.objects()) {
    const selectors: Json = other["aggregationRule"]?.["clusterRoleSelectors"];
    if (Array.isArray(selectors) && selectors.some((selector) => selects(selector, labelsOf(role))))
      return `${text} is a part of ${objectText({ object: other })} by its labels, whose holders would lose it, too.`;
  }
  return undefined;
}

function shrink(role: KubeObject, grants: readonly Grant[], usesOf: (subject: Subject) => readonly Use[]): ShrunkRole {
  const rules = readRules(role["rules"]);
  const holders = new Map<string, { subject: Subject; namespace?: string; grants: Grant[] }>();
  for (const grant of grants) {
    const { namespace } = grant.binding.kind === "RoleBinding" ? (grant.binding.metadata ?? {}) : {};
    const key = `${subjectText(grant.subject)} ${String(namespace ?? "")}`;
    const holder = holders.get(key) ?? {
      subject: grant.subject,
      ...(typeof namespace === "string" ? { namespace } : {}),
      grants: [],
    };
    holder.grants.push(grant);
    holders.set(key, holder);
  }
  const uses: Use[] = [];
  const limited = new Set<Use>();
  for (const { subject, grants: own } of holders.values())
    for (const use of usesOf(subject).flatMap((one) => byNameWhereNeeded(one, own))) {
      const allowing = own.filter((grant) => allows(grant, use));
      if (allowing.length === 0) continue;
      uses.push(use);
      if (allowing.every(({ rule }) => rule.resourceNames.length > 0)) limited.add(use);
    }
  const kept = rules.flatMap((rule): RuleManifest[] => {
    const verbs = rule.verbs.filter((verb) => UNSEEN_VERBS.has(verb));
    return verbs.length === 0 ? [] : [{ ...manifestOf(rule), verbs }];
  });
  const made = [...rulesFor(uses, (use) => limited.has(use)), ...unique(kept)];
  const operations = [
    // Whoever changed the role meanwhile is not overruled.
    { op: "test", path: "/rules", value: role["rules"] },
    { op: "replace", path: "/rules", value: made },
  ];
  return {
    role,
    rules: made,
    line: patchLine(role, operations as Json, "json"),
    gone: [...new Set(rules.flatMap((rule: Rule) => unusedOf(rule, uses)))],
    holders: [...holders.values()].map(({ subject, namespace }) => ({ subject, ...(namespace === undefined ? {} : { namespace }) })),
  };
}
