import type { Impact } from "@interlock/protocol";
import { going, lostByKind, losesSurely, planObjects, type Fate, type PlanObject } from "./plan-objects.ts";
import { lifetime } from "../tokens/token-words.ts";
import { kinds } from "./plan-words.ts";
import { planBreaks } from "./plan-breaks.ts";

/** One figure of what goes or happens. `bad`: it is what one must not overlook. */
export interface Tile {
  figure: number;
  label: string;
  tone: "plain" | "bad";
}

/** What people look for first, in the order they are used to. Kinds that are not named come after, the most numerous first. */
const ORDER = [
  "Namespace",
  "Node",
  "Pod",
  "Deployment",
  "volumes",
  "snapshots",
  "tokens",
  "Secret",
  "Service",
  "addresses",
  "webhooks",
  "StatefulSet",
  "DaemonSet",
  "CustomResourceDefinition",
  "Ingress",
  "CronJob",
  "Job",
  "ConfigMap",
  "PersistentVolumeClaim",
  "ServiceAccount",
];
/** Told beside the kinds: they are among none of them, and are not summed with them. */
const BESIDE = new Set(["addresses", "webhooks", "tokens"]);
const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
const rank = (of: string) => (ORDER.includes(of) ? ORDER.indexOf(of) : ORDER.length);

const AFTER: Record<Fate, readonly [one: string, many: string]> = {
  goes: ["", ""],
  ends: [" ends", " end"],
  restarts: [" restarts", " restart"],
  changes: [" changes", " change"],
  made: [" created", " created"],
};

/**
 * The figures of a plan, `most` of them at the most; the last then stands for the rest. A plan that deletes tells what goes with what it
 * names; any other what happens to which kinds.
 */
export function planTiles(impact: Impact, most = 8): Tile[] {
  const objects = planObjects(impact);
  const { gone, lost } = going(objects);
  const counted = objects.filter((object) => (object.fate === "goes" ? gone.includes(object) : true));
  const groups = Map.groupBy(counted, ({ kind, fate }) => `${fate} ${kind}`);
  const tiles = [...groups.values()].map((group) => ({ of: group[0]!.kind, ...tileOf(group) }));
  for (const { of, objects: losing } of lostByKind(lost)) {
    const sure = losing.filter(losesSurely).length;
    for (const [figure, what] of [
      [sure, "data lost"],
      [losing.length - sure, "data may be lost"],
    ] as const)
      if (figure > 0) tiles.push({ of: of.many, figure, label: `${capital(figure === 1 ? of.one : of.many)} · ${what}`, tone: "bad" });
  }
  tiles.push(...tokenTiles(impact));
  const breaks = planBreaks(impact);
  const addresses = breaks.filter(({ where }) => where === "outside the cluster").length;
  if (addresses > 0)
    tiles.push({ of: "addresses", figure: addresses, label: addresses === 1 ? "Load balancer" : "Load balancers", tone: "plain" });
  const webhooks = new Set(breaks.filter(({ kind }) => kind.endsWith("WebhookConfiguration")).map(({ object }) => object)).size;
  if (webhooks > 0)
    tiles.push({ of: "webhooks", figure: webhooks, label: `${webhooks === 1 ? "Webhook" : "Webhooks"} · Fail`, tone: "bad" });
  const ordered = tiles.toSorted((a, b) => rank(a.of) - rank(b.of) || b.figure - a.figure || a.label.localeCompare(b.label));
  if (ordered.length <= most) return ordered.map(plain);
  // Nothing that one must not overlook is among the rest, nor is anything that is no kind.
  const first = ordered.filter(({ of, tone }) => tone === "bad" || BESIDE.has(of));
  const kept = new Set([...first, ...ordered.filter((tile) => !first.includes(tile))].slice(0, most - 1));
  const rest = ordered.filter((tile) => !kept.has(tile) && !BESIDE.has(tile.of));
  const figure = rest.reduce((sum, tile) => sum + tile.figure, 0);
  return [...ordered.filter((tile) => kept.has(tile)).map(plain), { figure, label: `${rest.length} more kinds`, tone: "plain" }];
}

/** A token that leads further than it looks is not to be overlooked. */
function tokenTiles({ statements }: Impact): (Tile & { of: string })[] {
  const asking = statements.filter(({ token }) => token !== undefined);
  if (asking.length === 0) return [];
  const longest = Math.max(...asking.map(({ token }) => token!.seconds));
  const leads = asking.some(({ risks }) => risks.some(({ severity }) => severity === "danger"));
  const label = `${asking.length === 1 ? "Token" : "Tokens"} · ${lifetime(longest)}`;
  return [{ of: "tokens", figure: asking.length, label, tone: leads ? "bad" : "plain" }];
}

function tileOf(group: readonly PlanObject[]): Tile {
  const [{ kind, fate }] = group as [PlanObject];
  return { figure: group.length, label: kinds(kind, group.length) + AFTER[fate][group.length === 1 ? 0 : 1], tone: "plain" };
}

const plain = ({ figure, label, tone }: Tile): Tile => ({ figure, label, tone });
