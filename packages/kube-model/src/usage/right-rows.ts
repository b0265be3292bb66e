import { dangerOf, type Danger } from "../posture/checks/dangerous-rights.ts";
import { covers, type Rule } from "../rights/attributes.ts";
import type { Grant } from "../rights/rights.ts";
import { UNSEEN_VERBS } from "./audit-log.ts";
import { attributesOf } from "./smaller-role.ts";
import type { Use } from "./usage.ts";

/**
 * Whether a right was used. `never`: the logs tell of the whole time, and not of that. `unseen`: not in the part of the time that they tell of.
 * `unlogged`: no log shows the use of such a right.
 */
export type RightState = "used" | "never" | "unseen" | "unlogged";

/** One verb of a right. */
export interface VerbUse {
  verb: string;
  state: RightState;
  times: number;
  /** Milliseconds since 1970. */
  last?: number;
  danger?: Danger;
}

/** What a rule gives of one resource, or of one path, verb by verb. */
export interface RightRow {
  /** `secrets`, `deployments.apps`, `pods/exec`, `*.*`, `/metrics`. */
  what: string;
  names: readonly string[];
  ruleIndex: number;
  grant: Grant;
  verbs: VerbUse[];
  /** Where the rule says `*`: what of it was used. */
  used: Use[];
}

/** Every right of these rules. `whole`: the logs tell of all the time that was asked about. */
export function rightRows(grants: readonly Grant[], uses: readonly Use[], whole: boolean): RightRow[] {
  return grants.flatMap((grant) => {
    const { rule } = grant;
    const parts: Rule[] = [
      ...rule.apiGroups.flatMap((group) =>
        rule.resources.map((resource) => ({ ...rule, apiGroups: [group], resources: [resource], nonResourceURLs: [] })),
      ),
      ...rule.nonResourceURLs.map((path) => ({ ...rule, apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [path] })),
    ];
    return parts.map((part) => rowOf(grant, part, uses, whole));
  });
}

function rowOf(grant: Grant, part: Rule, uses: readonly Use[], whole: boolean): RightRow {
  const [group] = part.apiGroups;
  const [what = ""] = [...part.nonResourceURLs, ...part.resources];
  const here = uses.filter((use) => covers({ ...part, verbs: ["*"], resourceNames: [] }, attributesOf(use)) && isNamedBy(part, use));
  return {
    what: group === undefined || group === "" ? what : `${what}.${group}`,
    names: part.resourceNames,
    ruleIndex: grant.ruleIndex,
    grant,
    verbs: part.verbs.map((verb) => verbOf(grant, part, verb, here, whole)),
    used: part.verbs.includes("*") || what.includes("*") || group === "*" ? here : [],
  };
}

const isNamedBy = ({ resourceNames }: Rule, use: Use): boolean =>
  resourceNames.length === 0 || (!use.unnamed && [...use.names].every((name) => resourceNames.includes(name)));

function verbOf(grant: Grant, part: Rule, verb: string, here: readonly Use[], whole: boolean): VerbUse {
  const uses = verb === "*" ? here : here.filter((use) => use.verb === verb);
  const danger = dangerOf({ ...grant, rule: { ...part, verbs: [verb] } });
  const state: RightState = uses.length > 0 ? "used" : UNSEEN_VERBS.has(verb) ? "unlogged" : whole ? "never" : "unseen";
  return {
    verb,
    state,
    times: uses.reduce((sum, { times }) => sum + times, 0),
    ...(uses.length === 0 ? {} : { last: Math.max(...uses.map(({ last }) => last)) }),
    ...(danger === undefined ? {} : { danger }),
  };
}
