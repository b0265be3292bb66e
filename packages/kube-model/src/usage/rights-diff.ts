import { readRules } from "../rights/attributes.ts";
import type { Json } from "../json.ts";

/** Rules, and where they hold: a namespace, or the whole cluster. */
export interface PlacedRules {
  namespace: string | undefined;
  rules: Json;
}

/** One resource of a role as a line: ` ` stays, `-` goes, `+` comes. */
export interface RightsDiffLine {
  sign: " " | "-" | "+";
  text: string;
}

const SIGNS = { " ": 0, "-": 1, "+": 2 } as const;

/** Two sets of rules resource by resource: which verbs stay, go and come. */
export function rightsDiff(before: readonly PlacedRules[], after: readonly PlacedRules[]): RightsDiffLine[] {
  const [had, has] = [flat(before), flat(after)];
  const lines = [...new Set([...had.keys(), ...has.keys()])].flatMap((what) => {
    const [old, now] = [had.get(what) ?? new Set<string>(), has.get(what) ?? new Set<string>()];
    const parts: [RightsDiffLine["sign"], string[]][] = [
      [" ", [...old].filter((verb) => now.has(verb))],
      ["-", [...old].filter((verb) => !now.has(verb))],
      ["+", [...now].filter((verb) => !old.has(verb))],
    ];
    return parts
      .filter(([, verbs]) => verbs.length > 0)
      .map(([sign, verbs]) => ({ sign, what, resource: what.split(" ", 1)[0]!, text: `${verbs.join(", ")} ${what}` }));
  });
  return lines
    .toSorted(
      (left, right) =>
        left.resource.localeCompare(right.resource, "en") ||
        SIGNS[left.sign] - SIGNS[right.sign] ||
        left.what.localeCompare(right.what, "en"),
    )
    .map(({ sign, text }) => ({ sign, text }));
}

function flat(placed: readonly PlacedRules[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { namespace, rules } of placed) {
    const where = namespace === undefined ? "in the whole cluster" : `in ${namespace}`;
    for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of readRules(rules)) {
      const names = resourceNames.length === 0 ? "" : ` ${resourceNames.map((name) => JSON.stringify(name)).join(", ")}`;
      const whats = [
        ...apiGroups.flatMap((group) => resources.map((resource) => `${resource}${group === "" ? "" : `.${group}`}${names} ${where}`)),
        ...nonResourceURLs,
      ];
      for (const what of whats) {
        const known = found.get(what) ?? new Set();
        for (const verb of verbs) known.add(verb);
        found.set(what, known);
      }
    }
  }
  return found;
}
