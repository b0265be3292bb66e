import { kubernetesObject, type Impact } from "@interlock/protocol";
import { shortName } from "./plan-words.ts";

/** Something that stops working elsewhere, for the eye. */
export interface PlanBreak {
  object: string;
  kind: string;
  /** What happens. */
  what: string;
  /** To which object, and why. */
  why: string;
  /** `cluster-wide`, or the namespace. */
  where: string;
  /** Requests fail or traffic is lost at once; of the rest somebody notices later. */
  grave: boolean;
}

/** Kinds that answer requests or carry traffic. */
const SERVING = new Set([
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "APIService",
  "CustomResourceDefinition",
  "Service",
  "Ingress",
  "Gateway",
  "HTTPRoute",
  "GRPCRoute",
  "TLSRoute",
  "TCPRoute",
  "UDPRoute",
]);

/** What a plan breaks, each once: what reaches the whole cluster first, then what fails at once. */
export function planBreaks({ statements }: Pick<Impact, "statements">): PlanBreak[] {
  const found = new Map<string, PlanBreak>();
  for (const { breaks = [] } of statements) {
    for (const { object, why, scope } of breaks) {
      const kind = kubernetesObject(object)?.kind ?? "";
      const where = scope === undefined ? "" : scope === "cluster" ? "cluster-wide" : scope.replace(/^namespace /u, "");
      const grave = SERVING.has(kind);
      const key = `${object} ${why}`;
      if (!found.has(key)) found.set(key, { object, kind, ...inWords(object, why), where, grave });
    }
  }
  const weight = ({ grave, where }: PlanBreak) => (grave ? (where === "cluster-wide" ? 0 : 1) : 2);
  return [...found.values()].toSorted((a, b) => weight(a) - weight(b));
}

/** A reason begins with what happens, or goes on after the object's name (`it …`, `its …`). */
function inWords(object: string, why: string): { what: string; why: string } {
  const name = shortName(object);
  const colon = why.indexOf(": ");
  const [head, rest] = colon === -1 ? [why, ""] : [why.slice(0, colon), why.slice(colon + 2)];
  if (head.startsWith("it ")) return { what: `${name} ${head.slice(3)}`, why: rest };
  if (head.startsWith("its ")) return { what: `${name}: ${head}`, why: rest };
  return { what: head.slice(0, 1).toUpperCase() + head.slice(1), why: rest === "" ? name : `${name} · ${rest}` };
}
