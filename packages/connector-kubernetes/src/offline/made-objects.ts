import { isRecord, parseJson, type Json, type KubeObject } from "@interlock/kube-model";
import type { Arguments } from "../kubectl/arguments.ts";
import { flagOf, flagsOf, isSet, kindNamed } from "./named-objects.ts";
import { merged } from "./patched-object.ts";

const RBAC = "rbac.authorization.k8s.io";

/** An object that a line makes: all of it as far as its words tell. `undefined`: what it would be hangs on the cluster. */
export interface MadeObject {
  apiVersion: string;
  kind: string;
  name: string;
  object: KubeObject | undefined;
}

type Rest = Record<string, Json>;
type Generator = (args: Arguments, name: string) => Rest | undefined;

const lists = (args: Arguments, flag: string): string[] => flagsOf(args, flag).flatMap((value) => value.split(","));
const command = ({ rest }: Arguments): Json => (rest === undefined ? {} : { command: rest.map(({ text }) => text) });

/** The last part of an image's name, as `kubectl create deployment` calls its containers. */
const nameOfImage = (image: string): string => image.split("/").at(-1)!.split(/[:@]/)[0]!;

function workload(args: Arguments, name: string): Rest {
  const labels = { app: name };
  const containers = flagsOf(args, "image").map((image) => ({ name: nameOfImage(image), image, ...command(args) }));
  const replicas = Number(flagOf(args, "replicas") ?? 1);
  return {
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

function jobSpec(args: Arguments, name: string): Json {
  const containers = [{ name, image: flagOf(args, "image") ?? "", ...command(args) }];
  return { template: { spec: { restartPolicy: flagOf(args, "restart") ?? "Never", containers } } };
}

/** `pods`, `deployments.apps`, `pods/log`, `*.*`: group and resource as the rules of a role have them. */
function ruleOf(args: Arguments): Json[] {
  const verbs = lists(args, "verb");
  const resourceNames = lists(args, "resource-name");
  const urls = lists(args, "non-resource-url");
  const byGroup = Map.groupBy(
    lists(args, "resource").map((word): [string, string] => {
      const [resource = "", subresource] = word.split("/");
      const dot = resource.indexOf(".");
      const kind = kindNamed(resource);
      const plural = kind?.plural ?? (dot === -1 ? resource : resource.slice(0, dot));
      const group = kind?.group ?? (dot === -1 ? "" : resource.slice(dot + 1));
      return [group, subresource === undefined ? plural : `${plural}/${subresource}`];
    }),
    ([group]) => group,
  );
  return [
    ...[...byGroup].map(([group, resources]) => ({
      verbs,
      apiGroups: [group],
      resources: resources.map(([, resource]) => resource),
      ...(resourceNames.length > 0 && { resourceNames }),
    })),
    ...(urls.length > 0 ? [{ verbs, nonResourceURLs: urls }] : []),
  ];
}

export const subjectsOf = (args: Arguments): Json[] => [
  ...flagsOf(args, "user").map((name) => ({ apiGroup: RBAC, kind: "User", name })),
  ...flagsOf(args, "group").map((name) => ({ apiGroup: RBAC, kind: "Group", name })),
  ...flagsOf(args, "serviceaccount").map((text) => {
    const [namespace = "", name = ""] = text.split(":");
    return { kind: "ServiceAccount", namespace, name };
  }),
];

function binding(args: Arguments): Rest {
  const role = flagOf(args, "role");
  const roleRef = { apiGroup: RBAC, kind: role === undefined ? "ClusterRole" : "Role", name: role ?? flagOf(args, "clusterrole") ?? "" };
  return { roleRef, subjects: subjectsOf(args) };
}

const pairs = (texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    texts.flatMap((text) => (text.includes("=") ? [[text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]] : [])),
  );

/** What `kubectl create` makes of its flags, by the word behind it: apiVersion, kind, and what is said besides the name. */
const GENERATORS: Readonly<Record<string, readonly [string, string, Generator]>> = {
  namespace: ["v1", "Namespace", () => ({})],
  serviceaccount: ["v1", "ServiceAccount", () => ({})],
  configmap: ["v1", "ConfigMap", (args) => ({ data: pairs(flagsOf(args, "from-literal")) })],
  // Without the values: they are the line's own, and nobody judges them.
  "secret generic": ["v1", "Secret", (args) => ({ type: flagOf(args, "type") ?? "Opaque" })],
  "secret docker-registry": ["v1", "Secret", () => ({ type: "kubernetes.io/dockerconfigjson" })],
  "secret tls": ["v1", "Secret", () => ({ type: "kubernetes.io/tls" })],
  deployment: ["apps/v1", "Deployment", workload],
  job: ["batch/v1", "Job", (args, name) => (flagOf(args, "from") === undefined ? { spec: jobSpec(args, name) } : undefined)],
  cronjob: [
    "batch/v1",
    "CronJob",
    (args, name) => ({ spec: { schedule: flagOf(args, "schedule") ?? "", jobTemplate: { spec: jobSpec(args, name) } } }),
  ],
  role: [`${RBAC}/v1`, "Role", (args) => ({ rules: ruleOf(args) })],
  clusterrole: [
    `${RBAC}/v1`,
    "ClusterRole",
    (args) => (flagOf(args, "aggregation-rule") === undefined ? { rules: ruleOf(args) } : undefined),
  ],
  rolebinding: [`${RBAC}/v1`, "RoleBinding", binding],
  clusterrolebinding: [`${RBAC}/v1`, "ClusterRoleBinding", binding],
  quota: ["v1", "ResourceQuota", (args) => ({ spec: { hard: pairs(lists(args, "hard")) } })],
  poddisruptionbudget: [
    "policy/v1",
    "PodDisruptionBudget",
    (args) => ({ spec: { selector: { matchLabels: pairs(lists(args, "selector")) } } }),
  ],
  priorityclass: ["scheduling.k8s.io/v1", "PriorityClass", (args) => ({ value: Number(flagOf(args, "value") ?? 0) })],
  "service clusterip": ["v1", "Service", () => ({ spec: { type: "ClusterIP" } })],
  "service nodeport": ["v1", "Service", () => ({ spec: { type: "NodePort" } })],
  "service loadbalancer": ["v1", "Service", () => ({ spec: { type: "LoadBalancer" } })],
  "service externalname": [
    "v1",
    "Service",
    (args) => ({ spec: { type: "ExternalName", externalName: flagOf(args, "external-name") ?? "" } }),
  ],
  ingress: ["networking.k8s.io/v1", "Ingress", () => ({})],
};

/** What `kubectl create TYPE NAME …` makes; undefined for a type that is not known here, and where there is no name. */
export function createdBy(args: Arguments): MadeObject | undefined {
  const [apiVersion, kind, generate] = GENERATORS[args.verb.replace("create ", "")] ?? [];
  const name = args.operands[0]?.text;
  if (apiVersion === undefined || kind === undefined || generate === undefined || name === undefined) return undefined;
  const rest = generate(args, name);
  return { apiVersion, kind, name, object: rest === undefined ? undefined : { apiVersion, kind, metadata: { name }, ...rest } };
}

/** The pod of `kubectl run NAME`. What `--overrides` say is merged as it does unless told otherwise. */
export function podOf(args: Arguments): MadeObject | undefined {
  const name = args.operands[0]?.text;
  if (name === undefined) return undefined;
  const labels = flagOf(args, "labels") === undefined ? { run: name } : pairs(lists(args, "labels"));
  const words = args.rest?.map(({ text }) => text);
  const container = {
    name,
    image: flagOf(args, "image") ?? "",
    ...(words === undefined ? {} : isSet(args, "command") ? { command: words } : { args: words }),
    ...(isSet(args, "privileged") && { securityContext: { privileged: true } }),
  };
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: { containers: [container], restartPolicy: flagOf(args, "restart") ?? "Always" },
  };
  return { apiVersion: "v1", kind: "Pod", name, object: overridden(pod, args) };
}

function overridden(pod: KubeObject, args: Arguments): KubeObject | undefined {
  const text = flagOf(args, "overrides");
  if (text === undefined) return pod;
  try {
    const given: Json = parseJson(text);
    return isRecord(given) && (flagOf(args, "override-type") ?? "merge") === "merge" ? (merged(pod, given) as KubeObject) : undefined;
  } catch {
    // What is no JSON kubectl refuses.
    return undefined;
  }
}
