import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { Network } from "./network.ts";
import { reachability, type Answer, type Question } from "./reachability.ts";

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
