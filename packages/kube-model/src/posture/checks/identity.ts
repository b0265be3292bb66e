import { isRecord, type Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { inNamespace, kubectlKind, podPatch, word } from "../fix.ts";
import { type Inventory, nameOf, namespaceOf } from "../inventory.ts";
import { containerCheck, draft, podCheck } from "../rules.ts";
import { looksSecret } from "../secret-words.ts";
import { WORKLOAD_KINDS, type ContainerAt, type Workload } from "../workload.ts";

const accountOf = ({ spec }: Workload): string => String(spec["serviceAccountName"] ?? spec["serviceAccount"] ?? "") || "default";

/** Whether pods get a token of their account: the pod's own word, else the account's, else yes. */
function mountsToken(workload: Workload, inventory: Inventory): boolean {
  const own: Json = workload.spec["automountServiceAccountToken"];
  if (own !== undefined) return own === true;
  const account = inventory.find("/ServiceAccount", namespaceOf(workload.source.object), accountOf(workload));
  return account?.object["automountServiceAccountToken"] !== false;
}

function secretEnv({ container }: ContainerAt): number {
  const env: Json = container["env"];
  if (!Array.isArray(env)) return -1;
  return env.findIndex((variable: Json) => {
    const { name, value }: Record<string, Json> = isRecord(variable) ? variable : {};
    // `$(NAME)` is another variable.
    if (typeof value !== "string" || /^\$\([\w.-]+\)$/.test(value)) return false;
    return looksSecret(String(name), value);
  });
}

/** What a workload is allowed by the token it holds, and secrets it is given. */
export const IDENTITY: readonly Check[] = [
  podCheck({
    id: "service-account-token",
    title: "Tokens of the API for pods that may not need one",
    severity: "low",
    area: "credentials",
    why: "Whoever gets into the pod reads the token and asks the API as its account. Most programs never talk to the API.",
    bad: (workload, inventory) =>
      mountsToken(workload, inventory) ? { path: [...workload.podPath, "automountServiceAccountToken"] } : undefined,
    says: (workload) => `Its pods hold a token of the service account ${accountOf(workload)}.`,
    patch: () => ({ automountServiceAccountToken: false }),
    decision: "Does it talk to the Kubernetes API? Then leave the token.",
  }),
  {
    id: "default-service-account",
    title: "The namespace's default service account",
    severity: "low",
    area: "credentials",
    why: "Everything that names no account shares this one: a right that is given to it once is given to all of them, also to what is deployed later.",
    reads: WORKLOAD_KINDS,
    *find(inventory) {
      for (const workload of inventory.workloads) {
        const { object } = workload.source;
        // Without a token it is nobody.
        if (accountOf(workload) !== "default" || !mountsToken(workload, inventory)) continue;
        const name = nameOf(object);
        const fix = podPatch(workload, { serviceAccountName: name });
        const create = `kubectl create serviceaccount ${word(name)}${inNamespace(object)}`;
        const known = inventory.find("/ServiceAccount", namespaceOf(object), name) !== undefined;
        yield draft(
          workload.source,
          "Its pods work as the default service account.",
          [{ path: [...workload.podPath, "serviceAccountName"] }],
          workload.changeable && !known ? { ...fix, lines: [create, ...fix.lines] } : fix,
        );
      }
    },
  },
  containerCheck({
    id: "secret-in-environment",
    title: "Secrets written into environment variables",
    severity: "high",
    area: "credentials",
    why: "The value stands in the object: whoever may read pods or Deployments has it, and so have its manifests, their history and every backup.",
    bad: (at) => {
      const index = secretEnv(at);
      return index === -1 ? undefined : { path: [...at.path, "env", index, "value"], words: "•••• (not shown)" };
    },
    says: (one) => `${one ? "has" : "have"} a secret in the value of an environment variable`,
    patch: (at) => {
      const variable: Json = at.container["env"][secretEnv(at)];
      const secret = `${nameOf(at.workload.source.object)}-${at.name}`;
      return { env: [{ name: variable.name, value: null, valueFrom: { secretKeyRef: { name: secret, key: String(variable.name) } } }] };
    },
    decision: "Make a new value, for this one has been readable; put it into the Secret that the lines name, then take it from there.",
    undecided: true,
  }),
  {
    id: "naked-pod",
    title: "Pods that nothing makes again",
    severity: "medium",
    area: "availability",
    why: "A pod without a controller is gone with its node, and a drain either stops at it or ends it for good.",
    reads: WORKLOAD_KINDS,
    *find(inventory) {
      for (const { source, kind } of inventory.workloads) {
        const { ownerReferences, annotations }: Record<string, Json> = source.object.metadata ?? {};
        const owned = Array.isArray(ownerReferences) && ownerReferences.length > 0;
        // Static pods are of their kubelet.
        if (kind !== "Pod" || owned || annotations?.["kubernetes.io/config.mirror"] !== undefined) continue;
        yield draft(source, "Nothing makes this pod again when it ends.", [{ path: ["metadata", "ownerReferences"] }], {
          lines: [],
          decision: "Is it still needed? Make a Deployment (or a Job, if it ends) of its spec; else delete it.",
          choices: [`kubectl delete ${kubectlKind(source.object)} ${word(nameOf(source.object))}${inNamespace(source.object)}`],
        });
      }
    },
  },
];
