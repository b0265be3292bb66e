import type { Json } from "@interlock/kube-model";
import { keyOfType } from "../resource-types.ts";
import { nameOf } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const POLICIES = "admissionregistration.k8s.io/validatingadmissionpolicies";
const BINDINGS = "admissionregistration.k8s.io/validatingadmissionpolicybindings";

/** Bindings of a policy that does not exist, and those whose missing parameters have everything refused. */
export const admissionPolicies: Rule = {
  name: "admission policies",
  gone: [POLICIES, "/configmaps", "/namespaces"],
  made: [POLICIES, BINDINGS],
  reads: [POLICIES, BINDINGS],
  per: "cluster",
  find: (world) => {
    const findings: Finding[] = [];
    for (const binding of world.all(BINDINGS)) {
      const { policyName, paramRef }: Json = binding.body?.["spec"] ?? {};
      const object = nameOf(binding);
      const policy = world.find(POLICIES, undefined, policyName);
      if (policy === undefined) {
        if (world.lacks(POLICIES, undefined, policyName))
          findings.push({
            key: `${object} policy`,
            object,
            appears: `it enforces nothing: ValidatingAdmissionPolicy ${policyName} does not exist`,
            scope: "cluster",
          });
        continue;
      }
      const { paramKind, failurePolicy }: Json = policy.body?.["spec"] ?? {};
      if (paramKind === undefined || paramRef?.["name"] === undefined || paramRef["parameterNotFoundAction"] !== "Deny") continue;
      if (failurePolicy === "Ignore") continue;
      const type = world.types.ofKind(paramKind["apiVersion"] ?? "", paramKind["kind"] ?? "");
      const { name, namespace } = paramRef;
      // Without a namespace the parameters are those of the namespace that is written to.
      if (type === undefined || (type.namespaced && namespace === undefined) || !world.lacks(keyOfType(type), namespace, name)) continue;
      findings.push({
        key: `${object} parameters`,
        object,
        appears: `every request that policy ${policyName} is asked about is refused: its parameters ${type.kind} ${namespace === undefined ? "" : `${namespace}/`}${name} do not exist`,
        scope: "cluster",
      });
    }
    return findings;
  },
};
