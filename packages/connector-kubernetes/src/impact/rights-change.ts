import type { Breakage, Statement } from "@interlock/protocol";
import { remark } from "./analysis.ts";
import { gained, rightsIn, told, type Right } from "./rbac-gain.ts";
import { BINDINGS, ROLES } from "./rules/subjects.ts";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

const RBAC = new Set<string>([...BINDINGS, ...ROLES]);

/** Rights as they are, for a write that can change them. */
export function rightsBefore(world: World, type: WorldObject["type"]): Map<string, Right> | undefined {
  return RBAC.has(keyOfType(type)) ? rightsIn(world) : undefined;
}

/** Who gains and who loses what. */
export function rightsChange(
  world: World,
  before: Map<string, Right> | undefined,
  object: string,
): { risks: Statement["risks"]; breaks: Breakage[] } {
  if (before === undefined) return { risks: [], breaks: [] };
  const after = rightsIn(world);
  const risks = told(gained(before, after)).map(({ subject, words, escalates }) => {
    const more = escalates === undefined ? "" : `, ${escalates}`;
    return remark("rights_gained", escalates === undefined ? "warning" : "danger", `${subject} gains ${words}${more}.`);
  });
  const breaks = told(gained(after, before)).map(({ subject, words }) => ({ object, why: `${subject} loses ${words}` }));
  return { risks, breaks };
}
