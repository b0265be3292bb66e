import type { NewObject } from "../object.ts";
import {
  account,
  autoscaler,
  configMap,
  deployment,
  disruptionBudget,
  namespace,
  networkPolicy,
  object,
  role,
  roleBinding,
  secret,
  service,
  statefulSet,
} from "./manifest.ts";

const app = (where: string, name: string) => ({ image: `images.example/${where}/${name}:1.8.3`, port: 8080 });

/** The way in from the internet: its route leads to payments. */
export const WEB: readonly NewObject[] = [
  namespace("web", { env: "prod", team: "web" }),
  object("gateway.networking.k8s.io/v1", "GatewayClass", undefined, "public", { spec: { controllerName: "example.com/gateway" } }),
  object("gateway.networking.k8s.io/v1", "Gateway", "web", "public", {
    spec: {
      gatewayClassName: "public",
      listeners: [
        { name: "https", hostname: "*.example.com", port: 443, protocol: "HTTPS", allowedRoutes: { namespaces: { from: "Same" } } },
      ],
    },
    status: {
      addresses: [{ type: "Hostname", value: "public.eu-central-1.elb.amazonaws.com" }],
      conditions: [{ type: "Programmed", status: "True", reason: "Programmed", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }],
    },
  }),
  object("gateway.networking.k8s.io/v1", "HTTPRoute", "web", "checkout", {
    spec: {
      parentRefs: [{ name: "public" }],
      hostnames: ["checkout.example.com"],
      rules: [{ backendRefs: [{ name: "checkout", namespace: "payments", port: 8080 }] }],
    },
  }),
  object("gateway.networking.k8s.io/v1", "HTTPRoute", "web", "storefront", {
    spec: {
      parentRefs: [{ name: "public" }],
      hostnames: ["www.example.com"],
      rules: [{ backendRefs: [{ name: "storefront", port: 8080 }] }],
    },
  }),
  deployment("web", "storefront", 4, app("web", "storefront")),
  service("web", "storefront", "storefront", 8080),
  object("v1", "Service", "web", "payments-api", { spec: { type: "ExternalName", externalName: "api.payments.svc.cluster.local" } }),
  disruptionBudget("web", "storefront", "50%"),
  role("web", "read-routes", ["httproutes"], ["get", "list", "watch"], ["gateway.networking.k8s.io"]),
  roleBinding("web", "checkout-reads-routes", { kind: "Role", name: "read-routes" }, [account("payments", "checkout")]),
];

export const LEDGER: readonly NewObject[] = [
  namespace("ledger", { env: "prod", team: "ledger" }),
  configMap("ledger", "ledger-config", { PAYMENTS_URL: "http://api.payments.svc:8080" }),
  secret("ledger", "ledger-credentials", { DB_PASSWORD: "pw-ledger-55c0" }),
  deployment("ledger", "api", 3, { ...app("ledger", "api"), configMaps: ["ledger-config"], secrets: ["ledger-credentials"] }),
  deployment("ledger", "reader", 2, app("ledger", "reader")),
  service("ledger", "api", "api", 8080),
  service("ledger", "reader", "reader", 8080),
  autoscaler("ledger", "reader", 2, 6),
  disruptionBudget("ledger", "api", 2),
  networkPolicy("ledger", "api-from-payments", {
    podSelector: { matchLabels: { app: "api" } },
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "payments" } } }], ports: [{ port: 8080 }] }],
  }),
  role("ledger", "read-ledger", ["configmaps"], ["get", "list"]),
  roleBinding("ledger", "payments-reads", { kind: "Role", name: "read-ledger" }, [account("payments", "ledger-sync")]),
];

const fromProduction = (where: string, port: number, selected: Record<string, string> = {}): NewObject =>
  networkPolicy(where, "allow-prod", {
    podSelector: Object.keys(selected).length === 0 ? {} : { matchLabels: selected },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: "prod" } } }], ports: [{ port, protocol: "TCP" }] }],
  });

/** Who may reach whom: production lets production in, and `ops-utils` carries no label that says what it is. */
export const NETWORK: readonly NewObject[] = [
  namespace("prod-a", { env: "prod" }),
  statefulSet("prod-a", "api", 2, { image: "images.example/prod-a/api:4.2.0", port: 8443 }),
  service("prod-a", "api", "api", 8443, { clusterIP: "None" }),
  fromProduction("prod-a", 8443),
  namespace("prod-b", { env: "prod" }),
  deployment("prod-b", "batch", 2, app("prod-b", "batch")),
  service("prod-b", "batch", "batch", 8080),
  fromProduction("prod-b", 8080),
  namespace("data", { env: "prod" }),
  statefulSet("data", "postgres", 1, { image: "postgres:17.5", port: 5432 }),
  service("data", "postgres", "postgres", 5432, { clusterIP: "None" }),
  fromProduction("data", 5432),
  namespace("staging", { env: "staging" }),
  deployment("staging", "storefront", 1, app("web", "storefront")),
  namespace("ops-utils", { team: "platform" }),
  deployment("ops-utils", "migrator", 1, app("ops-utils", "migrator")),
];

/** What a managed cluster brings along. */
export const SYSTEM_PODS: readonly NewObject[] = [
  deployment(
    "kube-system",
    "coredns",
    2,
    { image: "registry.k8s.io/coredns/coredns:v1.11.4", port: 53 },
    { priorityClassName: "system-cluster-critical" },
  ),
  object("v1", "Service", "kube-system", "kube-dns", {
    spec: {
      clusterIP: "10.100.0.10",
      selector: { app: "coredns" },
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
      ],
    },
  }),
  ...["aws-node", "kube-proxy"].map((name) =>
    object("apps/v1", "DaemonSet", "kube-system", name, {
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            hostNetwork: true,
            priorityClassName: "system-node-critical",
            tolerations: [{ operator: "Exists" }],
            containers: [{ name, image: `images.example/eks/${name}:v1.32` }],
          },
        },
      },
    }),
  ),
];

/** Rights that reach beyond one namespace. */
export const CLUSTER_RIGHTS: readonly NewObject[] = [
  object("rbac.authorization.k8s.io/v1", "ClusterRole", undefined, "limits", {
    rules: [{ apiGroups: [""], resources: ["namespaces", "resourcequotas"], verbs: ["get", "list", "watch"] }],
  }),
  object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", undefined, "limits", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "limits" },
    subjects: [account("payments", "limits")],
  }),
  object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", undefined, "oncall-view", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "oncall" }],
  }),
];
