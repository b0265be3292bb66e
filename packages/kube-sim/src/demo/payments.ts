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
  serviceAccount,
  statefulSet,
} from "./manifest.ts";

const HERE = "payments";

/** Name, replicas, port. With the three pods of the database they are 42. */
const APPS: readonly [name: string, replicas: number, port: number][] = [
  ["checkout", 6, 8080],
  ["api", 6, 8080],
  ["ledger-sync", 3, 8080],
  ["refunds", 4, 8080],
  ["fraud-scorer", 5, 9000],
  ["webhooks-in", 4, 8080],
  ["notifier", 4, 8080],
  ["invoices", 4, 8080],
  ["limits", 3, 8443],
];

/** The image an app ran before, so that it has a revision to go back to. */
export const previousImage = (name: string): string => `images.example/payments/${name}:2.14.0`;
const image = (name: string): string => `images.example/payments/${name}:2.14.1`;

const apps: NewObject[] = APPS.map(([name, replicas, port]) =>
  deployment(
    HERE,
    name,
    replicas,
    { image: image(name), port, configMaps: [`${name}-config`], secrets: [`${name}-credentials`] },
    { serviceAccountName: name },
  ),
);

const credentials: NewObject[] = APPS.flatMap(([name]) => [
  secret(HERE, `${name}-credentials`, { DB_PASSWORD: `pw-${name}-7f3a9c21`, API_KEY: `demo-api-key-${name}` }),
  secret(
    HERE,
    `${name}-tls`,
    {
      "tls.crt": "-----BEGIN CERTIFICATE-----\ndemo\n-----END CERTIFICATE-----\n",
      "tls.key": `-----BEGIN PRIVATE KEY-----\ndemo ${name}\n-----END PRIVATE KEY-----\n`,
    },
    "kubernetes.io/tls",
  ),
  secret(HERE, `${name}-signing`, { "key.pem": `demo signing key of ${name}` }),
]);

const shared: NewObject[] = [
  secret(
    HERE,
    "registry",
    { ".dockerconfigjson": '{"auths":{"images.example":{"username":"payments","password":"demo"}}}' },
    "kubernetes.io/dockerconfigjson",
  ),
  secret(HERE, "orders-db", { POSTGRES_PASSWORD: "pw-orders-1b6e" }),
  secret(HERE, "card-scheme", { MERCHANT_ID: "merchant-4711", MERCHANT_KEY: "demo-merchant-key" }),
  secret(HERE, "bank-transfer", { CLIENT_ID: "payments", CLIENT_SECRET: "demo-client-secret" }),
];

const configuration: NewObject[] = [
  ...APPS.flatMap(([name]) => [
    configMap(HERE, `${name}-config`, { LOG_LEVEL: "info", REGION: "eu-central-1" }),
    configMap(HERE, `${name}-dashboards`, { "overview.json": `{"title":"${name}","panels":[]}` }),
  ]),
  ...["currencies", "countries", "fees", "feature-flags", "fraud-rules"].map((name) =>
    configMap(HERE, name, { "data.yaml": `name: ${name}\n` }),
  ),
];

const rights: NewObject[] = ["checkout", "ledger-sync", "refunds", "notifier", "invoices", "limits"].flatMap((name) => [
  role(HERE, name, ["configmaps"], ["get", "list", "watch"]),
  roleBinding(HERE, name, { kind: "Role", name }, [account(HERE, name)]),
]);

const policies: NewObject[] = [
  networkPolicy(HERE, "default-deny", { podSelector: {}, policyTypes: ["Ingress"] }),
  networkPolicy(HERE, "within", { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }),
  networkPolicy(HERE, "checkout-from-web", {
    podSelector: { matchLabels: { app: "checkout" } },
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "web" } } }], ports: [{ port: 8080 }] }],
  }),
  networkPolicy(HERE, "db-from-apps", {
    podSelector: { matchLabels: { app: "db" } },
    ingress: [{ from: [{ podSelector: { matchLabels: { team: HERE } } }], ports: [{ port: 5432 }] }],
  }),
  networkPolicy(HERE, "api-from-ledger", {
    podSelector: { matchLabels: { app: "api" } },
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ledger" } } }] }],
  }),
  networkPolicy(HERE, "limits-webhook", { podSelector: { matchLabels: { app: "limits" } }, ingress: [{ ports: [{ port: 8443 }] }] }),
  networkPolicy(HERE, "webhooks-in", { podSelector: { matchLabels: { app: "webhooks-in" } }, ingress: [{ ports: [{ port: 8080 }] }] }),
  networkPolicy(HERE, "egress-dns", {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ ports: [{ port: 53, protocol: "UDP" }] }, { to: [{ namespaceSelector: {} }] }],
  }),
];

/** Far from any hour at which somebody looks at the demo. */
const MONTHLY = "0 4 1 * *";

const nightly: NewObject[] = ["settlement", "reconcile", "dunning", "archive"].map((name) =>
  object("batch/v1", "CronJob", HERE, name, {
    spec: {
      schedule: MONTHLY,
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: "OnFailure",
              containers: [{ name, image: `images.example/payments/${name}:2.14.1`, args: ["run"] }],
            },
          },
        },
      },
    },
  }),
);

/** The namespace of the story: 214 objects, three volumes whose data go with it, and the webhook that the whole cluster waits for. */
export const PAYMENTS: readonly NewObject[] = [
  namespace(HERE, { env: "prod", team: "payments" }),
  ...APPS.map(([name]) => serviceAccount(HERE, name)),
  ...credentials,
  ...shared,
  ...configuration,
  ...rights,
  object("v1", "ResourceQuota", HERE, "compute", { spec: { hard: { pods: "80", "requests.cpu": "40" } } }),
  object("v1", "LimitRange", HERE, "defaults", { spec: { limits: [{ type: "Container", defaultRequest: { cpu: "50m" } }] } }),
  statefulSet(HERE, "db", 3, { image: "postgres:17.5", port: 5432, secrets: ["orders-db"] }, { name: "orders", storage: "100Gi" }),
  ...apps,
  ...APPS.map(([name, , port]) =>
    service(
      HERE,
      name,
      name,
      name === "limits" ? 443 : port,
      name === "limits" ? { ports: [{ name: "https", port: 443, targetPort: 8443 }] } : {},
    ),
  ),
  service(HERE, "db", "db", 5432, { clusterIP: "None" }),
  service(HERE, "checkout-public", "checkout", 8080, { type: "LoadBalancer" }),
  service(HERE, "webhooks-public", "webhooks-in", 8080, { type: "LoadBalancer" }),
  ...["checkout", "api", "refunds", "fraud-scorer", "notifier"].map((name) => autoscaler(HERE, name, 3, 12)),
  ...["checkout", "api", "refunds", "fraud-scorer", "db"].map((name) => disruptionBudget(HERE, name, 2)),
  ...policies,
  ...nightly,
  object("networking.k8s.io/v1", "Ingress", HERE, "invoices", {
    spec: {
      ingressClassName: "internal",
      rules: [
        {
          host: "invoices.example.com",
          http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "invoices", port: { number: 8080 } } } }] },
        },
      ],
    },
  }),
  object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", HERE, "routes-from-web", {
    spec: { from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "web" }], to: [{ group: "", kind: "Service" }] },
  }),
];

/** Asks `limits` about every pod outside its own namespace, and holds them all up when it is not there. Comes last: nothing starts before it. */
export const LIMITS_WEBHOOK: NewObject = object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", undefined, "limits", {
  webhooks: [
    {
      name: "limits.payments.svc",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      failurePolicy: "Fail",
      clientConfig: { service: { namespace: HERE, name: "limits", path: "/validate", port: 443 }, caBundle: "ZGVtbw==" },
      // Its own pods do not wait for themselves, or it could never start.
      namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: [HERE] }] },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"], scope: "Namespaced" }],
    },
  ],
});
