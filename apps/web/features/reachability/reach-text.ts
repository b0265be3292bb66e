import type { Reachability, ReachEnd, ReachQuestion } from "@interlock/protocol";

/** What people write into the three fields. */
export interface ReachTexts {
  from: string;
  to: string;
  port: string;
}

/** What is wrong with a field, in words. */
export type ReachProblems = Partial<Record<keyof ReachTexts, string>>;

const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/u;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f.]*:[0-9a-f:.]*)$/iu;

/** `namespace/pod`, where a workload's name means its pods, `namespace/svc/NAME`, or an address; undefined for anything else. */
export function readEnd(text: string): ReachEnd | undefined {
  const wanted = text.trim();
  if (ADDRESS.test(wanted)) return { ip: wanted };
  const parts = wanted.split("/").map((part) => part.trim());
  if (!parts.every((part) => NAME.test(part))) return undefined;
  const [namespace, second, third] = parts;
  if (parts.length === 2) return { namespace: namespace!, pod: second! };
  if (parts.length === 3 && (second === "svc" || second === "service")) return { namespace: namespace!, service: third! };
  return undefined;
}

/** `8443`, `8443/TCP`, `53/udp`. */
export function readPort(text: string): Pick<ReachQuestion, "port" | "protocol"> | undefined {
  const [, digits, protocol = "TCP"] = /^\s*(\d{1,5})\s*(?:\/\s*(tcp|udp|sctp))?\s*$/iu.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > 65_535) return undefined;
  return { port, protocol: protocol.toUpperCase() as ReachQuestion["protocol"] };
}

/** The question that the fields ask, or what is wrong with each. */
export function readQuestion(texts: ReachTexts): { ok: true; question: ReachQuestion } | { ok: false; problems: ReachProblems } {
  const [from, to, port] = [readEnd(texts.from), readEnd(texts.to), readPort(texts.port)];
  if (from !== undefined && to !== undefined && port !== undefined) return { ok: true, question: { from, to, ...port } };
  const end = "namespace/pod, namespace/svc/name or an address";
  return {
    ok: false,
    problems: {
      ...(from === undefined ? { from: end } : {}),
      ...(to === undefined ? { to: end } : {}),
      ...(port === undefined ? { port: "1 to 65535, e.g. 8443/TCP" } : {}),
    },
  };
}

/** Whether a connection is let through, in two or three words. */
export const reachWords = ({ allowed, blockedAt }: Pick<Reachability, "allowed" | "blockedAt">): string =>
  allowed ? "allowed" : blockedAt === undefined ? "no connection" : `blocked at ${blockedAt}`;
