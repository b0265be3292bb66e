import { isRecord, type Json } from "../../json.ts";
import { ofMap, selects } from "../../label-selector.ts";
import type { Check } from "../check.ts";
import { decide, named, patchLine, patched, word } from "../fix.ts";
import { nameOf, namespaceOf, type Source } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { containersOf } from "../workload.ts";
import { openestOf, openRules } from "./open-rules.ts";

const INGRESS = ["networking.k8s.io/Ingress", "extensions/Ingress"];

/** Annotations by which clouds make a load balancer of the private network. */
const INTERNAL: Readonly<Record<string, readonly string[]>> = {
  "service.beta.kubernetes.io/aws-load-balancer-scheme": ["internal"],
  "service.beta.kubernetes.io/aws-load-balancer-internal": ["true", "0.0.0.0/0"],
  "service.beta.kubernetes.io/azure-load-balancer-internal": ["true"],
  "networking.gke.io/load-balancer-type": ["Internal", "internal"],
  "cloud.google.com/load-balancer-type": ["Internal", "internal"],
  "service.beta.kubernetes.io/openstack-internal-load-balancer": ["true"],
};

const items = (value: Json): Json[] => (Array.isArray(value) ? value : []);

function narrowed(object: Source["object"]): boolean {
  const annotations: Json = object.metadata?.annotations ?? {};
  const inside = Object.entries(INTERNAL).some(([key, values]) => values.includes(String(annotations[key] ?? "")));
  const ranges = items(object["spec"]?.loadBalancerSourceRanges).map(String);
  return inside || (ranges.length > 0 && !ranges.includes("0.0.0.0/0") && !ranges.includes("::/0"));
}

/** Backends of an Ingress with where they are written. */
function backendsOf(source: Source): { name: string; port: Json; path: (string | number)[] }[] {
  const spec: Json = source.object["spec"] ?? {};
  const one = (backend: Json, path: (string | number)[]) => {
    if (isRecord(backend?.["service"]))
      return [{ name: String(backend["service"]["name"]), port: backend["service"]["port"], path: [...path, "service"] }];
    if (typeof backend?.["serviceName"] === "string") return [{ name: backend["serviceName"], port: port(backend["servicePort"]), path }];
    return [];
  };
  return [
    ...one(spec["defaultBackend"] ?? spec["backend"], ["spec", spec["defaultBackend"] === undefined ? "backend" : "defaultBackend"]),
    ...items(spec["rules"]).flatMap((rule, at) =>
      items(rule?.["http"]?.paths).flatMap((path, index) =>
        one(path?.["backend"], ["spec", "rules", at, "http", "paths", index, "backend"]),
      ),
    ),
  ];
}

const port = (value: Json): Json => (typeof value === "number" ? { number: value } : { name: value });

const hasPort = (service: Source, wanted: Json): boolean =>
  !isRecord(wanted) ||
  items(service.object["spec"]?.ports).some((one) =>
    wanted["number"] === undefined ? one?.["name"] === wanted["name"] : one?.["port"] === wanted["number"],
  );

/** Who can reach what. */
export const NETWORK: readonly Check[] = [
  objectCheck({
    id: "service-dangling",
    title: "Services of nothing",
    severity: "medium",
    area: "network",
    why: "Whoever asks it waits and fails; and whoever may make pods with its labels answers in its name.",
    kinds: ["/Service"],
    against: ["/Pod", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet"],
    find(source, inventory) {
      const { object } = source;
      const selector = ofMap(object["spec"]?.selector);
      if (selector === undefined || object["spec"]?.type === "ExternalName" || inventory.selectsAnyPod(selector, namespaceOf(object)))
        return undefined;
      return draft(
        source,
        "It selects no pod.",
        [{ path: ["spec", "selector"] }],
        decide("Which pods are meant? Write their labels into its selector, or delete it.", [`kubectl delete ${named(object)}`]),
      );
    },
  }),
  objectCheck({
    id: "service-port-unmatched",
    title: "Services that lead to no port",
    severity: "medium",
    area: "network",
    why: "A targetPort by name that no container has leads nowhere: the Service has no endpoints though its pods are well.",
    kinds: ["/Service"],
    against: ["apps/Deployment", "apps/StatefulSet", "apps/DaemonSet"],
    find(source, inventory) {
      const { object } = source;
      const selector = ofMap(object["spec"]?.selector);
      const workloads = inventory.workloadsIn(namespaceOf(object)).filter(({ labels }) => selects(selector, labels));
      if (selector === undefined || workloads.length === 0) return undefined;
      const names = new Set(
        workloads.flatMap((workload) =>
          containersOf(workload).flatMap(({ container }) => items(container["ports"]).map((one) => one?.["name"])),
        ),
      );
      const bad = items(object["spec"]?.ports).flatMap((one, index) =>
        typeof one?.["targetPort"] === "string" && !names.has(one["targetPort"]) ? [{ path: ["spec", "ports", index, "targetPort"] }] : [],
      );
      if (bad.length === 0) return undefined;
      return draft(
        source,
        "It leads to a port by a name that none of its pods has.",
        bad,
        decide(`Which port is meant? Its pods have ${names.size === 0 ? "no port by name" : [...names].filter(Boolean).join(", ")}.`),
      );
    },
  }),
  objectCheck({
    id: "load-balancer-public",
    title: "Load balancers open to everybody",
    severity: "medium",
    area: "network",
    why: "A Service of type LoadBalancer is given a public address by most clouds, past the ingress with its TLS, its log and its limits.",
    kinds: ["/Service"],
    find(source) {
      const { object } = source;
      if (object["spec"]?.type !== "LoadBalancer" || narrowed(object)) return undefined;
      const patch = { spec: { loadBalancerSourceRanges: ["10.0.0.0/8"] } };
      return draft(
        source,
        "Every address may reach it.",
        [{ path: ["spec", "type"] }, { path: ["spec", "loadBalancerSourceRanges"] }],
        decide(
          "From where is it to be reached? Name those networks, make it internal by your cloud's annotation, or put it behind the ingress.",
          [patchLine(object, patch)],
          patch,
        ),
      );
    },
  }),
  objectCheck({
    id: "node-port",
    title: "Ports on every node",
    severity: "low",
    area: "network",
    why: "A NodePort is open on each node's address, to whoever reaches the nodes, whatever the ingress demands.",
    kinds: ["/Service"],
    find(source) {
      const { object } = source;
      if (object["spec"]?.type !== "NodePort") return undefined;
      return draft(
        source,
        "It opens a port on every node.",
        [{ path: ["spec", "type"] }],
        patched(object, { spec: { type: "ClusterIP" } }, "Who reaches it by a node's address? They lose it."),
      );
    },
  }),
  objectCheck({
    id: "external-ips",
    title: "Services that take addresses",
    severity: "high",
    area: "network",
    why: "externalIPs draw the cluster's own traffic to any address into the Service: whoever sets them reads along (CVE-2020-8554).",
    kinds: ["/Service"],
    find(source) {
      const { object } = source;
      if (items(object["spec"]?.externalIPs).length === 0) return undefined;
      return draft(
        source,
        "It takes traffic to addresses that are not the cluster's.",
        [{ path: ["spec", "externalIPs"] }],
        patched(object, { spec: { externalIPs: null } }, "Who reaches it by these addresses? A load balancer gives them back."),
      );
    },
  }),
  objectCheck({
    id: "ingress-tls",
    title: "Ingress without TLS",
    severity: "medium",
    area: "network",
    why: "What is sent to it can be read and changed on the way, sign-ins included.",
    kinds: INGRESS,
    find(source) {
      const { object } = source;
      const tls = items(object["spec"]?.tls);
      const covered = new Set(tls.flatMap((one) => items(one?.["hosts"]).map(String)));
      const wild = (host: string): boolean => covered.has(host) || covered.has(`*.${host.split(".").slice(1).join(".")}`);
      // An entry without hosts is for all of them.
      if (tls.some((one) => items(one?.["hosts"]).length === 0)) return undefined;
      const hosts = items(object["spec"]?.rules).flatMap((rule, index) => {
        const host: Json = rule?.["host"];
        return (typeof host === "string" ? wild(host) : tls.length > 0) ? [] : [{ index, host: String(host ?? "every host") }];
      });
      if (hosts.length === 0 && (tls.length > 0 || items(object["spec"]?.rules).length > 0)) return undefined;
      const secret = `${nameOf(object)}-tls`;
      const names = hosts.map(({ host }) => host).filter((host) => host !== "every host");
      const patch = { spec: { tls: [{ ...(names.length > 0 ? { hosts: names } : {}), secretName: secret }] } };
      return draft(
        source,
        `It serves ${hosts.map(({ host }) => host).join(", ") || "everything"} without TLS.`,
        hosts.length === 0 ? [{ path: ["spec", "tls"] }] : hosts.map(({ index }) => ({ path: ["spec", "rules", index, "host"] })),
        decide(
          `Where does the certificate come from? With it in the Secret ${secret} (cert-manager makes it by an annotation), this line uses it.`,
          [patchLine(object, patch, "merge")],
          patch,
        ),
      );
    },
  }),
  objectCheck({
    id: "ingress-backend-dangling",
    title: "Ingress that leads nowhere",
    severity: "high",
    area: "network",
    why: "Who comes there is told 503, and whoever may make a Service of that name gets what people send.",
    kinds: INGRESS,
    against: ["/Service"],
    find(source, inventory) {
      const bad = backendsOf(source).flatMap(({ name, port: wanted, path }) => {
        const service = inventory.find("/Service", namespaceOf(source.object), name);
        return service !== undefined && hasPort(service, wanted) ? [] : [{ path }];
      });
      if (bad.length === 0) return undefined;
      return draft(
        source,
        "It leads to a Service, or a port of one, that does not exist.",
        bad,
        decide("Which Service is meant? Name one that there is, with a port that it has, or take the path out."),
      );
    },
  }),
  objectCheck({
    id: "ingress-snippet",
    title: "Configuration by annotation of an Ingress",
    severity: "high",
    area: "network",
    why: "Snippets are run by the ingress controller as they are: whoever may write an Ingress reads its token, and with it the Secrets of every namespace (CVE-2021-25742).",
    kinds: INGRESS,
    find(source) {
      const annotations: Record<string, Json> = source.object.metadata?.annotations ?? {};
      const keys = Object.keys(annotations).filter((key) => /^nginx\.ingress\.kubernetes\.io\/.*-snippet$/.test(key));
      if (keys.length === 0) return undefined;
      return draft(
        source,
        "It gives the controller configuration of its own.",
        keys.map((key) => ({ path: ["metadata", "annotations", key], words: "a snippet" })),
        decide("What is it for? Most of it has an annotation of its own.", [
          `kubectl annotate ${named(source.object)} ${keys.map((key) => word(`${key}-`)).join(" ")}`,
        ]),
      );
    },
  }),
  objectCheck({
    id: "network-policy-idle",
    title: "NetworkPolicies that select nothing",
    severity: "low",
    area: "network",
    why: "What it was to guard is open: its labels have changed, or the policy is older than what it is for.",
    kinds: ["networking.k8s.io/NetworkPolicy"],
    against: ["/Pod", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet"],
    find(source, inventory) {
      const { object } = source;
      const selector: Json = object["spec"]?.podSelector ?? {};
      if (inventory.selectsAnyPod(selector, namespaceOf(object)) || Object.keys(selector).length === 0) return undefined;
      return draft(
        source,
        "It selects no pod.",
        [{ path: ["spec", "podSelector"] }],
        decide("Which pods are meant? Write their labels into its selector, or delete it.", [`kubectl delete ${named(object)}`]),
      );
    },
  }),
  objectCheck({
    id: "network-policy-open",
    title: "NetworkPolicies that let everybody in",
    severity: "medium",
    area: "network",
    why: "A rule without from, or from all there are, admits every pod or every address, of the internet too; it looks like a policy and is none.",
    kinds: ["networking.k8s.io/NetworkPolicy"],
    find(source) {
      // On some ports it is often meant so: a front end is for everybody.
      const bad = openRules(source).filter(({ on }) => on !== undefined);
      if (bad.length === 0) return undefined;
      return draft(
        source,
        `One of its rules admits everybody on ${openestOf(bad)!}.`,
        bad,
        decide("Who is meant to reach it? Name them by namespaceSelector and podSelector, and the ports."),
      );
    },
  }),
];
