import type { Use } from "./usage.ts";

/** A rule as it stands in a manifest (rbac.authorization.k8s.io/v1, PolicyRule), without what is empty. */
export interface RuleManifest {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

/** Verbs that are asked about with a name, so that a rule may be limited to names; to create is, where it is something of what has a name. */
const WITH_NAME: ReadonlySet<string> = new Set(["get", "update", "patch", "delete", "impersonate"]);
const hasName = (verb: string, resource: string): boolean => WITH_NAME.has(verb) || (verb === "create" && resource.includes("/"));
/** What holds credentials: whoever read two of them is not to read the rest. The same with whomever somebody may speak for. */
const GUARDED: ReadonlySet<string> = new Set(["/secrets", "/serviceaccounts/token"]);

/**
 * The fewest rules that allow these uses and nothing else but names: a rule is for a whole resource, since names change with every release,
 * but for credentials it is for the names that were used, as long as those were few and always given.
 *
 * @param limited whether a use was allowed for its names only, which it then stays
 */
export function rulesFor(uses: readonly Use[], limited: (use: Use) => boolean = () => false): RuleManifest[] {
  const resources = new Map<string, { group: string; resource: string; uses: Use[] }>();
  const paths = new Map<string, Set<string>>();
  for (const use of uses) {
    if (use.path !== undefined) paths.set(use.path, (paths.get(use.path) ?? new Set()).add(use.verb));
    else if (use.resource !== undefined) {
      const { group = "", resource } = use;
      const key = `${group}/${resource}`;
      const known = resources.get(key) ?? { group, resource, uses: [] };
      known.uses.push(use);
      resources.set(key, known);
    }
  }
  const rules: RuleManifest[] = [];
  /** Resources of one group with the same verbs go into one rule. */
  const alike = new Map<string, RuleManifest & { resources: string[] }>();
  for (const { group, resource, uses: of } of resources.values()) {
    const guarded = (verb: string): boolean => verb === "impersonate" || GUARDED.has(`${group}/${resource}`);
    const named = of.filter((use) => limited(use) || (guarded(use.verb) && hasName(use.verb, resource) && !use.unnamed));
    const whole = verbsOf(of.filter((use) => !named.includes(use)));
    // Each verb with the names it was used on, so that who read one and wrote another may not do both with either.
    for (const [names, verbs] of byNames(named.filter(({ verb }) => !whole.includes(verb))))
      rules.push({ apiGroups: [group], resources: [resource], resourceNames: names, verbs });
    if (whole.length === 0) continue;
    const key = JSON.stringify([group, whole]);
    const known = alike.get(key) ?? { apiGroups: [group], resources: [], verbs: whole };
    known.resources.push(resource);
    alike.set(key, known);
  }
  for (const rule of alike.values()) rules.push({ ...rule, resources: rule.resources.toSorted() });
  const pathsOf = Map.groupBy([...paths], ([, verbs]) => JSON.stringify([...verbs].toSorted()));
  for (const [verbs, all] of pathsOf)
    rules.push({ nonResourceURLs: all.map(([path]) => path).toSorted(), verbs: JSON.parse(verbs) as string[] });
  return rules.toSorted((left, right) => sortKey(left).localeCompare(sortKey(right), "en"));
}

const sortKey = ({ apiGroups = ["~"], resources = [], nonResourceURLs = [], resourceNames = [] }: RuleManifest): string =>
  [...apiGroups, ...resources, ...nonResourceURLs, ...resourceNames].join(" ");

/** As people write them: reading first. */
const ORDER = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

function verbsOf(uses: readonly Use[]): string[] {
  const place = (verb: string): number => (ORDER.includes(verb) ? ORDER.indexOf(verb) : ORDER.length);
  return [...new Set(uses.map(({ verb }) => verb))].toSorted((left, right) => place(left) - place(right) || left.localeCompare(right));
}

/** Verbs by the names that each was used on. */
function byNames(uses: readonly Use[]): [string[], string[]][] {
  const names = new Map<string, Set<string>>();
  for (const use of uses) names.set(use.verb, new Set([...(names.get(use.verb) ?? []), ...use.names]));
  const grouped = Map.groupBy([...names], ([, of]) => JSON.stringify([...of].toSorted()));
  return [...grouped].map(([key, of]) => [JSON.parse(key) as string[], of.map(([verb]) => verb).toSorted()]);
}
