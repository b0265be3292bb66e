import type { Breakage } from "@interlock/protocol";
import { connectionsOf } from "../connections.ts";
import { keyOfType } from "../resource-types.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import { WIDE, type Finding, type Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

/** What a write does to the objects of a world. */
export interface Change {
  gone: readonly WorldObject[];
  /** New, or as they will be. */
  made: readonly WorldObject[];
}

/** Which rules a change can concern. */
export function concerned(gone: Iterable<string>, made: Iterable<string>): Rule[] {
  const without = new Set(gone);
  const with_ = new Set(made);
  return RULES.filter((rule) => rule.gone.some((key) => without.has(key)) || rule.made.some((key) => with_.has(key)));
}

/**
 * Applies a change to the world and tells what it breaks: what rules find afterwards and did not find before, and ties that are no longer
 * there although both sides are. Objects that the change itself takes away are not told of.
 */
export function applyChange(world: World, change: Change): Breakage[] {
  const rules = concerned(
    change.gone.map((one) => keyOfType(one.type)),
    change.made.map((one) => keyOfType(one.type)),
  );
  // Of what is in a namespace that goes nothing is left to break.
  const over = new Set(change.gone.filter((one) => keyOfType(one.type) === "/namespaces").map((one) => one.name));
  const wide = [...change.gone, ...change.made].some((one) => WIDE.has(keyOfType(one.type)));
  const named = wide ? [...world.all("/namespaces")].map((one) => one.name) : [];
  const namespaces = [...new Set([...touched(change), ...named])].filter((name) => !over.has(name));
  const fresh = new Set(change.made.filter((one) => !isThere(world, one)).map(nameOf));
  const before = rules.map((rule) => findings(world, rule, namespaces));
  const connections = connectionsOf(world);
  connections.before(change);
  for (const object of change.gone) world.remove(object);
  for (const object of change.made) world.put(object);
  const gone = new Set(change.gone.map(nameOf));
  for (const object of change.made) gone.delete(nameOf(object));
  const broken = new Map<string, Breakage>();
  const tell = ({ object, code, scope }: Finding, why: string): void => {
    if (gone.has(object)) return;
    broken.set(`${object} ${why}`, { object, ...(code === undefined ? {} : { code }), why, ...(scope === undefined ? {} : { scope }) });
  };
  rules.forEach((rule, index) => {
    const earlier = before[index]!;
    const later = findings(world, rule, namespaces);
    for (const [key, finding] of later) {
      if (finding.appears === undefined || earlier.has(key) || (rule.standing === true && fresh.has(finding.object))) continue;
      tell(finding, finding.appears);
    }
    for (const [key, finding] of earlier) {
      if (finding.vanishes === undefined || later.has(key)) continue;
      const { about } = finding;
      if (about === undefined || world.has(about.key, about.namespace, about.name)) tell(finding, finding.vanishes);
    }
  });
  return [...broken.values(), ...connections.after(change)];
}

const isThere = (world: World, { type, namespace, name }: WorldObject): boolean => world.has(keyOfType(type), namespace, name);

function* touched(change: Change): Iterable<string> {
  for (const object of [...change.gone, ...change.made]) {
    if (object.namespace !== undefined) yield object.namespace;
    else if (object.type.resource === "namespaces") yield object.name;
  }
}

function findings(world: World, rule: Rule, namespaces: readonly string[]): Map<string, Finding> {
  const found = rule.per === "cluster" ? rule.find(world) : namespaces.flatMap((namespace) => rule.find(world, namespace));
  return new Map(found.map((finding) => [`${finding.object} ${finding.key}`, finding]));
}
