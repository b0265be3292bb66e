import type { Fields, NewObject } from "../object.ts";

/** Short ways to write the manifests of the demo. */

export const object = (
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  name: string,
  rest: Fields = {},
  metadata: Fields = {},
): NewObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
  ...rest,
});

export const namespace = (name: string, labels: Record<string, string>): NewObject =>
  object("v1", "Namespace", undefined, name, {}, { labels });

export interface Container {
  image: string;
  port: number;
  /** Of config maps and secrets whose keys become environment variables. */
  configMaps?: readonly string[];
  secrets?: readonly string[];
}

const labelsOf = (name: string, team: string): Record<string, string> => ({ app: name, team });

function template(name: string, team: string, { image, port, configMaps = [], secrets = [] }: Container, more: Fields = {}): Fields {
  return {
    metadata: { labels: labelsOf(name, team) },
    spec: {
      containers: [
        {
          name,
          image,
          ports: [{ name: "http", containerPort: port }],
          envFrom: [...configMaps.map((one) => ({ configMapRef: { name: one } })), ...secrets.map((one) => ({ secretRef: { name: one } }))],
          resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
          readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
        },
      ],
      ...more,
    },
  };
}

export const deployment = (where: string, name: string, replicas: number, container: Container, more: Fields = {}): NewObject =>
  object(
    "apps/v1",
    "Deployment",
    where,
    name,
    { spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, where, container, more) } },
    { labels: labelsOf(name, where), annotations: { "kubernetes.io/change-cause": `image ${container.image}` } },
  );

export const statefulSet = (
  where: string,
  name: string,
  replicas: number,
  container: Container,
  claim?: { name: string; storage: string },
): NewObject => {
  const pods = template(name, where, container);
  if (claim !== undefined) pods["spec"].containers[0].volumeMounts = [{ name: claim.name, mountPath: "/var/lib/data" }];
  const claims = claim && [
    { metadata: { name: claim.name }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: claim.storage } } } },
  ];
  return object(
    "apps/v1",
    "StatefulSet",
    where,
    name,
    {
      spec: {
        serviceName: name,
        replicas,
        selector: { matchLabels: { app: name } },
        template: pods,
        ...(claims && { volumeClaimTemplates: claims }),
      },
    },
    { labels: labelsOf(name, where) },
  );
};

export const service = (where: string, name: string, app: string, port: number, more: Fields = {}): NewObject =>
  object(
    "v1",
    "Service",
    where,
    name,
    { spec: { selector: { app }, ports: [{ name: "http", port, targetPort: port }], ...more } },
    { labels: labelsOf(app, where) },
  );

export const configMap = (where: string, name: string, data: Record<string, string>): NewObject =>
  object("v1", "ConfigMap", where, name, { data });

export const secret = (where: string, name: string, stringData: Record<string, string>, type = "Opaque"): NewObject =>
  object("v1", "Secret", where, name, { type, stringData });

export const serviceAccount = (where: string, name: string): NewObject => object("v1", "ServiceAccount", where, name);

export const role = (
  where: string,
  name: string,
  resources: readonly string[],
  verbs: readonly string[],
  apiGroups: readonly string[] = [""],
): NewObject => object("rbac.authorization.k8s.io/v1", "Role", where, name, { rules: [{ apiGroups, resources, verbs }] });

export const roleBinding = (where: string, name: string, to: { kind: string; name: string }, subjects: readonly Fields[]): NewObject =>
  object("rbac.authorization.k8s.io/v1", "RoleBinding", where, name, {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", ...to },
    subjects,
  });

export const account = (where: string, name: string): Fields => ({ kind: "ServiceAccount", namespace: where, name });

export const autoscaler = (where: string, name: string, min: number, max: number): NewObject =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", where, name, {
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
    },
  });

export const disruptionBudget = (where: string, name: string, minAvailable: number | string): NewObject =>
  object("policy/v1", "PodDisruptionBudget", where, name, { spec: { minAvailable, selector: { matchLabels: { app: name } } } });

export const networkPolicy = (where: string, name: string, spec: Fields): NewObject =>
  object("networking.k8s.io/v1", "NetworkPolicy", where, name, { spec });
