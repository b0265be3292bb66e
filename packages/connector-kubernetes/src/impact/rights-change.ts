import type { Breakage, Statement } from "@interlock/protocol";
import { remark } from "./analysis.ts";
import { concernedBy, gained, rightsIn, told, type Concerned, type Right } from "./rbac-gain.ts";
import { BINDINGS, ROLES } from "./rules/subjects.ts";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

const RBAC = new Set<string>([...BINDINGS, ...ROLES]);

const isRbac = (object: WorldObject): boolean => RBAC.has(keyOfType(object.type));

/**
 * Rights of those whom a change of these objects can concern. Undefined where it can concern nobody. What goes with its namespace gives
 * rights that mean nothing any more.
 */
export function rightsBefore(world: World, objects: readonly WorldObject[]): RightsBefore | undefined {
  const over = new Set(objects.filter((one) => keyOfType(one.type) === "/namespaces").map((one) => one.name));
  const rules = objects.filter((one) => isRbac(one) && (one.namespace === undefined || !over.has(one.namespace)));
  if (rules.length === 0) return undefined;
  const concerned = concernedBy(world, rules);
  return { concerned, rights: rightsIn(world, concerned) };
}

export interface RightsBefore {
  concerned: Concerned;
  rights: Map<string, Right>;
}

/** Who gains and who loses what. */
export function rightsChange(
  world: World,
  before: RightsBefore | undefined,
  object: string,
): { risks: Statement["risks"]; breaks: Breakage[] } {
  if (before === undefined) return { risks: [], breaks: [] };
  const after = rightsIn(world, before.concerned);
  const risks = told(gained(before.rights, after)).map(({ subject, words, escalates }) => {
    const more = escalates === undefined ? "" : `, ${escalates}`;
    return remark("rights_gained", escalates === undefined ? "warning" : "danger", `${subject} gains ${words}${more}.`);
  });
  const breaks = told(gained(after, before.rights)).map(({ subject, words }) => ({ object, why: `${subject} loses ${words}` }));
  return { risks, breaks };
}
