import { subjectText, type LeastPrivilege, type Use } from "@interlock/kube-model";
import type { Basis } from "./least-privilege.ts";
import type { Paint } from "./paint.ts";

/** Rights and uses that are told one by one. */
const TOLD = 12;
const DAY_MS = 86_400_000;

/** `whole`: one subject with everything, else a few lines of each. */
export function leastPrivilegeText(found: readonly LeastPrivilege[], basis: Basis, whole: boolean, colors: Paint): string {
  const parts = found.map((one) => (whole ? wholeOf(one, colors) : shortOf(one, colors)));
  parts.push(...basis.problems.map((problem) => colors.warning(`Could not be read: ${problem}`)));
  parts.push(reach(basis, colors));
  return parts.join(whole ? "\n\n" : "\n");
}

/** How far back the log tells: what was not used in twelve days may be used once a month. */
function reach({ days, from, to }: Basis, colors: Paint): string {
  if (from === undefined || to === undefined)
    return colors.warning("The log tells of nothing: nobody can be said to use less than they may.");
  const told = Math.min(days, Math.max(1, Math.ceil((Date.now() - from) / DAY_MS)));
  const last = Math.floor((Date.now() - to) / DAY_MS);
  const words = `The log tells of ${told} of ${days} days${last > 0 ? `; its last entry is ${last} days old` : ""}.`;
  return told < days ? colors.warning(`${words} What is used more rarely does not show.`) : words;
}

function shortOf({ subject, bindings, proposal, unexplained }: LeastPrivilege, colors: Paint): string {
  const uses = bindings.reduce((sum, one) => sum + one.uses.length, 0) + unexplained.length;
  const verdict =
    proposal === undefined
      ? "uses all it may, or has its rights by a group"
      : uses === 0
        ? colors.danger("used nothing")
        : colors.warning(`${proposal.gone.length} kinds of rights were not used`);
  return `${colors.strong(subjectText(subject))}: ${bindings.length} ${bindings.length === 1 ? "binding" : "bindings"}, ${uses} kinds of requests seen, ${verdict}`;
}

function wholeOf({ subject, bindings, unexplained, unseen, proposal }: LeastPrivilege, colors: Paint): string {
  const lines = [colors.strong(subjectText(subject))];
  if (bindings.length === 0) lines.push("No binding names it, and no group that every such account is in.");
  for (const { binding, role, uses, unused, byGroup } of bindings) {
    const { namespace, name } = (binding.metadata ?? {}) as { namespace?: string; name?: string };
    const where = namespace === undefined ? "in the whole cluster" : `in ${namespace}`;
    lines.push("", `${role} ${where}, by ${binding.kind} ${String(name)}${byGroup === undefined ? "" : ` through group ${byGroup}`}`);
    lines.push(...listed("used", uses.map(useText), colors), ...listed("not used", unused, colors));
  }
  lines.push(
    ...(unexplained.length === 0 ? [] : ["", ...listed("done by rights that it no longer has", unexplained.map(useText), colors)]),
  );
  if (unseen.length > 0) lines.push("", `Kept, for no log shows their use: ${unseen.join(", ")}.`);
  if (proposal === undefined) return lines.join("\n");
  return [...lines, "", colors.strong("A smaller role, in this order:"), ...proposal.lines].join("\n");
}

function listed(title: string, texts: readonly string[], colors: Paint): string[] {
  if (texts.length === 0) return [];
  const more = texts.length > TOLD ? [colors.faint(`    … and ${texts.length - TOLD} more; --format json tells all`)] : [];
  return [`  ${title}:`, ...texts.slice(0, TOLD).map((text) => `    ${text}`), ...more];
}

function useText({ verb, group, resource, namespace, path, times, last }: Use): string {
  const what = path ?? `${resource ?? ""}${group ? `.${group}` : ""}`;
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  return `${verb} ${what}${where}: ${times} ${times === 1 ? "time" : "times"}, last ${new Date(last).toISOString().slice(0, 10)}`;
}
