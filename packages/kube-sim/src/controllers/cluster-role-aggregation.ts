import type { Fields, KubeObject } from "../object.ts";
import { selects } from "../store/label-selector.ts";
import type { Controller } from "./controller.ts";

const ROLES = "rbac.authorization.k8s.io/clusterroles";

/** Writes into a ClusterRole with an aggregation rule the rules of those that it chooses; the authorizer reads what is written. */
export const clusterRoleAggregation: Controller = {
  name: "clusterrole-aggregation-controller",
  watches: [ROLES],
  clusterWide: true,
  reconcile(hands) {
    for (const role of hands.list(ROLES)) {
      const selectors: Fields[] | undefined = role["aggregationRule"]?.clusterRoleSelectors;
      if (selectors === undefined || role.metadata.deletionTimestamp !== undefined) continue;
      const rules = new Map<string, Fields>();
      // What is chosen may be aggregated itself; this is called again until nothing changes.
      for (const one of chosen(hands.list(ROLES), role, selectors))
        for (const rule of (one["rules"] ?? []) as Fields[]) rules.set(JSON.stringify(rule), rule);
      hands.put(ROLES, { ...role, rules: [...rules.values()] });
    }
  },
};

const chosen = (roles: readonly KubeObject[], role: KubeObject, selectors: readonly Fields[]): KubeObject[] =>
  roles
    .filter((one) => one !== role && selectors.some((selector) => selects(selector, one.metadata.labels)))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
