/**
 * Small clusters drawn to mislead: few labels, so that selectors often hit and often nearly do; every way of leaving a field out; named
 * ports that are another protocol elsewhere; addresses at the edges of blocks; pods in the host's network, pods that have ended.
 * All of it is what an API server would accept. The same seed gives the same cluster.
 */
import type { KubeObject } from "../../src/json.ts";
import type { End, Protocol, Question } from "./documented.ts";

type Draw = ReturnType<typeof drawing>;
type Family = 4 | 6;
type Labels = Record<string, string>;
type Node = { name: string; ips: string[] };

const POD_LABELS: Record<string, string[]> = { app: ["web", "db", ""], tier: ["front", "back"], env: ["prod", "dev"] };
const NAMESPACE_LABELS: Record<string, string[]> = { env: ["prod", "dev", ""], team: ["red", "blue"] };
const NAMESPACES = ["prod", "prod-a", "ops", "dev", "default"];
const PROTOCOLS: Protocol[] = ["TCP", "TCP", "TCP", "UDP", "SCTP"];
const PORT_NAMES = ["http", "dns", "db"];
const CONTAINER_PORTS = [53, 80, 8080, 8443];
const ASKED_PORTS = [1, 53, 79, 80, 81, 8079, 8080, 8081, 8443, 8444, 65535];
/** Ends of ranges are among the ports that are asked for, and so are their neighbours. */
const RANGES: [number, number][] = [
  [80, 81],
  [53, 80],
  [8080, 8443],
  [1, 65535],
  [8000, 8080],
  [8443, 8443],
  [8081, 65535],
];

/** Pods' own addresses, most of them next to the edge of one of the blocks below. */
const POD_IPS: Record<Family, string[]> = {
  4: ["10.0.0.1", "10.0.0.63", "10.0.0.64", "10.0.0.127", "10.0.0.128", "10.0.0.255", "10.0.1.0", "10.0.1.63", "10.0.1.64", "10.0.2.1"],
  6: [
    "fd00:10::1",
    "fd00:10::7fff",
    "fd00:10::8000",
    "fd00:10::ffff",
    "fd00:10::1:0",
    "fd00:10:0:1::",
    "fd00:10:0:1::1",
    "fd00:10:0:1:8000::",
    "fd00:11::",
    "fd00:10::2",
  ],
};
const OUTSIDE_IPS: Record<Family, string[]> = {
  4: [
    "203.0.112.255",
    "203.0.113.0",
    "203.0.113.127",
    "203.0.113.128",
    "203.0.113.255",
    "203.0.114.0",
    "127.255.255.255",
    "128.0.0.0",
    "10.0.0.130",
    "10.0.3.0",
  ],
  6: [
    "2001:db8::",
    "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8:8000::",
    "2001:db9::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "fd00:10::3",
    "8000::1",
  ],
};
const NODE_IPS: Record<Family, string[]> = {
  4: ["192.168.0.10", "192.168.0.11", "192.168.0.12"],
  6: ["fd00:ff::10", "fd00:ff::11", "fd00:ff::12"],
};

/** CIDRs, each with some that are inside it: what the API accepts as its exceptions. */
const BLOCKS: Record<Family, Record<string, string[]>> = {
  4: {
    "0.0.0.0/0": ["10.0.0.0/8", "203.0.113.0/24", "128.0.0.0/1", "0.0.0.0/1", "192.168.0.0/30", "192.168.0.10/32"],
    "128.0.0.0/1": ["203.0.113.128/25", "192.168.0.10/31", "203.0.0.0/8"],
    "10.0.0.0/8": ["10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/26", "10.0.1.64/26"],
    "10.0.0.0/23": ["10.0.0.0/24", "10.0.1.0/26", "10.0.0.64/26"],
    "10.0.0.77/24": ["10.0.0.64/26", "10.0.0.100/26", "10.0.0.64/32", "10.0.0.128/25"],
    "10.0.0.64/26": ["10.0.0.127/32", "10.0.0.64/27"],
    "10.0.1.0/26": ["10.0.1.63/32"],
    "203.0.113.0/24": ["203.0.113.0/25", "203.0.113.128/32", "203.0.113.255/32"],
    "203.0.112.0/22": ["203.0.113.0/24", "203.0.113.128/25", "203.0.112.0/24"],
    "192.168.0.0/24": ["192.168.0.10/32", "192.168.0.11/32"],
    "203.0.113.127/32": [],
  },
  6: {
    "::/0": ["fd00:10::/32", "2001:db8::/32", "8000::/1", "::/1", "fd00:ff::10/128"],
    "8000::/1": ["fd00:10::/64", "fd00::/8"],
    "fd00:10::/32": ["fd00:10::/64", "fd00:10:0:1::/64", "fd00:10::8000/113", "fd00:10::/112"],
    "fd00:10::/64": ["fd00:10::/113", "fd00:10::8000/113", "fd00:10::ffff/128", "fd00:10::2/127"],
    "FD00:10:0:0:0:0:0:1/63": ["fd00:10:0:1::/65", "fd00:10:0:1:0:0:0:1/128"],
    "fd00:10::/112": ["fd00:10::7fff/128", "fd00:10::/127"],
    "2001:db8::/32": ["2001:db8::/33", "2001:db8:8000::/33", "2001:db8::/128"],
    "2001:db8:8000::/33": ["2001:db8:8000::/128"],
    "fd00:ff::/64": ["fd00:ff::10/128"],
  },
};

export function randomCluster(seed: number): { objects: KubeObject[]; questions: Question[] } {
  const draw = drawing(seed);
  const families: Family[] = draw.one<Family[]>([[4], [4], [6], [4, 6], [4, 6]]);
  const nodes = ["node-0", "node-1", "node-2"]
    .slice(0, draw.between(1, 3))
    .map((name, at) => ({ name, ips: families.map((family) => NODE_IPS[family][at]!) }));
  const namespaces = draw.some(NAMESPACES, draw.between(2, 5));
  const pods = randomPods(draw, namespaces, families, nodes);
  // Policies gather where pods are, else most of them would select none.
  const policies = Array.from({ length: draw.one([0, 1, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8]) }, (_, at) =>
    randomPolicy(draw, `policy-${at}`, draw.one([...namespaces, ...pods.map((pod) => pod.metadata.namespace)]), namespaces, pods, families),
  );
  const objects = [
    ...namespaces.map((name) => randomNamespace(draw, name)),
    ...pods,
    ...policies,
    ...(draw.chance(0.1) ? [ofAnotherKind(draw, namespaces)] : []),
  ];
  const questions = Array.from({ length: draw.between(20, 40) }, () => randomQuestion(draw, pods, nodes, families));
  return { objects: draw.some(objects, objects.length), questions };
}

function randomNamespace(draw: Draw, name: string): KubeObject {
  const labels = randomLabels(draw, NAMESPACE_LABELS);
  const named = draw.chance(0.6) ? { ...labels, "kubernetes.io/metadata.name": name } : labels;
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, ...draw.field("labels", named, Object.keys(named).length === 0, null) } };
}

/** Network plug-ins have kinds of the same name: a "deny all" that is not ours to read. */
function ofAnotherKind(draw: Draw, namespaces: string[]): KubeObject {
  return {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "NetworkPolicy",
    metadata: { name: "policy-0", namespace: draw.one(namespaces) },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

function randomPods(draw: Draw, namespaces: string[], families: Family[], nodes: Node[]): KubeObject[] {
  const free: Record<Family, string[]> = { 4: draw.some(POD_IPS[4], 10), 6: draw.some(POD_IPS[6], 10) };
  const left: Record<Family, string[]> = { 4: [], 6: [] };
  return Array.from({ length: draw.between(3, 10) }, (_, at) => {
    const node = draw.one(nodes);
    const hostNetwork = draw.chance(0.12);
    const ended = draw.chance(0.08);
    const waiting = !ended && draw.chance(0.04);
    const used = families.length === 2 && draw.chance(0.15) ? [draw.one(families)] : families;
    // What an ended pod had is given to another now and then.
    const own = used.map((family) => (draw.chance(0.5) ? left[family].pop() : undefined) ?? free[family].pop()!);
    if (ended && !hostNetwork) for (const ip of own) left[ip.includes(":") ? 6 : 4].push(ip);
    const ips = hostNetwork ? node.ips : own;
    const labels = randomLabels(draw, POD_LABELS);
    const phase = ended ? draw.one(["Succeeded", "Failed"]) : waiting || draw.chance(0.05) ? "Pending" : "Running";
    const taken = new Set<string>();
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `pod-${draw.chance(0.2) ? "x" : ""}${at}`,
        namespace: draw.one(namespaces),
        ...draw.field("labels", labels, Object.keys(labels).length === 0, null),
      },
      spec: {
        ...(waiting ? {} : { nodeName: node.name }),
        ...(hostNetwork ? { hostNetwork: true } : draw.field("hostNetwork", false, true, false)),
        containers: Array.from({ length: draw.between(1, 2) }, (_, index) => randomContainer(draw, `c${index}`, taken)),
        ...(draw.chance(0.4)
          ? {
              initContainers: [
                { ...randomContainer(draw, "sidecar", taken), restartPolicy: "Always" },
                randomContainer(draw, "init", new Set()),
              ],
            }
          : {}),
      },
      status: waiting
        ? { phase, ...draw.field("podIPs", [], true, null) }
        : { phase, podIP: ips[0], podIPs: ips.map((ip) => ({ ip })), hostIP: node.ips[0], hostIPs: node.ips.map((ip) => ({ ip })) },
    };
  });
}

/** A name is there once for each protocol in a pod: `taken` has those that are gone. */
function randomContainer(draw: Draw, name: string, taken: Set<string>): { name: string; image: string } {
  const names = draw.some(PORT_NAMES, draw.between(0, 3));
  const ports = names.flatMap((portName) => {
    const protocol = draw.one(PROTOCOLS);
    const key = `${portName}/${protocol}`;
    if (taken.has(key)) return [];
    taken.add(key);
    return [
      {
        containerPort: draw.one(CONTAINER_PORTS),
        ...(draw.chance(0.85) ? { name: portName } : {}),
        ...(protocol === "TCP" && draw.chance(0.6) ? {} : { protocol }),
      },
    ];
  });
  return { name, image: "example/image", ...draw.field("ports", ports, ports.length === 0, null) };
}

function randomPolicy(
  draw: Draw,
  name: string,
  namespace: string,
  namespaces: string[],
  pods: KubeObject[],
  families: Family[],
): KubeObject {
  const near = pods.filter((pod) => pod.metadata.namespace === namespace);
  const rules = (side: "from" | "to"): object[] =>
    Array.from({ length: draw.one([0, 0, 1, 1, 2]) }, () => {
      const peers = Array.from({ length: draw.one([0, 1, 1, 1, 2, 3]) }, () => randomPeer(draw, namespaces, pods, near, families));
      const ports = Array.from({ length: draw.one([0, 0, 1, 2, 3]) }, () => randomPolicyPort(draw));
      return { ...draw.field(side, peers, peers.length === 0, null), ...draw.field("ports", ports, ports.length === 0, null) };
    });
  const ingress = rules("from");
  const egress = rules("to");
  const types = draw.one([[], [], ["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"]]);
  const selector = draw.chance(0.3)
    ? {}
    : randomSelector(
        draw,
        POD_LABELS,
        near.map((pod) => pod.metadata.labels ?? {}),
      );
  const spec = {
    ...draw.field("podSelector", selector, Object.keys(selector).length === 0, null),
    ...draw.field("policyTypes", types, types.length === 0, null),
    ...draw.field("ingress", ingress, ingress.length === 0, null),
    ...draw.field("egress", egress, egress.length === 0, null),
  };
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}

function randomPeer(draw: Draw, namespaces: string[], pods: KubeObject[], near: KubeObject[], families: Family[]): object {
  const podSelector = (among: KubeObject[]): object =>
    draw.chance(0.2)
      ? {}
      : randomSelector(
          draw,
          POD_LABELS,
          among.map((pod) => pod.metadata.labels ?? {}),
        );
  const namespaceSelector = (): object => {
    if (draw.chance(0.15)) return {};
    if (draw.chance(0.25)) return { matchLabels: { "kubernetes.io/metadata.name": draw.one(namespaces) } };
    if (draw.chance(0.15))
      return {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: draw.one(["In", "NotIn"]), values: draw.some(NAMESPACES, 2) }],
      };
    return randomSelector(draw, NAMESPACE_LABELS, []);
  };
  const kind = draw.between(0, 9);
  if (kind < 3) return { podSelector: podSelector(near), ...(draw.chance(0.2) ? { namespaceSelector: null } : {}) };
  if (kind < 5) return { namespaceSelector: namespaceSelector(), ...(draw.chance(0.2) ? { podSelector: null, ipBlock: null } : {}) };
  if (kind < 7) return { namespaceSelector: namespaceSelector(), podSelector: podSelector(pods) };
  // Now and then a block of the family that the cluster does not have.
  const table = BLOCKS[draw.chance(0.1) ? draw.one<Family>([4, 6]) : draw.one(families)];
  const cidr = draw.one(Object.keys(table));
  const except = draw.some(table[cidr]!, draw.between(0, Math.min(3, table[cidr]!.length)));
  return { ipBlock: { cidr, ...draw.field("except", except, except.length === 0, null) } };
}

function randomPolicyPort(draw: Draw): object {
  const protocol = draw.one<Protocol | undefined>([...PROTOCOLS, undefined, undefined]);
  const kind = draw.between(0, 9);
  const [from, to] = draw.one(RANGES);
  const port =
    kind < 2
      ? draw.field("port", null, true, null)
      : kind < 6
        ? { port: draw.one(PORT_NAMES) }
        : kind < 8
          ? { port: from, endPort: to }
          : { port: draw.one(ASKED_PORTS), ...(draw.chance(0.2) ? { endPort: null } : {}) };
  return { ...port, ...(protocol === undefined ? draw.field("protocol", null, true, null) : { protocol }) };
}

/** Often what one of the given label sets has, with or without one thing more that it may not have. */
function randomSelector(draw: Draw, alphabet: Record<string, string[]>, given: Labels[]): object {
  const model = given.length > 0 && draw.chance(0.5) ? draw.one(given) : randomLabels(draw, alphabet);
  const keys = draw.some(Object.keys(model), draw.one([0, 1, 1, 2]));
  const matchLabels = Object.fromEntries(keys.map((key) => [key, model[key]!]));
  const matchExpressions = Array.from({ length: keys.length === 0 ? draw.between(1, 2) : draw.one([0, 0, 1]) }, () => {
    const key = draw.one(Object.keys(alphabet));
    const operator = draw.one(["In", "NotIn", "Exists", "DoesNotExist"]);
    if (operator === "In" || operator === "NotIn")
      return { key, operator, values: draw.some(alphabet[key]!, draw.between(1, alphabet[key]!.length)) };
    return { key, operator, ...draw.field("values", [], true, null) };
  });
  return {
    ...draw.field("matchLabels", matchLabels, keys.length === 0, null),
    ...draw.field("matchExpressions", matchExpressions, matchExpressions.length === 0, null),
  };
}

function randomLabels(draw: Draw, alphabet: Record<string, string[]>): Labels {
  return Object.fromEntries(
    Object.entries(alphabet)
      .filter(() => draw.chance(0.6))
      .map(([key, values]) => [key, draw.one(values)]),
  );
}

function randomQuestion(draw: Draw, pods: KubeObject[], nodes: Node[], families: Family[]): Question {
  const alive = pods.filter((pod) => pod["status"].phase === "Running");
  const pod = (): KubeObject => (alive.length > 0 && draw.chance(0.85) ? draw.one(alive) : draw.one(pods));
  const named = (one: KubeObject): End => ({ namespace: one.metadata.namespace, pod: one.metadata.name });
  const end = (one: KubeObject): End => {
    const kind = draw.between(0, 99);
    const family = draw.chance(0.05) ? draw.one<Family>([4, 6]) : draw.one(families);
    if (kind < 70) return named(one);
    if (kind < 78 && one["status"].podIP !== undefined) return { ip: spelled(draw, draw.one<{ ip: string }>(one["status"].podIPs).ip) };
    if (kind < 86) return { ip: spelled(draw, draw.one(draw.one(nodes).ips)) };
    return { ip: spelled(draw, draw.one(OUTSIDE_IPS[family])) };
  };
  const source = pod();
  const target = draw.chance(0.06) ? source : pod();
  const containers: { ports?: { containerPort: number; protocol?: Protocol }[] | null }[] = [
    ...target["spec"].containers,
    ...(target["spec"].initContainers ?? []),
  ];
  const open = containers.flatMap((container) => container.ports ?? []);
  const known = open.length > 0 && draw.chance(0.7) ? draw.one(open) : undefined;
  const protocol = known !== undefined && draw.chance(0.7) ? (known.protocol ?? "TCP") : draw.one(PROTOCOLS);
  return { from: end(source), to: end(target), port: known?.containerPort ?? draw.one(ASKED_PORTS), protocol };
}

/** One IPv6 address has many spellings. */
function spelled(draw: Draw, ip: string): string {
  if (!ip.includes(":") || draw.chance(0.7)) return ip;
  if (draw.chance(0.5)) return ip.toUpperCase();
  const [head, tail] = ip.split("::").map((half) => (half === "" ? [] : half.split(":"))) as [string[], string[]?];
  const groups = tail === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => "0"), ...tail];
  return groups.map((group) => (draw.chance(0.5) ? group.padStart(4, "0") : group)).join(":");
}

/** Mulberry32: 32 bits of state, the same on every machine. */
function drawing(seed: number) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const one = <T>(items: readonly T[]): T => items[between(0, items.length - 1)]!;
  return {
    between,
    one,
    chance: (share: number): boolean => next() < share,
    /** `count` of them or all there are, none twice, in any order. */
    some: <T>(items: readonly T[], count: number): T[] => {
      const left = [...items];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(between(0, left.length - 1), 1)[0]!);
    },
    /** The field with its value; one that says nothing is left out, null, or said, and each must mean the same. */
    field: <T>(name: string, value: T, saysNothing: boolean, nothing: null | T): Record<string, unknown> => {
      if (!saysNothing) return { [name]: value };
      const way = between(0, 2);
      return way === 0 ? {} : { [name]: way === 1 ? nothing : value };
    },
  };
}
