import type { RightChain, RightHolder, WhoMay } from "@interlock/protocol";
import type { Paint } from "./paint.ts";

/** Ways in which one subject has a right that are told one by one. */
const WAYS = 5;

/** An answer for reading. `whole`: also what belongs to Kubernetes itself, which is counted otherwise. */
export function whoMayText(answer: WhoMay, whole: boolean, colors: Paint): string {
  const lines: string[] = [];
  const shown = (holders: readonly RightHolder[]): RightHolder[] => holders.filter(({ system }) => whole || !system);
  const all = shown(answer.holders);
  const some = shown(answer.partly);
  const hidden = answer.holders.length + answer.partly.length - all.length - some.length;
  const sure = answer.certain ? "" : ", as far as is known";
  lines.push(
    `${colors.strong(answer.asked)}: ${all.length === 0 ? `nobody may${hidden > 0 ? " but Kubernetes itself" : ""}${sure}` : `${all.length} may${sure}`}`,
  );
  for (const holder of all) lines.push(...holderLines(holder, colors));
  if (some.length > 0) lines.push("", colors.strong("In some namespaces, or by name, only"));
  for (const holder of some) lines.push(...holderLines(holder, colors));
  if (hidden > 0)
    lines.push("", colors.faint(`${hidden} of Kubernetes itself ${hidden === 1 ? "is" : "are"} not shown; --system tells them, too.`));
  lines.push("", ...answer.unread.map((why) => colors.warning(`Could not be read: ${why}`)));
  lines.push(...answer.notes.map((note) => (answer.known ? colors.faint(note) : colors.warning(note))));
  return lines.join("\n");
}

function holderLines({ subject, means, chains }: RightHolder, colors: Paint): string[] {
  const name = subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`;
  const who = `${subject.kind} ${name}`;
  const more = chains.length > WAYS ? [colors.faint(`    … and ${chains.length - WAYS} more ways; --format json tells all`)] : [];
  return [
    `  ${who}${means === undefined ? "" : colors.warning(`: ${means}`)}`,
    ...chains.slice(0, WAYS).map((chain) => `    ${chainText(chain)}`),
    ...more,
  ];
}

const PREFIX = "rbac.authorization.k8s.io/v1 ";
const short = (object: string): string => object.replace(PREFIX, "");

export function chainText({ binding, namespace, role, ruleIndex, rule, aggregated }: RightChain): string {
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  return `${short(binding)} → ${short(role)}${aggregated === true ? " (aggregated)" : ""} rules[${ruleIndex}]: ${rule}${where}`;
}
