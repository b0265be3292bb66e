import type { KubeObject } from "@interlock/kube-model";
import { describe, expect, test } from "vitest";
import { namespace, object, ownedBy, pod, service, worldOf } from "../cluster-of.testing.ts";
import { kept } from "../kept.ts";
import { keyOfType } from "../resource-types.ts";
import { worldObject } from "../world.ts";
import { applyChange } from "./breaks.ts";

/** What deleting and making objects breaks in a cluster, as `object: why`. */
function breaks(cluster: KubeObject[], gone: KubeObject[], made: KubeObject[] = []): string[] {
  const world = worldOf(cluster);
  const found = (one: KubeObject) => world.byUid(one.metadata.uid)!;
  const changed = made.map((one) => {
    const type = world.types.ofKind(one.apiVersion!, one.kind!)!;
    return worldObject(type, one, kept(keyOfType(type), one));
  });
  return applyChange(world, { gone: gone.map(found), made: changed }).map((one) => `${one.object}: ${one.why}`);
}

const a = namespace("a");
const b = namespace("b", { team: "b" });
const back = service("a/back", { app: "back" }, { ports: [{ port: 80 }] });
const ready = pod("a/back-1", { app: "back" });

describe("admission policies", () => {
  const API = "admissionregistration.k8s.io/v1";
  const config = object("v1", "ConfigMap", "a/limits");
  const policy = (more: object = {}) =>
    object(API, "ValidatingAdmissionPolicy", "p", { spec: { paramKind: { apiVersion: "v1", kind: "ConfigMap" }, ...more } });
  const binding = (action: string) =>
    object(API, "ValidatingAdmissionPolicyBinding", "b", {
      spec: { policyName: "p", paramRef: { namespace: "a", name: "limits", parameterNotFoundAction: action } },
    });
  test("a binding without its policy enforces nothing", () => {
    expect(breaks([a, config, policy(), binding("Deny")], [policy()]).join()).toMatch(
      /Binding b: it enforces nothing: .* p does not exist/,
    );
  });
  test("without parameters that it must have everything is refused", () => {
    const refused = /Binding b: every request that policy p is asked about is refused: its parameters ConfigMap a\/limits do not exist/;
    expect(breaks([a, config, policy(), binding("Deny")], [config]).join()).toMatch(refused);
    expect(breaks([a, config, policy(), binding("Allow")], [config])).toEqual([]);
    expect(breaks([a, config, policy({ failurePolicy: "Ignore" }), binding("Deny")], [config])).toEqual([]);
  });
});

describe("webhooks", () => {
  const hook = (more: object = {}) =>
    object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "h", {
      webhooks: [
        {
          name: "h.example.com",
          clientConfig: { service: { namespace: "a", name: "back" } },
          rules: [{ apiGroups: ["", "apps"], operations: ["CREATE", "UPDATE"], resources: ["pods", "deployments"] }],
          ...more,
        },
      ],
    });
  test("without its Service, or without endpoints, every request it is asked about is refused", () => {
    const every = "MutatingWebhookConfiguration h: Every Pod and Deployment create or update in the cluster is refused: ";
    expect(breaks([a, back, ready, hook()], [back]).join()).toContain(
      `${every}webhook h.example.com has failurePolicy Fail and Service a/back does not exist`,
    );
    expect(breaks([a, back, ready, hook()], [ready]).join()).toContain(
      `${every}webhook h.example.com has failurePolicy Fail and Service a/back has no ready endpoints`,
    );
  });
  test("nothing breaks with failurePolicy Ignore, a URL, another ready pod, or where it was broken before", () => {
    const only = (list: string[]) => list.filter((one) => one.includes("Webhook"));
    expect(only(breaks([a, back, ready, hook({ failurePolicy: "Ignore" })], [back]))).toEqual([]);
    expect(only(breaks([a, back, ready, hook({ clientConfig: { url: "https://h" } })], [back]))).toEqual([]);
    expect(only(breaks([a, back, ready, pod("a/back-2", { app: "back" }), hook()], [ready]))).toEqual([]);
    expect(only(breaks([a, back, hook()], [back]))).toEqual([]);
  });
  test("it reaches as far as its selectors", () => {
    const scoped = hook({ namespaceSelector: { matchLabels: { team: "b" } }, objectSelector: { matchLabels: { x: "y" } } });
    expect(breaks([a, b, back, ready, scoped], [back]).join()).toContain(
      "create or update of objects labelled x=y in namespace b is refused",
    );
    expect(breaks([a, back, ready, scoped], [back]).filter((one) => one.includes("Webhook"))).toEqual([]);
  });
});

test("what has just been made has never worked: it breaks nothing, unless others depend on it", () => {
  const made = service("a/new", { app: "new" }, { ports: [{ port: 80 }] });
  const budget = object("policy/v1", "PodDisruptionBudget", "a/guard", { spec: { selector: { matchLabels: { app: "new" } } } });
  expect(breaks([a], [], [made, budget])).toEqual([]);
  expect(breaks([a, back, ready], [], [{ ...back, spec: { ...back["spec"], selector: { app: "new" } } }]).join()).toContain(
    "selects no pod",
  );
});

describe("routes", () => {
  const ingress = object("networking.k8s.io/v1", "Ingress", "a/in", {
    spec: {
      rules: [{ host: "shop.example.com", http: { paths: [{ path: "/", backend: { service: { name: "back", port: { number: 80 } } } }] } }],
    },
  });
  const route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "b/route", {
    spec: { hostnames: ["shop.example.com"], rules: [{ backendRefs: [{ name: "back", namespace: "a", port: 80 }] }] },
  });
  const grant = object("gateway.networking.k8s.io/v1", "ReferenceGrant", "a/grant", {
    spec: { from: [{ kind: "HTTPRoute", namespace: "b" }], to: [{ kind: "Service" }] },
  });
  test("an Ingress answers 503 without its backend or the backend's port", () => {
    expect(breaks([a, back, ready, ingress], [back])).toContain(
      "networking.k8s.io/v1 Ingress a/in: shop.example.com/ answers 503: Service a/back does not exist",
    );
    const moved = { ...back, spec: { ...back["spec"], ports: [{ port: 81 }] } };
    expect(breaks([a, back, ready, ingress], [], [moved])).toEqual([
      "networking.k8s.io/v1 Ingress a/in: shop.example.com/ answers 503: Service a/back has no port 80",
    ]);
    expect(breaks([a, back, ready, ingress, pod("a/other", {})], [pod("a/other", {})])).toEqual([]);
  });
  test("a route of another namespace answers 503 without its backend and 500 without its grant", () => {
    expect(breaks([a, b, back, ready, route, grant], [back]).join()).toMatch(
      /HTTPRoute b\/route: the route of shop.example.com to a\/back:80 answers 503 \(or 500\): Service a\/back does not exist$/,
    );
    expect(breaks([a, b, back, ready, route, grant], [grant])).toEqual([
      expect.stringMatching(/answers 500: no ReferenceGrant in a permits it/),
    ]);
  });
});

describe("disruption budgets", () => {
  const set = object("apps/v1", "StatefulSet", "a/db", { spec: {} });
  const deployment = object("apps/v1", "Deployment", "a/web", { spec: {} });
  const replicas = object("apps/v1", "ReplicaSet", "a/web-1", { spec: {} }, { ownerReferences: [ownedBy(deployment)] });
  const web = (name: string, labels = { app: "web" }) => pod(`a/${name}`, labels, replicas);
  const budget = (name: string, app: string) =>
    object("policy/v1", "PodDisruptionBudget", `a/${name}`, { spec: { minAvailable: 1, selector: { matchLabels: { app } } } });
  const cluster = [a, deployment, replicas, web("web-1-a"), web("web-1-b"), pod("a/lone", { app: "lone" })];
  const left = (list: string[]) => list.filter((one) => one.includes("no PodDisruptionBudget"));
  const uncovered = /^apps\/v1 Deployment a\/web: no PodDisruptionBudget covers its pods any longer/;

  test("without its last budget a workload is told of once, a pod that nothing made by itself", () => {
    const whole = [...cluster, budget("web", "web"), budget("lone", "lone")];
    expect(left(breaks(whole, [budget("web", "web")]))).toEqual([expect.stringMatching(uncovered)]);
    expect(left(breaks(whole, [budget("lone", "lone")]))).toEqual([expect.stringMatching(/^v1 Pod a\/lone: no PodDisruptionBudget/)]);
  });
  test("a selector that moves away, and pods that are relabelled, lose it as well", () => {
    const whole = [...cluster, budget("web", "web")];
    expect(left(breaks(whole, [], [budget("web", "other")]))).toEqual([expect.stringMatching(uncovered)]);
    const moved = [web("web-1-a", { app: "moved" }), web("web-1-b", { app: "moved" })];
    expect(left(breaks(whole, [], moved))).toEqual([expect.stringMatching(uncovered)]);
    expect(left(breaks(whole, [], moved.slice(1)))).toEqual([]);
  });
  test("nothing is told where another budget covers them, where none did, or where the pods go as well", () => {
    expect(left(breaks([...cluster, budget("web", "web"), budget("two", "web")], [budget("two", "web")]))).toEqual([]);
    expect(left(breaks([...cluster, budget("db", "db")], [budget("db", "db")]))).toEqual([]);
    expect(left(breaks([...cluster, budget("web", "web")], [web("web-1-a"), web("web-1-b")]))).toEqual([]);
    const known = [a, web("web-1-a"), replicas, set, budget("web", "web")];
    expect(left(breaks(known, [budget("web", "web"), replicas, web("web-1-a")]))).toEqual([]);
  });
});

describe("names", () => {
  test("an ExternalName that stands for a Service of the cluster", () => {
    const alias = service("b/alias", undefined, { type: "ExternalName", externalName: "back.a.svc.cluster.local" });
    const outside = service("b/outside", undefined, { type: "ExternalName", externalName: "example.com" });
    expect(breaks([a, b, back, ready, alias, outside], [back])).toEqual([
      expect.stringMatching(/^v1 Service b\/alias: its name no longer resolves/),
    ]);
  });
  test("subjects and roles of bindings", () => {
    const account = object("v1", "ServiceAccount", "a/robot");
    const role = object("rbac.authorization.k8s.io/v1", "ClusterRole", "view");
    const binding = object("rbac.authorization.k8s.io/v1", "RoleBinding", "b/robots", {
      subjects: [
        { kind: "ServiceAccount", name: "robot", namespace: "a" },
        { kind: "User", name: "alice" },
      ],
      roleRef: { kind: "ClusterRole", name: "view" },
    });
    expect(breaks([a, b, account, role, binding], [account])).toEqual([
      expect.stringMatching(/RoleBinding b\/robots: its subject ServiceAccount a\/robot does not exist/),
    ]);
    expect(breaks([a, b, account, role, binding], [role])).toEqual([
      expect.stringMatching(/it grants nothing: ClusterRole view does not exist/),
    ]);
    expect(breaks([a, b, account, role, binding, object("v1", "ServiceAccount", "a/x")], [object("v1", "ServiceAccount", "a/x")])).toEqual(
      [],
    );
  });
  test("an aggregated API and a conversion without their server", () => {
    const api = object("apiregistration.k8s.io/v1", "APIService", "v1.m", {
      spec: { group: "m", version: "v1", service: { namespace: "a", name: "back" } },
    });
    const local = object("apiregistration.k8s.io/v1", "APIService", "v1.apps", { spec: { group: "apps", version: "v1" } });
    const crd = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
      spec: { conversion: { strategy: "Webhook", webhook: { clientConfig: { service: { namespace: "a", name: "back" } } } } },
    });
    const found = breaks([a, back, ready, api, local, crd], [back]);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/APIService v1.m: API m\/v1 is not served/);
    expect(found[1]).toMatch(/widgets.example.com cannot be converted/);
  });
});

describe("selectors", () => {
  test("Services and budgets that select nothing any more", () => {
    const budget = object("policy/v1", "PodDisruptionBudget", "a/budget", { spec: { selector: { matchLabels: { app: "back" } } } });
    expect(breaks([a, back, ready, budget], [ready])).toEqual([
      expect.stringMatching(/^v1 Service a\/back: its selector app=back selects no pod/),
      expect.stringMatching(/^policy\/v1 PodDisruptionBudget a\/budget: .*it protects nothing/),
    ]);
    expect(breaks([a, back, ready, pod("a/back-2", { app: "back" }), budget], [ready])).toEqual([]);
  });
  test("a pod with other labels leaves what selected it", () => {
    const second = pod("a/back-2", { app: "back" });
    expect(breaks([a, back, ready, second], [], [pod("a/back-1", { app: "x" })])).toEqual([
      "v1 Service a/back: it no longer sends traffic to v1 Pod a/back-1",
    ]);
    expect(breaks([a, back, ready, second], [], [pod("a/back-1", { app: "back", more: "x" })])).toEqual([]);
  });
  test("a network policy of another namespace that names the namespace", () => {
    const allow = (selector: object) =>
      object("networking.k8s.io/v1", "NetworkPolicy", "a/allow", {
        spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: selector }] }] },
      });
    const named = "networking.k8s.io/v1 NetworkPolicy a/allow: it no longer allows traffic from namespace b (team=b)";
    expect(breaks([a, b, allow({ matchLabels: { team: "b" } })], [b])).toEqual([named]);
    expect(breaks([a, b, allow({ matchLabels: { team: "b" } })], [], [namespace("b", { team: "x" })])).toEqual([named]);
    expect(breaks([a, b, allow({})], [b])).toEqual([]);
  });
  test("pods that a network policy no longer restricts, or restricts for the first time", () => {
    const policy = object("networking.k8s.io/v1", "NetworkPolicy", "a/deny", {
      spec: { podSelector: { matchLabels: { app: "back" } }, policyTypes: ["Ingress"] },
    });
    expect(breaks([a, ready, policy], [policy])).toEqual([
      "v1 Namespace a: pods app=back can now be reached from every IPv4 address on every port",
    ]);
    expect(breaks([a, ready], [], [policy])).toEqual([
      "v1 Namespace a: pods app=back can no longer be reached from every IPv4 address on every port",
    ]);
    expect(breaks([a, ready, policy], [], [{ ...policy, metadata: { ...policy.metadata, labels: { x: "y" } } }])).toEqual([]);
  });
  test("connections that a label of a namespace lets through and blocks, by classes of pods and ports", () => {
    const from = (name: string, env: string) =>
      object("networking.k8s.io/v1", "NetworkPolicy", `${name}/allow`, {
        spec: {
          podSelector: {},
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { env } } }], ports: [{ port: 8443 }] }],
        },
      });
    const cluster = [a, b, ready, pod("b/one", { app: "one" }), pod("c/two", { app: "two" }), from("a", "prod"), from("c", "staging")];
    const c = namespace("c");
    const staging = namespace("b", { team: "b", env: "staging" });
    expect(breaks([...cluster, c], [], [namespace("b", { team: "b", env: "prod" })]).filter((one) => one.includes("reached"))).toEqual([
      "v1 Namespace a: pods app=back can now be reached from b (pods app=one) on 8443/TCP",
    ]);
    const moved = breaks([...cluster.filter((one) => one !== b), c, staging], [], [namespace("b", { team: "b", env: "prod" })]);
    expect(moved.filter((one) => one.includes("reached"))).toEqual([
      "v1 Namespace c: pods app=two can no longer be reached from b (pods app=one) on 8443/TCP",
      "v1 Namespace a: pods app=back can now be reached from b (pods app=one) on 8443/TCP",
    ]);
  });
  test("many connections are told by some and a number", () => {
    const many = Array.from({ length: 30 }, (_, index) => pod(`a/p-${index}`, { app: `app-${index}` }));
    const deny = object("networking.k8s.io/v1", "NetworkPolicy", "a/deny", { spec: { podSelector: {}, policyTypes: ["Ingress"] } });
    // Pods that no policy tells apart are one class, however many they are.
    expect(breaks([a, ...many], [], [deny])).toHaveLength(1);
    const each = many.map((one, index) =>
      object("networking.k8s.io/v1", "NetworkPolicy", `a/each-${index}`, {
        spec: { podSelector: { matchLabels: one.metadata.labels as object }, ingress: [{ ports: [{ port: index + 1 }] }] },
      }),
    );
    const told = breaks([a, ...many], [], each);
    expect(told).toHaveLength(9);
    expect(told.at(-1)).toBe("v1 Namespace a: connections to 22 more classes of pods vanish, in a");
  });
});

describe("what pods need", () => {
  const template = (spec: object) => ({ spec: { template: { metadata: { labels: {} }, spec: { containers: [], ...spec } } } });
  const config = object("v1", "ConfigMap", "a/config");
  test("a ConfigMap that a template mounts; its pods are not told of one by one", () => {
    const web = object("apps/v1", "Deployment", "a/web", template({ volumes: [{ name: "c", configMap: { name: "config" } }] }));
    const made = pod("a/web-1", {}, web, { volumes: [{ name: "c", configMap: { name: "config" } }] });
    expect(breaks([a, config, web, made], [config])).toEqual([
      expect.stringMatching(/^apps\/v1 Deployment a\/web: its pods use ConfigMap config \(volume\)/),
    ]);
    const optional = object(
      "apps/v1",
      "Deployment",
      "a/web",
      template({ volumes: [{ name: "c", configMap: { name: "config", optional: true } }] }),
    );
    expect(breaks([a, config, optional], [config])).toEqual([]);
  });
  test("classes of the cluster", () => {
    const high = object("scheduling.k8s.io/v1", "PriorityClass", "high");
    const web = object("apps/v1", "Deployment", "a/web", template({ priorityClassName: "high" }));
    expect(breaks([a, high, web], [high])).toEqual([expect.stringMatching(/asks for PriorityClass high/)]);
    const fast = object("storage.k8s.io/v1", "StorageClass", "fast");
    const claim = object("v1", "PersistentVolumeClaim", "a/data", { spec: { storageClassName: "fast" } });
    expect(breaks([a, fast, claim], [fast])).toEqual([expect.stringMatching(/no volume is provisioned for it/)]);
    expect(breaks([a, high, fast, object("apps/v1", "Deployment", "a/x", template({}))], [high, fast])).toEqual([]);
  });
  test("an autoscaler without its target", () => {
    const web = object("apps/v1", "Deployment", "a/web", template({}));
    const scaler = object("autoscaling/v2", "HorizontalPodAutoscaler", "a/web", {
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
    });
    expect(breaks([a, web, scaler], [web])).toEqual([expect.stringMatching(/HorizontalPodAutoscaler a\/web: it has nothing to scale/)]);
    expect(
      breaks([a, web, scaler, object("apps/v1", "Deployment", "a/x", template({}))], [object("apps/v1", "Deployment", "a/x")]),
    ).toEqual([]);
  });
  test("a node's labels, and pods to be near to", () => {
    const disk = object("v1", "Node", "n1", {}, { labels: { disk: "ssd" } });
    const web = object("apps/v1", "Deployment", "a/web", template({ nodeSelector: { disk: "ssd" } }));
    expect(breaks([a, disk, web], [], [object("v1", "Node", "n1", {}, { labels: {} })])).toEqual([
      expect.stringMatching(/no node is labelled disk=ssd/),
    ]);
    const term = { labelSelector: { matchLabels: { app: "back" } }, topologyKey: "kubernetes.io/hostname" };
    const near = object(
      "apps/v1",
      "Deployment",
      "a/near",
      template({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }),
    );
    expect(breaks([a, near, ready], [ready])).toEqual([expect.stringMatching(/no pod labelled app=back is there to be near to/)]);
  });
  test("a claim that goes with its volume", () => {
    const claim = object("v1", "PersistentVolumeClaim", "c/data");
    const volume = object("v1", "PersistentVolume", "pv");
    const web = object(
      "apps/v1",
      "Deployment",
      "c/web",
      template({ volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] }),
    );
    expect(breaks([a, claim, volume, web], [claim, volume])).toEqual([expect.stringMatching(/its pods use PersistentVolumeClaim data/)]);
  });
  test("what goes with the same change is not told of", () => {
    const web = object("apps/v1", "Deployment", "a/web", template({ volumes: [{ name: "c", configMap: { name: "config" } }] }));
    expect(breaks([a, config, web, pod("a/p", {}, web)], [config, web])).toEqual([]);
    expect(ownedBy(web)).toMatchObject({ controller: true });
  });
});
