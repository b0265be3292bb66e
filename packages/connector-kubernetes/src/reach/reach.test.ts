import type { ReachQuestion } from "@interlock/protocol";
import { expect, test } from "vitest";
import { namespace, object, pod, viewOf } from "../impact/cluster-of.testing.ts";
import { reach } from "./reach.ts";

const CLUSTER = [
  namespace("a", { env: "prod" }),
  namespace("b"),
  pod("a/api", { app: "api" }),
  pod("b/client", { app: "client" }),
  object("networking.k8s.io/v1", "NetworkPolicy", "a/allow", {
    spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: "prod" } } }] }] },
  }),
].map((one) => (one.kind === "Pod" ? { ...one, status: { phase: "Running", podIP: `10.0.0.${one.metadata.name.length}` } } : one));

const QUESTION: ReachQuestion = { from: { namespace: "b", pod: "client" }, to: { namespace: "a", pod: "api" }, port: 80, protocol: "TCP" };

test("a cluster is read for what the question needs", async () => {
  const view = viewOf(CLUSTER);
  expect(await reach(view, QUESTION)).toMatchObject({
    allowed: false,
    certain: true,
    change: { command: "kubectl label namespace b env=prod" },
  });
  expect(view.asked.filter((one) => one.endsWith("*")).toSorted()).toEqual([
    "bodies /namespaces *",
    "bodies /pods *",
    "bodies networking.k8s.io/networkpolicies *",
  ]);
  expect(view.asked.some((one) => one.includes("secrets"))).toBe(false);
});

test("what may not be listed is said, and without policies nothing is", async () => {
  const answer = await reach(viewOf(CLUSTER, ["apps/deployments"]), QUESTION);
  expect(answer).toMatchObject({ allowed: false, certain: false });
  expect(answer.notes.join()).toContain("deployments could not be listed");
  await expect(reach(viewOf(CLUSTER, ["networking.k8s.io/networkpolicies"]), QUESTION)).rejects.toMatchObject({
    message: expect.stringContaining("Nothing can be said: networkpolicies could not be listed") as string,
  });
});

test("policies of other kinds are said not to be taken into account, and never pass for NetworkPolicies", async () => {
  const calico = object("crd.projectcalico.org/v1", "NetworkPolicy", "a/allow", { spec: { selector: "all()" } });
  const answer = await reach(viewOf([...CLUSTER, calico]), QUESTION);
  expect(answer).toMatchObject({ allowed: false, certain: false, policies: ["a/allow"] });
  expect(answer.notes).toEqual([
    "NetworkPolicy a/allow (crd.projectcalico.org) is not taken into account: only NetworkPolicies of networking.k8s.io/v1 are.",
  ]);
});

test("a name that is not there is not found", async () => {
  await expect(reach(viewOf(CLUSTER), { ...QUESTION, to: { namespace: "a", pod: "nobody" } })).rejects.toMatchObject({ code: "not_found" });
});
