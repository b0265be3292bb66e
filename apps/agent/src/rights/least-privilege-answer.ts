import { createHash } from "node:crypto";
import {
  meaningOf,
  subjectText,
  type KubeObject,
  type PrivilegeDetail,
  type PrivilegeSummary,
  type Subject,
  type Use,
} from "@interlock/kube-model";
import type * as protocol from "@interlock/protocol";

/*
 * Rights against their use in the words of the protocol, for people.
 */

/** To ask for a subject by: names may be masked on their way out, so that nobody could send one back. */
export const subjectId = (subject: Subject): string => createHash("sha256").update(subjectText(subject)).digest("hex").slice(0, 20);

export function summaryOf({ last, members, ...summary }: PrivilegeSummary): protocol.PrivilegeSummary {
  const { subject, system, rights, used, unlogged, gone, dangers, byGroups, smaller } = summary;
  const means = meaningOf(subject);
  return {
    id: subjectId(subject),
    subject,
    ...(means === undefined ? {} : { means }),
    system,
    rights,
    used,
    unlogged,
    gone,
    dangers: [...dangers],
    byGroups: [...byGroups],
    smaller,
    ...(last === undefined ? {} : { last: timeOf(last) }),
    ...(members === undefined ? {} : { members }),
  };
}

const timeOf = (at: number): string => new Date(at).toISOString();

export const objectText = ({ apiVersion, kind, metadata }: KubeObject): string => {
  const { namespace, name } = metadata ?? {};
  return `${String(apiVersion)} ${String(kind)} ${typeof namespace === "string" ? `${namespace}/` : ""}${String(name)}`;
};

/** `ClusterRoleBinding ops`, for sentences. */
const shortText = (object: KubeObject): string => objectText(object).replace("rbac.authorization.k8s.io/v1 ", "");

function useText({ verb, group, resource, namespace, path, names, unnamed }: Use): string {
  if (path !== undefined) return `${verb} ${path}`;
  const what = `${resource ?? ""}${group ? `.${group}` : ""}`;
  const some = unnamed || names.size > 3 ? "" : ` ${[...names].map((name) => JSON.stringify(name)).join(", ")}`;
  return `${verb} ${what}${some}${namespace === undefined ? "" : ` in ${namespace}`}`;
}

const usedText = (use: Use) => ({ text: useText(use), times: use.times, last: timeOf(use.last) });

/** What of the time is known, for the head of what is proposed. */
export interface Basis {
  coverage: protocol.UsageCoverage;
  sources: string[];
}

export function detailOf(detail: PrivilegeDetail, basis: Basis): protocol.PrivilegeDetail {
  return {
    ...summaryOf(detail),
    bindings: detail.bindings.map(({ binding, role, byGroup, builtin, others, rows }) => ({
      binding: objectText(binding),
      role,
      ...(binding.kind === "RoleBinding" ? { namespace: String(binding.metadata?.namespace) } : {}),
      ...(byGroup === undefined ? {} : { byGroup }),
      builtin,
      others: others.map(subjectText),
      rights: rows.map((row) => ({
        what: row.what,
        names: [...row.names],
        role: objectText(row.grant.role),
        ruleIndex: row.ruleIndex,
        verbs: row.verbs.map(({ last, danger, ...verb }) => ({
          ...verb,
          ...(last === undefined ? {} : { last: timeOf(last) }),
          ...(danger === undefined ? {} : { danger }),
        })),
        used: row.used.map(usedText),
      })),
    })),
    goneUses: detail.unexplained.map(usedText),
    smallerRoles: basis.coverage.coveredDays === 0 ? [] : [...ownRole(detail, basis), ...shrunk(detail, basis)],
    left: (detail.roles?.left ?? []).map(({ why }) => why),
    sources: basis.sources,
  };
}

function cautionsOf(detail: PrivilegeDetail, { coverage }: Basis): string[] {
  const days = Math.floor(coverage.coveredDays);
  return [
    ...(coverage.complete
      ? []
      : [
          `The logs tell of ${days < 1 ? "less than a day" : days} of ${coverage.days} days. What is used more rarely, or was used in between, would be taken away with the rest.`,
        ]),
    ...(detail.last === undefined
      ? ["Nothing of theirs was seen at all: look whether the logs of every API server were imported before all of it goes."]
      : []),
    ...(detail.unseen.length > 0 ? [`Kept, for no log shows their use: ${detail.unseen.join(", ")}.`] : []),
    ...(detail.subject.kind === "Group" ? ["Members whom the logs do not tell of may need more than the others did."] : []),
  ];
}

function ownRole(detail: PrivilegeDetail, basis: Basis): protocol.SmallerRole[] {
  if (detail.own === undefined) return [];
  const { proposal, diff, stay, unbound } = detail.own;
  const who = subjectText(detail.subject);
  const everyone = [
    `${detail.subject.kind === "Group" ? `Every member of ${who}` : who} loses what is listed, and keeps everything that was seen used.`,
    ...stay.map(
      ({ binding, subjects }) =>
        `${listed(subjects.map(subjectText))} ${subjects.length === 1 ? "stays" : "stay"} in ${shortText(binding)} with all its rights.`,
    ),
    "Nobody gains anything, and nobody else loses anything.",
    ...unbound.map((role) => `${shortText(role)} is then bound to nobody; it stays until somebody deletes it.`),
  ];
  const cautions = [
    ...cautionsOf(detail, basis),
    ...(proposal.vanished.length > 0 ? ["What was used in namespaces that are gone is left out, as its first line says."] : []),
  ];
  return [
    {
      form: "own",
      text: document(`${who}: a role for what it used`, { everyone, cautions, lines: proposal.lines, basis }),
      diff,
      takes: proposal.gone,
      everyone,
      cautions,
      masked: false,
    },
  ];
}

function shrunk(detail: PrivilegeDetail, basis: Basis): protocol.SmallerRole[] {
  const roles = detail.roles?.shrunk ?? [];
  if (roles.length === 0) return [];
  const everyone = roles.flatMap(({ role, holders }) => {
    const names = holders.map(({ subject, namespace }) => `${subjectText(subject)}${namespace === undefined ? "" : ` in ${namespace}`}`);
    return [`Everybody who has ${shortText(role)} loses what is listed: ${listed(names)}. What any of them was seen to use by it stays.`];
  });
  const all = [...everyone, "Nobody gains anything."];
  const cautions = cautionsOf(detail, basis);
  return [
    {
      form: "roles",
      text: document(`${listed(roles.map(({ role }) => shortText(role)))}: only what was used by anybody who has it`, {
        everyone: all,
        cautions,
        lines: roles.map(({ line }) => line),
        basis,
      }),
      diff: roles.flatMap((role) => role.diff),
      takes: roles.flatMap(({ gone }) => gone),
      everyone: all,
      cautions,
      masked: false,
    },
  ];
}

/** Names told one by one. */
const NAMED = 8;

function listed(names: readonly string[]): string {
  if (names.length > NAMED) return `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}

/** Lines of a document: what they rest on and what they do as comments above them. */
function document(
  title: string,
  {
    everyone,
    cautions,
    lines,
    basis: { coverage, sources },
  }: { everyone: string[]; cautions: string[]; lines: readonly string[]; basis: Basis },
): string {
  const days = Math.round(coverage.coveredDays * 10) / 10;
  const head = [`${title}, by ${days} of ${coverage.days} days of audit logs.`, ...sources, ...everyone, ...cautions];
  // A User of RBAC is called whatever somebody wrote: a line end in a name must not begin a line of kubectl.
  return `${[...head.map((line) => `# ${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")}`), ...lines].join("\n")}\n`;
}
