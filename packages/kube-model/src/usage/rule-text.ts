import type { Rule } from "../rights/attributes.ts";

/** `get, list pods, pods/log`; `get secrets "db"`; `* deployments.apps`. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): string {
  const groups = apiGroups.filter((group) => group !== "");
  const suffix = groups.length === 0 ? "" : groups.length === 1 ? `.${groups[0]!}` : `.{${groups.join(",")}}`;
  const what = [...resources.map((resource) => `${resource}${suffix}`), ...nonResourceURLs].join(", ");
  const names = resourceNames.length === 0 ? "" : ` ${resourceNames.map((name) => JSON.stringify(name)).join(", ")}`;
  return `${verbs.join(", ")} ${what}${names}`;
}
