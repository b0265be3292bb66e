import { expect, test } from "vitest";
import { kubectlLine } from "./kubectl-lines.ts";

const bindings = { key: "rbac.authorization.k8s.io/rolebindings", plural: "rolebindings" };

test.each([
  ["get", { kind: { key: "/pods", plural: "pods" }, namespace: "shop", name: "web-1" }, "kubectl get pods/web-1 -n shop -o yaml"],
  [
    "get",
    // The plural alone may be of two groups.
    { kind: { key: "apps/deployments", plural: "deployments" }, namespace: "shop", name: "web" },
    "kubectl get deployments.apps/web -n shop -o yaml",
  ],
  ["describe", { kind: { key: "/nodes", plural: "nodes" }, namespace: undefined, name: "a" }, "kubectl describe nodes/a"],
  [
    "delete",
    { kind: bindings, namespace: "payments", name: "--all" },
    "kubectl delete rolebindings.rbac.authorization.k8s.io/--all -n payments",
  ],
  [
    "delete",
    { kind: bindings, namespace: "payments", name: "it's a --all\nkubectl delete ns x" },
    `kubectl delete 'rolebindings.rbac.authorization.k8s.io/it'\\''s a --all\nkubectl delete ns x' -n payments`,
  ],
] as const)("%s names one object, whatever it is called", (verb, object, line) => expect(kubectlLine(verb, object)).toBe(line));
