import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { Network } from "./network.ts";
import type { Answer } from "./answer.ts";
import { reachability, type Question } from "./reachability.ts";

const namespace = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

const policy = (id: string, spec: object): KubeObject => {
  const [where, name] = id.split("/");
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace: where }, spec };
};

const workload = (kind: string, id: string, app: string, more: object = {}): KubeObject => {
  const [where, name] = id.split("/");
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: where },
    spec: {
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: app, ...more }] } },
    },
  };
};

function pod(id: string, app: string, spec: object = {}, status: object = {}): KubeObject {
  const [where, name] = id.split("/");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: where, labels: { app } },
    spec: { containers: [], ...spec },
    status,
  };
}

const fromProduction = (where: string, port: number): KubeObject =>
  policy(`${where}/allow-prod`, {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: "prod" } } }], ports: [{ port, protocol: "TCP" }] }],
  });

/** Production lets production in, and ops-utils carries no label that says what it is. */
const CLUSTER: KubeObject[] = [
  ...["prod-a", "prod-b", "data"].map((name) => namespace(name, { env: "prod" })),
  namespace("ops-utils", { team: "platform" }),
  workload("Deployment", "ops-utils/migrator", "migrator"),
  pod("prod-a/api-0", "api"),
  pod("prod-a/api-1", "api"),
  workload("Deployment", "prod-b/batch", "batch"),
  workload("StatefulSet", "data/postgres", "postgres"),
  fromProduction("prod-a", 8443),
  fromProduction("prod-b", 8080),
  fromProduction("data", 5432),
];

const end = (text: string): Question["to"] => {
  const [where, name] = text.split("/");
  return name === undefined ? { ip: text } : { namespace: where!, pod: name };
};

function ask(objects: readonly KubeObject[], from: string, to: string, port: number, protocol: "TCP" | "UDP" | "SCTP" = "TCP"): Answer {
  const answer = reachability(Network.of(objects), { from: end(from), to: end(to), port, protocol });
  if ("unknown" in answer) throw new Error(answer.unknown);
  return answer;
}

test("the label that is missing, the smallest change that opens it, and what else that opens", () => {
  const answer = ask(CLUSTER, "ops-utils/migrator", "prod-a/api-0", 8443);
  expect(answer).toMatchObject({ allowed: false, blockedAt: "ingress", policies: ["prod-a/allow-prod"], certain: true });
  expect(answer.reason).toBe(
    "Ingress of prod-a/api-0 is isolated by prod-a/allow-prod, and no rule admits it: rule 1 wants namespaceSelector env=prod; ops-utils has no label env.",
  );
  expect(answer.change).toMatchObject({
    title: "Label namespace ops-utils with env=prod",
    command: "kubectl label namespace ops-utils env=prod",
    edits: 1,
  });
  expect(answer.change!.objects[0]!.diff.split("\n")).toEqual([
    " apiVersion: v1",
    " kind: Namespace",
    " metadata:",
    "   name: ops-utils",
    "   labels:",
    "     team: platform",
    "+    env: prod",
  ]);
  expect(answer.opens!.map(({ from, to, ports, pairs }) => [from.what, `${to.namespace}/${to.what}`, ports, pairs])).toEqual([
    ["migrator", "prod-a/api-1", ["8443/TCP"], 1],
    ["migrator", "prod-b/batch", ["8080/TCP"], 1],
    ["migrator", "data/postgres", ["5432/TCP"], 1],
  ]);
  expect(answer.closes).toBeUndefined();
});

const allowed = (objects: readonly KubeObject[], from: string, to: string, port: number, protocol?: "TCP" | "UDP" | "SCTP"): boolean =>
  ask(objects, from, to, port, protocol).allowed;

const running = (ip: string, more: object = {}): object => ({ phase: "Running", podIP: ip, ...more });

test("what a policy leaves out means what the API says of it", () => {
  const pods = [pod("a/web", "web"), pod("a/db", "db")];
  const by = (spec: object): KubeObject[] => [...pods, policy("a/p", spec)];
  // Ingress always, egress only where there is a rule for it; an empty rule admits everybody, an empty list nobody.
  expect(allowed(by({ podSelector: {} }), "a/web", "a/db", 1)).toBe(false);
  expect(ask(by({ podSelector: {}, egress: [] }), "a/web", "10.0.0.1", 1).allowed).toBe(true);
  expect(ask(by({ podSelector: {}, egress: [{ ports: [{ port: 2 }] }] }), "a/web", "10.0.0.1", 1)).toMatchObject({ blockedAt: "egress" });
  expect(allowed(by({ ingress: [{}] }), "a/web", "a/db", 1)).toBe(true);
  expect(allowed(by({ ingress: [{ from: [], ports: null }] }), "a/web", "a/db", 1, "SCTP")).toBe(true);
  expect(allowed(by({ policyTypes: ["Egress"], ingress: [] }), "a/web", "a/db", 1)).toBe(false);
  expect(allowed(by({ ingress: [{ from: [{ podSelector: {} }] }] }), "10.0.0.1", "a/db", 1)).toBe(false);
  expect(allowed(by({}), "a/web", "a/web", 1)).toBe(true);
});

test("named ports are the destination's, by protocol, native sidecars' among them", () => {
  const named = (containers: string, more: object = {}) =>
    pod("a/db", "db", { [containers]: [{ name: "c", ports: [{ name: "sql", containerPort: 5432 }], ...more }] });
  const rule = policy("a/p", { podSelector: {}, ingress: [{ ports: [{ port: "sql" }] }] });
  const sidecar = named("initContainers", { restartPolicy: "Always" });
  for (const db of [named("containers"), sidecar]) expect(allowed([db, rule], "10.0.0.1", "a/db", 5432)).toBe(true);
  expect(allowed([named("initContainers"), rule], "10.0.0.1", "a/db", 5432)).toBe(false);
  expect(allowed([sidecar, rule], "10.0.0.1", "a/db", 5432, "UDP")).toBe(false);
  expect(ask([sidecar, rule], "10.0.0.1", "a/db", 80).reason).toContain("lists sql/TCP (5432 of a/db), not 80/TCP");
});

test("blocks mean addresses of pods, too, but none that are not known", () => {
  const blocks = policy("a/p", { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }] });
  const db = pod("a/db", "db", {}, running("10.9.9.9"));
  const from = (ip: string): Answer => ask([db, blocks, pod("b/x", "x", {}, running(ip))], "b/x", "a/db", 80);
  expect(from("10.2.0.1").allowed).toBe(true);
  expect(from("10.1.0.1").reason).toContain("wants ipBlock 10.0.0.0/8 except 10.1.0.0/16; 10.1.0.1 is in the exception");
  expect(from("fd00::1").reason).toContain("share no family of addresses");
  // A manifest has no addresses.
  const manifest = ask([db, blocks, pod("b/x", "x")], "b/x", "a/db", 80);
  expect(manifest).toMatchObject({ allowed: false, certain: false });
  expect(manifest.notes.join()).toContain("The address of b/x is not known");
  expect(ask([db, blocks], "::ffff:10.2.0.1", "a/db", 80).allowed).toBe(true);
});

test("where the specification says nothing the answer is not certain", () => {
  const host = pod("b/agent", "agent", { hostNetwork: true, nodeName: "n2" }, running("192.168.0.2", { hostIP: "192.168.0.2" }));
  const db = pod("a/db", "db", { nodeName: "n1" }, running("10.0.0.1", { hostIP: "192.168.0.1" }));
  const rule = policy("a/p", { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] });
  const answer = ask([host, db, rule], "b/agent", "a/db", 80);
  expect(answer).toMatchObject({ allowed: false, certain: false, blockedAt: "ingress" });
  expect(answer.notes.join(" ")).toMatch(/node's network.*would allow b\/agent to a\/db/s);
  // No policy blocks a pod's own node.
  expect(ask([db, rule], "192.168.0.1", "a/db", 80)).toMatchObject({ allowed: true, certain: true });
  expect(allowed([db, rule], "192.168.0.2", "a/db", 80)).toBe(false);
});

test("pods of a workload that use their nodes' network are asked about node by node", () => {
  const agent = (node: number): KubeObject => {
    const made = pod(`b/agent-${node}`, "agent", { hostNetwork: true, nodeName: `n${node}` }, running(`192.168.0.${node}`));
    const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", controller: true };
    return { ...made, metadata: { ...made.metadata, ownerReferences: [owner] } };
  };
  const db = pod("a/db", "db", { nodeName: "n1" }, running("10.0.0.1", { hostIP: "192.168.0.1" }));
  const objects = [workload("DaemonSet", "b/agent", "agent"), agent(1), agent(2), db, policy("a/p", { podSelector: {} })];
  expect(ask(objects, "b/agent", "a/db", 80)).toMatchObject({ allowed: false, connectionCount: 2, from: { name: "b/agent-2" } });
});

test("pods that have ended or have no address yet are no matter of policies", () => {
  const objects = [
    pod("a/old", "x", {}, { phase: "Succeeded", podIP: "10.0.0.1" }),
    pod("a/new", "x", {}, { phase: "Pending" }),
    pod("a/on", "x"),
  ];
  expect(ask(objects, "a/on", "a/old", 80)).toMatchObject({
    allowed: false,
    policies: [],
    reason: expect.stringContaining("has finished"),
  });
  expect(ask(objects, "a/new", "a/on", 80)).toMatchObject({ allowed: false, reason: expect.stringContaining("has no address yet") });
  expect(ask(objects, "a/on", "a/old", 80)).not.toHaveProperty("blockedAt");
});

const service = (id: string, spec: object): KubeObject => {
  const [where, name] = id.split("/");
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: where }, spec };
};

function askService(objects: readonly KubeObject[], id: string, port: number): Answer {
  const [where, name] = id.split("/");
  const to = { namespace: where!, service: name! };
  const answer = reachability(Network.of(objects), { from: { ip: "10.0.0.9" }, to, port, protocol: "TCP" });
  if ("unknown" in answer) throw new Error(answer.unknown);
  return answer;
}

test("a Service stands for its pods at the port it sends to", () => {
  const one = pod("a/one", "web", { containers: [{ name: "c", ports: [{ name: "http", containerPort: 8080 }] }] });
  const two = pod("a/two", "web", { containers: [{ name: "c", ports: [{ name: "http", containerPort: 8081 }] }] });
  const web = { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] };
  const only = policy("a/p", { podSelector: {}, ingress: [{ ports: [{ port: 8080 }] }] });
  const answer = askService([one, two, service("a/web", web), only], "a/web", 80);
  expect(answer).toMatchObject({ allowed: false, connectionCount: 2, to: { name: "a/two", service: "a/web" }, port: "8081/TCP" });
  expect(answer.reason).toContain("1 of 2 connections behind Service a/web are blocked");
  expect(answer.connections.map(({ to, port, allowed: open }) => [to, port, open])).toEqual([
    ["a/two", "8081/TCP", false],
    ["a/one", "8080/TCP", true],
  ]);
  expect(askService([one, service("a/web", web)], "a/web", 81).reason).toBe("Service a/web has no port 81/TCP; it has 80/TCP (to http).");
  const mapped = service("a/web", { ...web, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] });
  expect(askService([one, mapped], "a/web", 8080).reason).toBe(
    "Service a/web has no port 8080/TCP; it has 80/TCP (to 8080, 30080 on each node).",
  );
  expect(askService([service("a/web", web)], "a/web", 80)).toMatchObject({
    allowed: false,
    reason: expect.stringContaining("No pod is behind"),
  });
  expect(askService([one, service("a/web", { ...web, clusterIP: "None" })], "a/web", 8080).port).toBe("8080/TCP");
  const alias = service("b/alias", { type: "ExternalName", externalName: "web.a.svc.cluster.local" });
  expect(askService([one, service("a/web", web), alias], "b/alias", 80)).toMatchObject({ allowed: true, to: { name: "a/one" } });
  // An address of the Service is the Service.
  expect(ask([one, service("a/web", { ...web, clusterIP: "10.96.0.1" })], "10.0.0.9", "10.96.0.1", 80)).toMatchObject({
    to: { name: "a/one" },
  });
});

test("a name outside is reached for sure only where every address is", () => {
  const outside = service("a/mail", { type: "ExternalName", externalName: "smtp.example.com" });
  const to = { namespace: "a", service: "mail" };
  const of = (spec: object): object =>
    reachability(Network.of([pod("a/web", "web"), outside, policy("a/p", spec)]), {
      from: { namespace: "a", pod: "web" },
      to,
      port: 25,
      protocol: "TCP",
    });
  expect(of({ podSelector: {} })).toMatchObject({ allowed: true, certain: true });
  expect(of({ policyTypes: ["Egress"], egress: [{ ports: [{ port: 25 }] }] })).toMatchObject({ allowed: true, certain: true });
  expect(of({ policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] })).toMatchObject({
    allowed: false,
    certain: false,
  });
});

test.each([
  ["a port more", [{ from: [{ podSelector: {} }], ports: [{ port: 1 }] }], "Add port 80/TCP to ingress rule 1 of network policy a/p"],
  [
    "a peer more",
    [{ from: [{ podSelector: { matchLabels: { "job-name": "x" } } }] }],
    "Add pods with app=web to ingress rule 1 of network policy a/p",
  ],
  ["a policy of its own", [], "Create network policy a/db-from-a-web"],
])("%s opens where no label can", (_, ingress, title) => {
  const answer = ask(
    [pod("a/web", "web"), pod("a/db", "db"), pod("a/other", "db"), policy("a/p", { podSelector: {}, ingress })],
    "a/web",
    "a/db",
    80,
  );
  expect(answer.change!.title).toBe(title);
});

test("both sides are opened where both block, and what a change closes is said", () => {
  const objects = [
    namespace("a"),
    namespace("b", { env: "staging" }),
    pod("a/web", "web"),
    pod("b/db", "db"),
    policy("a/out", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ namespaceSelector: { matchLabels: { env: "prod" } } }] }],
    }),
    policy("b/in", { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "a" } } }] }] }),
    pod("c/job", "job"),
    policy("c/out", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ namespaceSelector: { matchLabels: { env: "staging" } } }] }],
    }),
  ];
  const answer = ask(objects, "a/web", "b/db", 80);
  expect(answer).toMatchObject({ blockedAt: "egress", sides: [{ allowed: false }, { allowed: false }] });
  // Another value for the label that b has would close what goes by it.
  expect(answer.change!.command).not.toContain("--overwrite");
  expect(answer.change!.command).toContain("kubectl label namespace a team=a");
  expect(answer).not.toHaveProperty("closes");
});

test("a policy of its own isolates nobody whom no policy isolates by now", () => {
  const [plain, web, batch] = [pod("a/plain", "other"), pod("a/web", "web"), pod("a/batch", "other")];
  delete plain.metadata!.labels;
  const unlabelled = { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] };
  const objects = [namespace("a"), namespace("b"), plain, web, pod("b/x", "x"), policy("a/unlabelled", { podSelector: unlabelled })];
  const answer = ask(objects, "b/x", "a/plain", 80);
  expect(answer.change!.objects[0]!.diff).toContain("DoesNotExist");
  expect(answer).not.toHaveProperty("closes");
  // Where all that it would select are isolated, the pod's own labels do.
  const all = ask([...objects, batch, policy("a/all", { podSelector: {} })], "b/x", "a/web", 80);
  expect(all.change!.objects[0]!.diff).toContain("app: web");
});

test("pods of a workload are labelled by its template, never against its own selector", () => {
  const wants = (labels: object): KubeObject[] => [
    workload("Deployment", "b/web", "web"),
    workload("Deployment", "a/db", "db"),
    policy("a/p", { ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: labels } }] }] }),
  ];
  const answer = ask(wants({ client: "db" }), "b/web", "a/db", 80);
  expect(answer.change!.command).toBe(
    `kubectl patch deployment web -n b --type=merge -p '{"spec":{"template":{"metadata":{"labels":{"client":"db"}}}}}'`,
  );
  expect(answer.change!.objects[0]!.note).toContain("pods restart");
  expect(ask(wants({ app: "api" }), "b/web", "a/db", 80).change!.title).toBe(
    "Add pods with app=web of namespace b to ingress rule 1 of network policy a/p",
  );
});

test("names that are not there are no answer", () => {
  expect(reachability(Network.of(CLUSTER), { from: end("ops-utils/x"), to: end("data/postgres"), port: 1, protocol: "TCP" })).toEqual({
    unknown: "There is no pod and no workload x in namespace ops-utils.",
  });
  expect(reachability(Network.of(CLUSTER), { from: { ip: "10.0.0.256" }, to: end("data/postgres"), port: 1, protocol: "TCP" })).toEqual({
    unknown: '"10.0.0.256" is no IP address.',
  });
});

test("a patch tests the rule as a server stores it, whatever the manifest leaves out or says besides", () => {
  const rule = {
    from: [
      { podSelector: {}, namespaceSelector: { matchLabels: {}, matchExpressions: null } },
      { ipBlock: { cidr: "10.0.0.0/8", except: [] } },
    ],
    ports: [{ port: 1 }, { port: 2, protocol: "UDP", endPort: null }],
  };
  const { change } = ask(
    [pod("a/web", "web"), pod("a/db", "db"), policy("a/p", { podSelector: {}, ingress: [rule] })],
    "a/web",
    "a/db",
    80,
  );
  const [first] = JSON.parse(/-p '(.*)'$/.exec(change!.command)![1]!) as { op: string; value: unknown }[];
  expect(first).toEqual({
    op: "test",
    path: "/spec/ingress/0",
    value: {
      from: [{ podSelector: {}, namespaceSelector: {} }, { ipBlock: { cidr: "10.0.0.0/8" } }],
      ports: [
        { port: 1, protocol: "TCP" },
        { port: 2, protocol: "UDP" },
      ],
    },
  });
});

test("a ReplicaSet stands for its pods, though a Deployment made it", () => {
  const owned = (kind: string, name: string): object => ({ ownerReferences: [{ kind, name, controller: true }] });
  const set = workload("ReplicaSet", "a/web-1", "web");
  const one = pod("a/web-1-x", "web");
  const objects = [
    workload("Deployment", "a/web", "web"),
    { ...set, metadata: { ...set.metadata, ...owned("Deployment", "web") } },
    { ...one, metadata: { ...one.metadata, ...owned("ReplicaSet", "web-1") } },
    pod("a/db", "db"),
  ];
  expect(ask(objects, "a/db", "a/web", 80).to.name).toBe("a/web-1-x");
  expect(ask(objects, "a/db", "a/web-1", 80)).toMatchObject({ to: { name: "a/web-1-x", workload: "a/web-1" }, notes: [] });
});

test("of several peers one would be enough, of both selectors of one peer each is wanted", () => {
  const reason = (...from: object[]): string =>
    ask(
      [pod("a/web", "web"), pod("b/db", "db"), namespace("b"), policy("a/p", { ingress: [{ from, ports: [{ port: 1 }] }] })],
      "b/db",
      "a/web",
      80,
    ).reason;
  const [team, app] = [{ namespaceSelector: { matchLabels: { team: "x" } } }, { podSelector: { matchLabels: { app: "y" } } }];
  expect(reason(team, { namespaceSelector: {}, ...app })).toContain(
    "rule 1 wants namespaceSelector team=x; b has no label team, or wants podSelector app=y; b/db has app=db, and lists 1/TCP, not 80/TCP",
  );
  expect(reason({ ...team, ...app })).toContain(
    "rule 1 wants namespaceSelector team=x; b has no label team, and wants podSelector app=y; b/db has app=db, and lists 1/TCP, not 80/TCP",
  );
});
