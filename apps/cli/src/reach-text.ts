import type { Reachability, ReachConnections, ReachSide } from "@interlock/protocol";
import type { Paint } from "./paint.ts";

/** Connections and rules that are told one by one; of the others how many there are. */
const SHOWN = 10;

/** An answer for reading: what it is, who decided, what would open it and what else that would. */
export function reachText(answer: Reachability, colors: Paint): string {
  const { strong, faint, warning } = colors;
  // What the sides say one by one is not said before them as well.
  const whole = answer.sides.length === 0 || answer.connectionCount > 1;
  const lines = [headline(answer, colors), ...(whole ? [answer.reason] : []), ""];
  for (const side of answer.sides) lines.push(...sideLines(side, colors));
  const several = answer.connections.filter(({ allowed }) => !allowed).slice(0, SHOWN);
  if (answer.connectionCount > 1 && several.length > 0) {
    lines.push("", strong("Blocked connections"));
    for (const one of several)
      lines.push(`  ${one.from} → ${one.to} ${one.port}${one.blockedAt === undefined ? "" : ` at ${one.blockedAt}`}`);
  }
  if (answer.change !== undefined) {
    lines.push("", `${strong("Smallest change that opens it")}: ${answer.change.title}`);
    for (const line of answer.change.command.split("\n")) lines.push(`  ${line}`);
    for (const [name, text] of Object.entries(answer.change.files)) lines.push(faint(`  ${name}:`), ...indented(text));
    for (const { note } of answer.change.objects) if (note !== undefined) lines.push(warning(`  ${note}`));
    lines.push("", strong("What else it would open"));
    lines.push(...connectionLines(answer.opens ?? [], answer.opensCount ?? 0));
    if (answer.closes !== undefined)
      lines.push("", warning("What it would close"), ...connectionLines(answer.closes, answer.closesCount ?? 0));
  } else if (!answer.allowed) lines.push("", "No change of labels or policies that is known here opens it.");
  if (answer.notes.length > 0) lines.push("", ...answer.notes.map((note) => (answer.certain ? faint(note) : warning(note))));
  return lines.join("\n");
}

function headline({ allowed, blockedAt, certain, from, to, port, policyCount }: Reachability, { effect, danger, faint }: Paint): string {
  const sure = certain ? "" : ", as far as is known";
  const verdict = allowed
    ? effect("read", `allowed${sure}`)
    : danger(`${blockedAt === undefined ? "not possible" : `blocked at ${blockedAt}`}${sure}`);
  const count = policyCount === 1 ? "1 policy" : `${policyCount} policies`;
  return `${from.name} → ${to.name} ${port}: ${verdict} ${faint(`(from ${count})`)}`;
}

function sideLines({ policies, why, allowed }: ReachSide, { effect, danger, faint }: Paint): string[] {
  const lines = [
    `${allowed ? effect("read", "✓") : danger("✗")} ${policies.length === 0 || allowed ? why : why.split(", and no rule")[0]!}`,
  ];
  for (const { policy, admits, rules } of policies) {
    if (allowed && !admits) continue;
    lines.push(`    ${policy}${rules.length === 0 ? ": no rule, so it admits nothing" : ""}`);
    for (const rule of rules.slice(0, SHOWN)) lines.push(faint(`      rule ${rule.rule} ${rule.why}`));
    if (rules.length > SHOWN) lines.push(faint(`      and ${rules.length - SHOWN} more rules`));
  }
  return lines;
}

function connectionLines(list: readonly ReachConnections[], count: number): string[] {
  if (list.length === 0) return ["  nothing"];
  const lines = list.slice(0, SHOWN).map(({ from, to, ports, pairs }) => {
    const many = pairs === 1 ? "" : ` (${pairs} pairs)`;
    return `  ${endText(from)} → ${endText(to)} ${ports.join(", ")}${many}`;
  });
  const rest = count - list.slice(0, SHOWN).reduce((sum, { pairs }) => sum + pairs, 0);
  return rest > 0 ? [...lines, `  and ${rest} more pairs`] : lines;
}

const endText = ({ namespace, what }: ReachConnections["from"]): string => (namespace === undefined ? what : `${namespace}/${what}`);

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`);
