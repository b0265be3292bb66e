import { type Json, labelsOf, selectorText, selects, selectsAll } from "@interlock/kube-model";
import { whyUnanswered } from "../endpoints.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const KINDS = [
  "admissionregistration.k8s.io/validatingwebhookconfigurations",
  "admissionregistration.k8s.io/mutatingwebhookconfigurations",
];

/** Admission webhooks with `failurePolicy: Fail` (the default of v1) that nobody answers: every request they are asked about is refused. */
export const webhooks: Rule = {
  name: "webhooks",
  gone: ["/services", "/pods", "/namespaces"],
  made: ["/services", "/pods", "/namespaces", ...KINDS],
  reads: [...KINDS, "/services", "/pods", "/namespaces", "discovery.k8s.io/endpointslices"],
  per: "cluster",
  find: (world) => KINDS.flatMap((kind) => [...world.all(kind)].flatMap((configuration) => inConfiguration(world, configuration))),
};

function inConfiguration(world: World, configuration: WorldObject): Finding[] {
  const hooks: Json[] = configuration.body?.["webhooks"] ?? [];
  return hooks.flatMap((hook): Finding[] => {
    const service: Json = hook["clientConfig"]?.["service"];
    if (service === undefined || (hook["failurePolicy"] ?? "Fail") !== "Fail") return [];
    const why = whyUnanswered(world, service["namespace"], service["name"]);
    if (why === undefined) return [];
    const reach = reachOf(world, hook);
    if (reach === undefined) return [];
    const refused = refusedBy(world, hook["rules"] ?? [], reach.words);
    if (refused === undefined) return [];
    return [
      {
        key: String(hook["name"]),
        object: nameOf(configuration),
        appears: `${refused}: webhook ${hook["name"]} has failurePolicy Fail and ${why}`,
        scope: reach.scope,
      },
    ];
  });
}

/** Where it is asked. Undefined: its namespaceSelector selects no namespace that there is. */
function reachOf(world: World, hook: Json): { words: string; scope: string } | undefined {
  const objects = hook["objectSelector"];
  const which = objects === undefined || objects === null || selectsAll(objects) ? "" : ` of objects labelled ${selectorText(objects)}`;
  const conditions = Array.isArray(hook["matchConditions"]) && hook["matchConditions"].length > 0 ? " that meets its match conditions" : "";
  const selector = hook["namespaceSelector"];
  if (selector === undefined || selector === null || selectsAll(selector)) {
    return { words: `${which}${conditions} in the cluster`, scope: "cluster" };
  }
  const all = [...world.all("/namespaces")];
  const names = all.filter((namespace) => selects(selector, namespaceLabels(namespace))).map((namespace) => namespace.name);
  if (names.length === 0) return undefined;
  if (names.length === all.length) return { words: `${which}${conditions} in the cluster`, scope: "cluster" };
  const where = names.length === 1 ? `namespace ${names[0]!}` : `namespaces ${names.toSorted().join(", ")}`;
  return { words: `${which}${conditions} in ${where}`, scope: where };
}

/** The server gives every namespace a label with its name. */
export function namespaceLabels(namespace: WorldObject): Record<string, string> {
  return { ...labelsOf(namespace.body), "kubernetes.io/metadata.name": namespace.name };
}

function refusedBy(world: World, rules: Json[], where: string): string | undefined {
  const parts = rules.map((rule) => {
    const kinds = ((rule["resources"] ?? []) as string[]).map((resource) => kindOf(world, rule["apiGroups"] ?? [""], resource));
    const operations = ((rule["operations"] ?? []) as string[]).map((one) => (one === "*" ? "write" : one.toLowerCase()));
    return kinds.length === 0 || operations.length === 0 ? undefined : `${listed([...new Set(kinds)])} ${listed(operations, "or")}`;
  });
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : `Every ${[...new Set(known)].join(", every ")}${where} is refused`;
}

function kindOf(world: World, groups: string[], resource: string): string {
  if (resource === "*" || resource === "*/*")
    return groups.includes("*") ? "object" : `object of ${groups.map((group) => group || "v1").join(", ")}`;
  const [plain = "", subresource] = resource.split("/", 2);
  const group = groups.find((one) => world.types.find(`${one}/${plain}`) !== undefined);
  const anywhere = groups.includes("*") ? world.types.all.find((type) => type.resource === plain) : undefined;
  const kind = (group === undefined ? anywhere : world.types.find(`${group}/${plain}`))?.kind ?? plain;
  return subresource === undefined ? kind : `${kind} ${subresource}`;
}

function listed(words: string[], last = "and"): string {
  return words.length <= 1 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)!}`;
}
