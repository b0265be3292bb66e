import type { Json } from "@interlock/kube-model";
import { nameOf } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const RBAC = "rbac.authorization.k8s.io";
export const BINDINGS = [`${RBAC}/rolebindings`, `${RBAC}/clusterrolebindings`] as const;
export const ROLES = [`${RBAC}/roles`, `${RBAC}/clusterroles`] as const;

/** Bindings that name a ServiceAccount or a role that does not exist. */
export const subjects: Rule = {
  name: "subjects",
  gone: ["/serviceaccounts", ...ROLES],
  made: [...BINDINGS],
  reads: [...BINDINGS, ...ROLES, "/serviceaccounts"],
  per: "cluster",
  find: (world) => {
    const findings: Finding[] = [];
    for (const key of BINDINGS) {
      for (const binding of world.all(key)) {
        const object = nameOf(binding);
        const role: Json = binding.body?.["roleRef"] ?? {};
        for (const subject of (binding.body?.["subjects"] ?? []) as Json[]) {
          if (subject["kind"] !== "ServiceAccount") continue;
          const namespace: string = subject["namespace"] ?? binding.namespace ?? "";
          if (!world.lacks("/serviceaccounts", namespace, subject["name"])) continue;
          const name = `${namespace}/${subject["name"]}`;
          findings.push({
            key: `${object} ${name}`,
            object,
            appears: `its subject ServiceAccount ${name} does not exist: whoever creates one of that name gets the rights of ${role["kind"]} ${role["name"]}`,
            ...(binding.namespace === undefined ? { scope: "cluster" } : { scope: `namespace ${binding.namespace}` }),
          });
        }
        const clusterWide = role["kind"] === "ClusterRole";
        if (!world.lacks(ROLES[clusterWide ? 1 : 0], clusterWide ? undefined : binding.namespace, role["name"])) continue;
        findings.push({
          key: `${object} role`,
          object,
          appears: `it grants nothing: ${role["kind"]} ${role["name"]} does not exist`,
          ...(binding.namespace === undefined ? { scope: "cluster" } : { scope: `namespace ${binding.namespace}` }),
        });
      }
    }
    return findings;
  },
};
