import type { Resolution } from "@interlock/connector";
import { canonicalJson } from "@interlock/audit";
import {
  LIMITS,
  ok,
  refuse,
  strongest,
  type Connection,
  type HostOrder,
  type Impact,
  type Outcome,
  type Verdict,
} from "@interlock/protocol";
import { digestOf, type HostEnvelope } from "./envelope.ts";
import { stricter } from "./stricter.ts";

/** Where one after the other runs, the rest is spared what the first shows to be wrong. */
export const CAREFULLY: HostOrder = { onFailure: "stop", atOnce: 1 };

/** What is known beforehand of a command on one of several hosts. */
export interface HostForeseen {
  connection: Connection;
  impact: Impact;
  resolution: Resolution;
}

/** Several hosts as they were asked for: the command's own first. Undefined where it is only that one. */
export function hostsAsked(own: Connection, others: readonly Connection[], order: HostOrder | undefined): Outcome<FrozenHosts | undefined> {
  const each = [own, ...others.filter(({ id }, at) => id !== own.id && others.findIndex((one) => one.id === id) === at)];
  if (each.length === 1) return ok(undefined);
  if (each.length > LIMITS.commandHosts) return refuse("too_large", `A command runs on at most ${LIMITS.commandHosts} hosts.`);
  const other = each.find(({ connector }) => connector !== own.connector);
  if (other !== undefined)
    return refuse(
      "bad_request",
      `${other.name} is reached by ${other.connector} and ${own.name} by ${own.connector}: a command is of one kind.`,
    );
  return ok({ each, order: order ?? CAREFULLY });
}

export interface FrozenHosts {
  each: readonly Connection[];
  order: HostOrder;
}

/** Two connections that lead to the same account at the same host would run it there twice. */
export function sameHost(hosts: readonly HostForeseen[]): Outcome<undefined> {
  const known = new Map<string, string>();
  for (const { connection, resolution } of hosts) {
    const place = canonicalJson([resolution.role, resolution.targets.at(-1) ?? ""]);
    const before = known.get(place);
    if (before !== undefined)
      return refuse("bad_request", `${before} and ${connection.name} are the same account on the same host: it would run there twice.`);
    known.set(place, connection.name);
  }
  return ok(undefined);
}

/** What a command on several hosts does, for those who judge all of it: as on the first host, with the strongest effect of any. */
export function overall(hosts: readonly HostForeseen[]): Impact {
  const [first, ...others] = hosts;
  if (first === undefined) throw new Error("a command runs on at least one host");
  const impacts = hosts.map(({ impact }) => impact);
  const shared = first.impact.warnings.filter((warning) => others.every(({ impact }) => impact.warnings.includes(warning)));
  return {
    ...first.impact,
    effect: strongest(impacts.map(({ effect }) => effect)),
    complete: impacts.every(({ complete }) => complete),
    tookMs: Math.max(...impacts.map(({ tookMs }) => tookMs)),
    warnings: [
      ...shared,
      ...hosts.flatMap(({ connection, impact }) =>
        impact.warnings.filter((warning) => !shared.includes(warning)).map((warning) => `${connection.name}: ${warning}`),
      ),
    ],
  };
}

/** What holds for a command that was judged on each of several hosts: the stricter in every respect, and every rule that had a say. */
export function together(judged: readonly { name: string; verdict: Verdict }[]): Verdict {
  const [first, ...others] = judged;
  if (first === undefined) throw new Error("a command runs on at least one host");
  const all = others.reduce((verdict, one) => stricter(verdict, one.verdict), first.verdict);
  const deciding = judged.filter(({ verdict }) => verdict.decision === all.decision);
  const everywhere = deciding.length === judged.length && deciding.every(({ verdict }) => verdict.message === all.message);
  const named = deciding.find(({ verdict }) => verdict.message === all.message);
  return {
    ...all,
    rules: [...new Set(deciding.flatMap(({ verdict }) => verdict.rules))],
    message: everywhere || named === undefined || all.message === "" ? all.message : `${named.name}: ${all.message}`,
  };
}

/** In which way a command does something else on a host than on the first, in words; empty where it does the same. */
export function differences(first: HostSaid, host: HostSaid): string[] {
  const said: string[] = [];
  if (host.impact.effect !== first.impact.effect) said.push(`its effect here is ${host.impact.effect}, not ${first.impact.effect}`);
  else if (canonicalJson(whatItDoes(host.impact)) !== canonicalJson(whatItDoes(first.impact)))
    said.push("its lines do something else here");
  const [runner, ran] = [host.settings["interpreter"], first.settings["interpreter"]];
  if (runner !== ran) said.push(`runs by ${runner ?? "nothing known"}, not ${ran ?? "nothing known"}`);
  if (host.role !== first.role) said.push(`runs as ${host.role}, not ${first.role}`);
  return [...said, ...host.impact.warnings.filter((warning) => !first.impact.warnings.includes(warning))];
}

/** What differs is told of what was sealed. */
export interface HostSaid {
  impact: Impact;
  role: string;
  settings: Readonly<Record<string, string>>;
}

const whatItDoes = ({ statements }: Impact): [string, string][] => statements.map(({ effect, text }) => [effect, text]);

export const sealedHost = ({ connection, impact, resolution }: HostForeseen): HostEnvelope => ({
  connectionId: connection.id,
  database: resolution.database,
  role: resolution.role,
  targets: resolution.targets,
  settings: resolution.settings,
  impact: digestOf(canonicalJson(impact)),
});
