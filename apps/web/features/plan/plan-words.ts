import { kubernetesObject, type Impact, type KubernetesObject } from "@interlock/protocol";
import { count, duration } from "../impact/figures.ts";
import { tokensInWords } from "../tokens/token-words.ts";
import { going, lostByKind, losesSurely, plannedWrites, planObjects, type Fate, type PlanObject } from "./plan-objects.ts";

/** `Deployment payments/api`, `Namespace payments`; what is no object's name stays as it is. */
export function shortName(object: string | KubernetesObject): string {
  const read = typeof object === "string" ? kubernetesObject(object) : object;
  if (read === undefined) return String(object);
  return `${read.kind} ${read.namespace === undefined ? "" : `${read.namespace}/`}${read.name}`;
}

/** `Pods`, `Ingresses`, `NetworkPolicies`; `Endpoints` is one word for both. */
export function kinds(kind: string, n: number): string {
  if (n === 1 || kind === "Endpoints") return kind;
  if (/[sx]$/u.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/u.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

const FATE_WORDS: Record<Fate, readonly [one: string, many: string]> = {
  goes: ["would go", "would go"],
  ends: ["ends", "end"],
  restarts: ["restarts", "restart"],
  changes: ["changes", "change"],
  made: ["is created", "are created"],
};

/** `3 Pods restart`, `Deployment payments/api changes`. */
function fateInWords(objects: readonly PlanObject[], fate: Fate): string | undefined {
  const [first] = objects;
  if (first === undefined) return undefined;
  const [one, many] = FATE_WORDS[fate];
  if (objects.length === 1 && first.named) return `${shortName(first)} ${one}`;
  const same = objects.every(({ kind }) => kind === first.kind);
  const what = same ? kinds(first.kind, objects.length) : objects.length === 1 ? "object" : "objects";
  // Of what goes the number is what one looks for; the kinds are under it.
  const named = fate === "goes" ? (objects.length === 1 ? "object" : "objects") : what;
  return `${count(objects.length)} ${fate === "ends" || fate === "restarts" ? named.toLowerCase() : named} ${objects.length === 1 ? one : many}`;
}

/**
 * What a plan comes to: in large what happens to how many objects, in small to what it is done and that nothing was. Where something could not
 * be read the figures are the least that happens.
 */
export function planSentence(impact: Impact): { big: string; small: string[] } {
  const planned = [`planned in ${duration(impact.tookMs)}`, "nothing changed"];
  const fails = impact.statements.some(({ willFail }) => willFail.length > 0);
  const writes = plannedWrites(impact);
  if (writes.length === 0) return withoutWrites(impact, fails);
  const objects = planObjects(impact);
  const { gone, lost, named } = going(objects);
  const parts: string[] = [];
  const tokens = tokensInWords(impact.statements.flatMap(({ token }) => token ?? []));
  if (tokens !== undefined) parts.push(tokens);
  const goes = gone.length === 0 ? undefined : fateInWords(gone, "goes");
  if (goes !== undefined) parts.push(goes);
  parts.push(...lostByKind(lost).map(({ of, objects: losing }) => lossInWords(losing, of)));
  for (const fate of ["changes", "made", "restarts", "ends"] as const) {
    // What follows from a change is told where it is pods that stop; of the rest the list tells.
    const told = objects.filter((object) => object.fate === fate && (object.named || fate === "restarts" || fate === "ends"));
    const words = fateInWords(told, fate);
    if (words !== undefined) parts.push(words);
  }
  const alone = named.length === 1 && !gone.includes(named[0]!) ? [`with ${shortName(named[0]!)}`] : [];
  const big = (impact.complete ? parts : atLeast(parts)).join(", ");
  return { big, small: [...(writes.length > 1 ? [`${count(writes.length)} requests`] : []), ...planned, ...alone] };
}

/** `At least 211 objects would go`; what has no figure is told with `perhaps more`. */
function atLeast(parts: readonly string[]): string[] {
  const counted = parts.findIndex((part) => /^\d/u.test(part));
  if (counted === -1) return [...parts, "perhaps more"];
  return parts.with(counted, `${counted === 0 ? "At" : "at"} least ${parts[counted]}`);
}

/** `3 volumes lose their data, 1 may lose its`: the latter where it could not be told. */
function lossInWords(lost: readonly PlanObject[], { one, many }: { one: string; many: string }): string {
  const sure = lost.filter(losesSurely).length;
  const possible = lost.length - sure;
  const volumes = (n: number) => `${count(n)} ${n === 1 ? one : many}`;
  if (sure === 0) return `${volumes(possible)} may lose ${possible === 1 ? "its" : "their"} data`;
  const surely = `${volumes(sure)} ${sure === 1 ? "loses its" : "lose their"} data`;
  return possible === 0 ? surely : `${surely}, ${count(possible)} may lose ${possible === 1 ? "its" : "theirs"}`;
}

function withoutWrites({ statements, effect, tookMs }: Impact, fails: boolean): { big: string; small: string[] } {
  if (effect === "unknown") return { big: "What this does cannot be known", small: ["nothing changed"] };
  if (fails) return { big: "kubectl would fail before it writes anything", small: [`tried in ${duration(tookMs)}`, "nothing changed"] };
  if (effect !== "read") return { big: statements[0]?.title ?? "Nothing to do", small: ["nothing changed"] };
  const lines = statements.length;
  return { big: lines === 1 ? "Only reads" : `${count(lines)} lines that only read`, small: ["changes nothing in the cluster"] };
}
