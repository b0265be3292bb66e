import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { readManifests } from "../manifests/manifests.ts";
import type { Answer } from "./answer.ts";
import { manifestDoubts } from "./manifest-doubts.ts";
import { Network } from "./network.ts";
import { reachability } from "./reachability.ts";

const pod = (name: string, rest: object = {}): KubeObject => {
  const [namespace, own] = name.split("/");
  return { apiVersion: "v1", kind: "Pod", metadata: { name: own, namespace, labels: { app: own } }, spec: {}, ...rest };
};
const policy = (spec: object): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "p", namespace: "a" },
  spec: { podSelector: {}, ...spec },
});
const namespace = (name: string, labels: object = {}): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
const admitting = (selector: object): KubeObject => policy({ ingress: [{ from: [{ namespaceSelector: selector }] }] });

function ask(objects: readonly KubeObject[], from: string, to: string): Answer {
  const end = (name: string): { namespace: string; pod: string } | { ip: string } => {
    const [left, right] = name.split("/");
    return right === undefined ? { ip: name } : { namespace: left!, pod: right };
  };
  const answer = reachability(Network.of(objects), { from: end(from), to: end(to), port: 80, protocol: "TCP" });
  if ("unknown" in answer) throw new Error(answer.unknown);
  return answer;
}

describe("a namespace that is only named has labels that nobody has read", () => {
  const pods = [pod("a/web"), pod("b/client")];

  test.each<[string, object, boolean, boolean]>([
    ["a label", { matchLabels: { env: "prod" } }, false, false],
    ["one of some values", { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] }, false, false],
    ["none of some values", { matchExpressions: [{ key: "env", operator: "NotIn", values: ["dev"] }] }, false, false],
    ["no such label", { matchExpressions: [{ key: "env", operator: "DoesNotExist" }] }, false, false],
    ["every namespace", {}, true, true],
    ["its name", { matchLabels: { "kubernetes.io/metadata.name": "b" } }, true, true],
    ["another name", { matchLabels: { "kubernetes.io/metadata.name": "c" } }, false, true],
    ["an operator that there is not", { matchExpressions: [{ key: "env", operator: "in", values: ["prod"] }] }, false, true],
  ])("asked for %s", (_, selector, allowed, certain) => {
    expect(ask([...pods, admitting(selector)], "b/client", "a/web")).toMatchObject({ allowed, certain });
  });

  test("which says so, and still proposes the label", () => {
    const answer = ask([...pods, admitting({ matchLabels: { env: "prod" } })], "b/client", "a/web");
    expect(answer.reason).toContain("b has no label env that is known");
    expect(answer.notes).toEqual([
      "Namespace b is not among what was read, so that its labels are not known: by them the answer may be another.",
    ]);
    expect(answer.change!.command).toBe("kubectl label namespace b env=prod");
  });

  test("and is known once it is written, whatever is named before it", () => {
    const made = Network.of(pods).with({ put: [admitting({ matchLabels: { env: "prod" } }), namespace("c", { env: "prod" }), pod("c/x")] });
    const asked = { from: { namespace: "c", pod: "x" }, to: { namespace: "a", pod: "web" }, port: 80, protocol: "TCP" } as const;
    expect(reachability(made, asked)).toMatchObject({ allowed: true, certain: true });
  });
});

test("a pod and the node it runs on always connect, by the addresses that the Node reports", () => {
  const node = (name: string, address: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: {
      addresses: [
        { type: "Hostname", address: name },
        { type: "InternalIP", address },
      ],
    },
  });
  const objects = [node("n1", "192.168.1.1"), node("n2", "192.168.1.2"), policy({}), pod("a/web", { spec: { nodeName: "n1" } })];
  expect(ask(objects, "192.168.1.1", "a/web")).toMatchObject({ allowed: true, certain: true });
  expect(ask(objects, "192.168.1.2", "a/web")).toMatchObject({ allowed: false, blockedAt: "ingress" });
  const host = pod("b/agent", { spec: { nodeName: "n1", hostNetwork: true } });
  expect(ask([...objects, host], "b/agent", "a/web")).toMatchObject({ allowed: true });
});

test("ends of two families are blocked by policies, too, where those block", () => {
  const web = pod("a/web", { status: { podIP: "10.0.0.1" } });
  expect(ask([web], "a/web", "2001:db8::1")).not.toHaveProperty("blockedAt");
  const egress = policy({ policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] });
  expect(ask([web, egress], "a/web", "2001:db8::1")).toMatchObject({ allowed: false, blockedAt: "egress", policies: ["a/p"] });
});

describe("addresses that a Service rewrites", () => {
  const web = pod("a/web", { status: { podIP: "10.0.0.1" } });
  const service = (spec: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "a" },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
  });
  const certain = (from: { ip: string } | { namespace: string; pod: string }, ...objects: KubeObject[]): boolean => {
    const answer = reachability(Network.of(objects), { from, to: { namespace: "a", service: "web" }, port: 80, protocol: "TCP" });
    return "certain" in answer && answer.certain;
  };
  const block = { ipBlock: { cidr: "192.0.2.0/24" } };
  const outside = { ip: "192.0.2.1" };

  test("of what comes from outside, unless it is passed on as it is", () => {
    const selecting = { selector: { app: "web" } };
    const admitted = policy({ ingress: [{ from: [block] }] });
    expect(certain(outside, web, service(selecting), admitted)).toBe(false);
    expect(certain(outside, web, service({ ...selecting, externalTrafficPolicy: "Local" }), admitted)).toBe(true);
    expect(certain(outside, web, service(selecting), policy({ ingress: [{}] }))).toBe(true);
  });

  test("of what leaves to an endpoint outside", () => {
    const endpoints: KubeObject = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "web", namespace: "a" },
      subsets: [{ addresses: [{ ip: "192.0.2.1" }], ports: [{ port: 80 }] }],
    };
    const from = { namespace: "a", pod: "web" };
    const leaving = (to: object[]): KubeObject => policy({ policyTypes: ["Egress"], egress: [{ to }] });
    expect(certain(from, web, service({}), endpoints, leaving([block]))).toBe(false);
    expect(certain(from, web, service({}), endpoints, leaving([]))).toBe(true);
  });
});

test("the pods of a StatefulSet are asked about by their own names", () => {
  const set: KubeObject = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "a" },
    spec: { replicas: 2, template: { metadata: { labels: { app: "db" } }, spec: {} } },
  };
  expect(ask([set, pod("a/web"), policy({})], "a/web", "a/db-1")).toMatchObject({ allowed: false, to: { workload: "a/db" } });
  expect(() => ask([set, pod("a/web")], "a/web", "a/db-2")).toThrow("There is no pod and no workload db-2");
});

describe("manifests of which a server would make something else", () => {
  const doubts = (...texts: string[]): string[] =>
    manifestDoubts(readManifests(texts.map((text, at) => ({ name: `${at + 1}.yaml`, text }))).manifests, ["a", "b"]);
  const written = (apiVersion: string, kind: string, spec: string, where = "a"): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x, namespace: ${where} }\nspec: ${spec}\n`;

  test.each([
    ["policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "AdminNetworkPolicy x (policy.networking.k8s.io)"],
    ["cilium.io/v2", "CiliumNetworkPolicy", "CiliumNetworkPolicy a/x (cilium.io)"],
    ["projectcalico.org/v3", "NetworkPolicy", "NetworkPolicy a/x (projectcalico.org)"],
    ["extensions/v1beta1", "NetworkPolicy", "NetworkPolicy a/x (extensions)"],
  ])("%s %s is not taken into account", (apiVersion, kind, name) => {
    expect(doubts(written(apiVersion, kind, "{}"))).toEqual([
      `${name} is not taken into account: only NetworkPolicies of networking.k8s.io/v1 are.`,
    ]);
  });

  test("of other namespaces than the ends' it does not matter", () => {
    expect(doubts(written("cilium.io/v2", "CiliumNetworkPolicy", "{}", "c"))).toEqual([]);
  });

  test("what is written twice and not alike, and what a server would refuse", () => {
    const deny = written("networking.k8s.io/v1", "NetworkPolicy", "{ podSelector: {} }");
    const wrong = written("networking.k8s.io/v1", "NetworkPolicy", "{ podSelector: {}, ingress: [{ from: [{}] }] }");
    expect(doubts(deny, deny)).toEqual([]);
    expect(doubts(`${deny}status: {}\n`)).toEqual([]);
    expect(doubts(deny, wrong)).toEqual([
      "NetworkPolicy a/x is written twice, at 1.yaml:1 and at 2.yaml:1, and not alike: the second holds here.",
      "2.yaml:4: spec.ingress[0].from[0] names nobody: it wants a podSelector, a namespaceSelector or an ipBlock. The server would refuse NetworkPolicy a/x.",
    ]);
    const yes = "apiVersion: v1\nkind: Pod\nmetadata: { name: x, labels: { canary: yes } }\nspec: { containers: [] }\n";
    expect(doubts(yes)).toEqual([expect.stringContaining("1.yaml:3: metadata.labels.canary must be text")]);
  });
});

test("a kind of another group that is called like a workload is none", () => {
  const job: KubeObject = {
    apiVersion: "batch.volcano.sh/v1alpha1",
    kind: "Job",
    metadata: { name: "train", namespace: "a" },
    spec: { tasks: [] },
  };
  expect(() => ask([job, pod("a/web")], "a/web", "a/train")).toThrow("There is no pod and no workload train");
});
