import type { Json, KubeObject } from "../json.ts";
import type { Danger } from "../posture/checks/dangerous-rights.ts";
import { isOfSystem } from "../posture/checks/granted.ts";
import { SEVERITIES } from "../posture/check.ts";
import type { Grant, Rights } from "../rights/rights.ts";
import { MASTERS, parseSubject, readSubject, subjectText, userOf, type Subject } from "../rights/subject.ts";
import { rightRows, type RightRow } from "./right-rows.ts";
import { rightsDiff, type PlacedRules, type RightsDiffLine } from "./rights-diff.ts";
import { shrunkRoles, type ShrunkRole, type UnshrinkableRole } from "./shrunk-roles.ts";
import { allows, leastPrivilege, type BindingUse, type LeastPrivilege } from "./smaller-role.ts";
import type { Usage, Use } from "./usage.ts";

/** What somebody may do against what they did, in figures. */
export interface PrivilegeSummary {
  subject: Subject;
  /** A part of Kubernetes itself; most of it is meant to be so. */
  system: boolean;
  /** Rights that a binding gives to them by name, verb by verb and resource by resource; and of these those that were used. */
  rights: number;
  used: number;
  /** No log shows whether they are used. */
  unlogged: number;
  /** Kinds of requests that were seen and that no role allows any more. */
  gone: number;
  /** Dangerous rights of theirs that were not seen used, the worst first. */
  dangers: Danger[];
  /** Last of anything they did, in milliseconds since 1970. */
  last?: number;
  /** They have rights by these groups, which the roles of the groups tell of. */
  byGroups: string[];
  /** Of a group: how many of its members the logs tell of. */
  members?: number;
  /** A smaller role can be proposed. */
  smaller: boolean;
}

/** The same with every right, where it comes from and what could be done about it. */
export interface PrivilegeDetail extends PrivilegeSummary {
  bindings: (BindingUse & { rows: RightRow[]; others: Subject[] })[];
  unexplained: readonly Use[];
  /** A role of their own for what they used, in place of the bindings that name them. */
  own?: {
    proposal: NonNullable<LeastPrivilege["proposal"]>;
    diff: RightsDiffLine[];
    stay: { binding: KubeObject; subjects: Subject[] }[];
    unbound: KubeObject[];
  };
  /** Their roles made smaller where they stand, for everybody who has them. */
  roles?: { shrunk: (ShrunkRole & { diff: RightsDiffLine[] })[]; left: UnshrinkableRole[] };
  /** Verbs that are kept, for no log shows their use. */
  unseen: string[];
}

/** Rights of everybody against their use. Each subject is worked out when it is asked for. */
export class Privileges {
  readonly #rights: Rights;
  readonly #usage: Usage;
  /** The logs tell of the whole time that was asked about. */
  readonly #whole: boolean;
  readonly #grants: ReadonlyMap<string, Grant[]>;
  readonly #members = new Map<string, string[]>();

  constructor(rights: Rights, usage: Usage, { whole }: { whole: boolean }) {
    this.#rights = rights;
    this.#usage = usage;
    this.#whole = whole;
    this.#grants = Map.groupBy(rights.grants(), ({ subject }) => subjectText(subject));
    for (const user of usage.users())
      for (const group of new Set([...usage.groupsOf(user), ...userOf(subjectOfUser(user)).groups])) {
        const members = this.#members.get(group) ?? [];
        members.push(user);
        this.#members.set(group, members);
      }
  }

  /** Everybody who is named by a binding, and everybody that the logs tell of. */
  subjects(): Subject[] {
    const found = new Map<string, Subject>();
    for (const [key, [grant]] of this.#grants) found.set(key, grant!.subject);
    for (const user of this.#usage.users()) {
      const subject = subjectOfUser(user);
      found.set(subjectText(subject), subject);
    }
    return [...found.values()];
  }

  summary(subject: Subject): PrivilegeSummary {
    return this.#summary(subject, this.#held(subject));
  }

  detail(subject: Subject): PrivilegeDetail {
    const held = this.#held(subject);
    const { least } = held;
    const summary = this.#summary(subject, held);
    const { proposal } = least;
    const shrunk = proposal === undefined ? undefined : shrunkRoles(this.#rights, changeable(least.bindings), (one) => this.#usesOf(one));
    return {
      ...summary,
      bindings: least.bindings.map((one) => ({ ...one, rows: this.#rows(one), others: othersIn(one.binding, subject) })),
      unexplained: least.unexplained,
      unseen: least.unseen,
      ...(proposal === undefined ? {} : { own: this.#own(subject, proposal) }),
      ...(shrunk === undefined
        ? {}
        : {
            roles: {
              left: shrunk.left,
              shrunk: shrunk.shrunk.map((one) => {
                const namespace = one.role.metadata?.namespace as string | undefined;
                return { ...one, diff: rightsDiff([{ namespace, rules: one.role["rules"] }], [{ namespace, rules: one.rules }]) };
              }),
            },
          }),
    };
  }

  #own(subject: Subject, proposal: NonNullable<LeastPrivilege["proposal"]>): NonNullable<PrivilegeDetail["own"]> {
    const before = proposal.replaced.map((binding): PlacedRules => ({
      namespace: placeOf(binding),
      rules: this.#rights.roleOf(binding)?.["rules"],
    }));
    const after = proposal.made
      .filter(({ kind }) => kind === "Role" || kind === "ClusterRole")
      .map((role): PlacedRules => ({ namespace: role.metadata?.namespace as string | undefined, rules: role["rules"] }));
    const stay = proposal.replaced
      .map((binding) => ({ binding, subjects: othersIn(binding, subject) }))
      .filter(({ subjects }) => subjects.length > 0);
    const gone = new Set(proposal.replaced.filter((binding) => !stay.some((one) => one.binding === binding)));
    // Roles that nobody has any more once the bindings are gone.
    const bound = new Set(
      [...this.#rights.objects()].filter((one) => one.kind?.endsWith("Binding") && !gone.has(one)).map((one) => this.#rights.roleOf(one)),
    );
    const unbound = [...new Set([...gone].map((binding) => this.#rights.roleOf(binding)))].filter(
      (role) => role !== undefined && !bound.has(role),
    );
    return { proposal, diff: rightsDiff(before, after), stay, unbound: unbound as KubeObject[] };
  }

  #held(subject: Subject): { least: LeastPrivilege; uses: Use[] } {
    const groups = subject.kind === "Group" ? [] : this.#usage.groupsOf(userOf(subject).name);
    const named = this.#grants.get(subjectText(subject)) ?? [];
    const uses = this.#usesOf(subject);
    // What members of a group do by rights of their own is no use of the group's.
    const counted = subject.kind === "Group" ? uses.filter((use) => named.some((grant) => allows(grant, use))) : uses;
    return { least: leastPrivilege(this.#rights, subject, counted, { groups }), uses };
  }

  #summary(subject: Subject, { least, uses }: { least: LeastPrivilege; uses: readonly Use[] }): PrivilegeSummary {
    const own = least.bindings.filter(({ byGroup }) => byGroup === undefined);
    const rows = own.flatMap((one) => this.#rows(one));
    const verbs = rows.flatMap((row) => row.verbs);
    const dangers = new Map<string, Danger>();
    for (const { state, danger } of verbs) {
      if (danger === undefined || state === "used") continue;
      const known = dangers.get(danger.id);
      if (known === undefined || rank(danger) < rank(known)) dangers.set(danger.id, danger);
    }
    const grants = this.#grants.get(subjectText(subject)) ?? [];
    const last = uses.length === 0 ? undefined : Math.max(...uses.map((use) => use.last));
    return {
      subject,
      system: grants.length > 0 ? grants.every(isOfSystem) : isOfKubernetes(subject),
      rights: verbs.length,
      used: verbs.filter(({ state }) => state === "used").length,
      unlogged: verbs.filter(({ state }) => state === "unlogged").length,
      gone: least.unexplained.length,
      dangers: [...dangers.values()].toSorted((left, right) => rank(left) - rank(right)),
      byGroups: [...new Set(least.bindings.flatMap(({ byGroup, builtin }) => (builtin ? [] : (byGroup ?? []))))].toSorted(),
      smaller: least.proposal !== undefined,
      ...(last === undefined ? {} : { last }),
      ...(subject.kind === "Group" ? { members: this.#members.get(subject.name)?.length ?? 0 } : {}),
    };
  }

  #rows({ grants, uses }: BindingUse): RightRow[] {
    return rightRows(grants, uses, this.#whole);
  }

  /** Of a group everything that its members did. */
  #usesOf(subject: Subject): Use[] {
    if (subject.kind !== "Group") return this.#usage.of(userOf(subject).name);
    return (this.#members.get(subject.name) ?? []).flatMap((member) => this.#usage.of(member));
  }
}

const changeable = (bindings: readonly BindingUse[]): BindingUse[] => bindings.filter(({ builtin }) => !builtin);

const rank = ({ severity }: Danger): number => SEVERITIES.indexOf(severity);

const placeOf = (binding: KubeObject): string | undefined =>
  binding.kind === "RoleBinding" ? (binding.metadata?.namespace as string | undefined) : undefined;

/** As the API server calls them, told as whom a binding names. */
const subjectOfUser = (user: string): Subject => parseSubjectOfUser(user) ?? { kind: "User", name: user };

/** A name with spaces in it is one name. */
const parseSubjectOfUser = (user: string): Subject | undefined => (/\s/.test(user) ? undefined : parseSubject(user));

/** Whom else a binding names. */
function othersIn(binding: KubeObject, subject: Subject): Subject[] {
  const entries: Json[] = Array.isArray(binding["subjects"]) ? binding["subjects"] : [];
  const all = entries.flatMap((entry) => readSubject(entry, placeOf(binding)) ?? []);
  return [...new Map(all.map((one) => [subjectText(one), one])).values()].filter((one) => subjectText(one) !== subjectText(subject));
}

function isOfKubernetes({ kind, name, namespace }: Subject): boolean {
  if (kind === "ServiceAccount") return namespace?.startsWith("kube-") === true;
  return name === MASTERS || (name.startsWith("system:") && !name.startsWith("system:serviceaccounts"));
}
