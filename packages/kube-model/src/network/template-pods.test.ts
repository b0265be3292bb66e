import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import type { Answer } from "./answer.ts";
import { matrixOf } from "./matrix.ts";
import { Network } from "./network.ts";
import { reachability, type Question } from "./reachability.ts";

const object = (apiVersion: string, kind: string, id: string, spec: object): KubeObject => {
  const [namespace, name] = id.split("/");
  return { apiVersion, kind, metadata: { name, namespace }, spec };
};
const template = (app: string): object => ({ metadata: { labels: { app } }, spec: { containers: [{ name: app }] } });
const workload = (kind: string, id: string, spec: object = {}): KubeObject => {
  const app = id.slice(id.indexOf("/") + 1);
  if (kind === "CronJob") return object("batch/v1", kind, id, { jobTemplate: { spec: { template: template(app), ...spec } } });
  return object(kind === "Job" ? "batch/v1" : "apps/v1", kind, id, { template: template(app), ...spec });
};
const closed = (podSelector: object): KubeObject => object("networking.k8s.io/v1", "NetworkPolicy", "a/closed", { podSelector });
const admitting = (podSelector: object): KubeObject =>
  object("networking.k8s.io/v1", "NetworkPolicy", "a/in", {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ from: [{ podSelector }] }],
  });
const labelled = (key: string, value: string): object => ({ matchLabels: { [key]: value } });
const where = (key: string, operator: string, ...values: string[]): object => ({ matchExpressions: [{ key, operator, values }] });

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";

const end = (text: string): Question["to"] => {
  const [namespace, pod] = text.split("/");
  return pod === undefined ? { ip: text } : { namespace: namespace!, pod };
};

function ask(objects: readonly KubeObject[], from: string, to: Question["to"] | string): Answer {
  const network = Network.of(objects);
  const answer = reachability(network, { from: end(from), to: typeof to === "string" ? end(to) : to, port: 80, protocol: "TCP" });
  if ("unknown" in answer) throw new Error(answer.unknown);
  return answer;
}

describe("labels that controllers add are there for selectors of manifests", () => {
  test.each<[string, KubeObject, object, string, boolean]>([
    ["a pod's name", workload("StatefulSet", "a/db"), labelled(POD_NAME, "db-0"), "a/db-0", false],
    ["another's name", workload("StatefulSet", "a/db", { replicas: 2 }), labelled(POD_NAME, "db-1"), "a/db-0", true],
    ["a pod's index", workload("StatefulSet", "a/db", { replicas: 3 }), labelled(POD_INDEX, "2"), "a/db-2", false],
    ["an index from its first on", workload("StatefulSet", "a/db", { ordinals: { start: 5 } }), labelled(POD_INDEX, "5"), "a/db-5", false],
    [
      "an index that it does not reach",
      workload("StatefulSet", "a/db", { ordinals: { start: 5 } }),
      labelled(POD_INDEX, "4"),
      "a/db",
      true,
    ],
    ["every other name", workload("StatefulSet", "a/db", { replicas: 9 }), where(POD_NAME, "NotIn", "db-0"), "a/db-7", false],
    ["but one name", workload("StatefulSet", "a/db", { replicas: 9 }), where(POD_NAME, "NotIn", "db-0"), "a/db-0", true],
    ["any name", workload("StatefulSet", "a/db"), where(POD_NAME, "Exists"), "a/db", false],
    ["no name", workload("StatefulSet", "a/db"), where(POD_NAME, "DoesNotExist"), "a/db", true],
    ["a Job's name", workload("Job", "a/seed"), labelled("job-name", "seed"), "a/seed", false],
    ["a Job's name as it is called now", workload("Job", "a/seed"), labelled("batch.kubernetes.io/job-name", "seed"), "a/seed", false],
    ["another Job's name", workload("Job", "a/seed"), labelled("job-name", "other"), "a/seed", true],
    ["a Job that selects by itself", workload("Job", "a/seed", { manualSelector: true }), labelled("job-name", "seed"), "a/seed", true],
    ["that a Deployment gives one", workload("Deployment", "a/api"), where("pod-template-hash", "Exists"), "a/api", false],
  ])("%s", (_, made, selector, to, allowed) => {
    expect(ask([made, closed(selector)], "10.0.0.9", to)).toMatchObject({ allowed, certain: true });
  });

  test("pods that a selector names are told apart from the others, of however many", () => {
    const db = workload("StatefulSet", "a/db", { replicas: 1_000_000_000 });
    const objects = [db, closed(where(POD_NAME, "In", "db-0", "db-3", "db-03", "db-1000000000", "other-1"))];
    const answer = ask(objects, "10.0.0.9", "a/db");
    expect(answer.connections.map(({ to, allowed }) => [to, allowed])).toEqual([
      ["a/db-0", false],
      ["a/db-3", false],
      ["a/db", true],
    ]);
    expect(answer.notes).toContain("a/db stands for the pods of StatefulSet a/db that no selector names.");
    expect(ask(objects, "10.0.0.9", "a/db-4").to.name).toBe("a/db");
    expect(matrixOf(Network.of(objects)).classes.filter(({ kind }) => kind === "pods")).toHaveLength(3);
  });

  test("a Service of one pod has that pod behind it", () => {
    const db = workload("StatefulSet", "a/db", { replicas: 3 });
    const primary = object("v1", "Service", "a/primary", {
      selector: labelled(POD_NAME, "db-0")["matchLabels" as never],
      ports: [{ port: 80 }],
    });
    const to = { namespace: "a", service: "primary" };
    expect(ask([db, primary], "10.0.0.9", to)).toMatchObject({ allowed: true, certain: true, to: { name: "a/db-0" } });
    expect(ask([db, primary, closed(labelled(POD_INDEX, "0"))], "10.0.0.9", to)).toMatchObject({ allowed: false, to: { name: "a/db-0" } });
  });

  test("a proposed change of the template keeps what the controller added", () => {
    const objects = [
      workload("StatefulSet", "a/db", { selector: labelled("app", "db"), replicas: 2 }),
      workload("Deployment", "b/web"),
      object("networking.k8s.io/v1", "NetworkPolicy", "b/in", {
        ingress: [{ from: [{ namespaceSelector: {}, podSelector: labelled("role", "reader") }] }],
      }),
      object("networking.k8s.io/v1", "NetworkPolicy", "a/out", {
        podSelector: labelled(POD_INDEX, "1"),
        policyTypes: ["Egress"],
        egress: [{ ports: [{ port: 81 }] }],
      }),
    ];
    expect(ask(objects, "a/db-0", "b/web").change!.title).toBe("Label the pods of StatefulSet a/db with role=reader");
    // The second is still selected by what its template does not say.
    expect(ask(objects, "a/db-1", "b/web").change!.title).toBe(
      "Add port 80/TCP to egress rule 1 of network policy a/out, and label the pods of StatefulSet a/db with role=reader",
    );
  });
});

describe("what only a cluster gives a value leaves the answer open", () => {
  const api = workload("Deployment", "a/api");
  const cron = workload("CronJob", "a/report");

  test.each<[string, KubeObject, object, boolean]>([
    ["a template's hash", api, labelled("pod-template-hash", "abc"), false],
    ["any but one hash", api, where("pod-template-hash", "NotIn", "abc"), false],
    ["a hash and a label that it has not", api, { matchLabels: { "pod-template-hash": "abc", app: "web" } }, true],
    ["a hash that its kind does not give", workload("StatefulSet", "a/api"), labelled("pod-template-hash", "abc"), true],
    ["a StatefulSet's revision", workload("StatefulSet", "a/api"), labelled("controller-revision-hash", "abc"), false],
    ["a DaemonSet's revision", workload("DaemonSet", "a/api"), labelled("controller-revision-hash", "abc"), false],
    ["a Job's uid", workload("Job", "a/api"), labelled("batch.kubernetes.io/controller-uid", "abc"), false],
    [
      "an index of a Job",
      workload("Job", "a/api", { completionMode: "Indexed" }),
      labelled("batch.kubernetes.io/job-completion-index", "0"),
      false,
    ],
    ["an index of a Job that has none", workload("Job", "a/api"), labelled("batch.kubernetes.io/job-completion-index", "0"), true],
  ])("asked for %s", (_, made, selector, certain) => {
    expect(ask([made, closed(selector)], "10.0.0.9", "a/api").certain).toBe(certain);
    // Whoever selects may be a rule as well.
    expect(ask([made, workload("Deployment", "a/web"), admitting(selector)], "a/api", "a/web").certain).toBe(certain);
  });

  test("of what a CronJob makes neither uid nor name is known", () => {
    const answer = ask([cron, closed(labelled("job-name", "report"))], "10.0.0.9", "a/report");
    expect(answer).toMatchObject({ allowed: true, certain: false });
    expect(answer.notes).toContain(
      "Pods of CronJob a/report get their label job-name in the cluster, and a policy goes by it: by its value the answer may be another.",
    );
  });

  test("a policy of the other direction is none of it", () => {
    expect(ask([api, closed(labelled("pod-template-hash", "abc"))], "a/api", "10.0.0.9").certain).toBe(true);
  });

  test("a Service that goes by it", () => {
    const canary = object("v1", "Service", "a/canary", { selector: { "pod-template-hash": "abc" }, ports: [{ port: 80 }] });
    const answer = ask([api, canary], "10.0.0.9", { namespace: "a", service: "canary" });
    expect(answer).toMatchObject({ allowed: false, certain: false });
    expect(answer.reason).toBe(
      "Whether a pod is behind Service a/canary is not known: it goes by a label that only the cluster gives a value.",
    );
  });
});

describe("workloads of one name but different kinds", () => {
  const open = workload("Deployment", "a/api");
  const cron = workload("CronJob", "a/api");
  const running = (name: string, owner: string, ip: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "a", labels: { app: "api" }, ownerReferences: [{ kind: owner, name: "api", controller: true }] },
    spec: {},
    status: { phase: "Running", podIP: ip },
  });

  test.each([[[open, cron]], [[cron, open]]])("pods that run are meant, not those that the other would make", (kinds) => {
    const answer = ask([...kinds, running("api-x", "Deployment", "10.0.0.1")], "10.0.0.9", "a/api");
    expect(answer).toMatchObject({ to: { name: "a/api-x" }, connectionCount: 1 });
    expect(answer.notes).toEqual(["CronJob a/api has that name, too, and no pods that run now: those it would make are not asked about."]);
  });

  test("those of both are meant where both run", () => {
    const pods = [running("api-x", "Deployment", "10.0.0.1"), running("api-y", "CronJob", "10.0.0.2")];
    const answer = ask([open, cron, ...pods], "10.0.0.9", "a/api");
    expect(answer.connectionCount).toBe(2);
    expect(answer.notes).toEqual(["Deployment a/api and CronJob a/api have one name: the pods of each are asked about."]);
  });

  test("neither hides the other in manifests, and they are not the same pod", () => {
    const objects = [open, cron, closed({})];
    const answer = ask(objects, "10.0.0.9", "a/api");
    expect(answer.connections.map(({ to }) => to)).toEqual(["a/api (Deployment)", "a/api (CronJob)"]);
    expect(answer.notes).toContain("Deployment a/api and CronJob a/api have one name: the pods of each are asked about.");
    const between = ask(objects, "a/api", "a/api");
    expect(between.connections.filter(({ allowed }) => !allowed)).not.toEqual([]);
  });

  test("a pod hides no workload, and is meant by its name", () => {
    const objects = [{ ...running("api", "ReplicaSet", "10.0.0.1") }, cron, closed({})];
    expect([...Network.of(objects).pods].map(({ id }) => id)).toEqual(["a/api", "a/api (CronJob)"]);
    expect(ask(objects, "10.0.0.9", "a/api")).toMatchObject({ to: { name: "a/api" }, connectionCount: 1 });
  });
});

/** What a cluster makes of each workload, by its documentation: the other way to the answer of its manifest. */
const MADE: Record<string, (hash: string) => Record<string, Record<string, string>>> = {
  StatefulSet: (hash) =>
    Object.fromEntries(
      [1, 2, 3].map((at) => [`x-${at}`, { [POD_NAME]: `x-${at}`, [POD_INDEX]: String(at), "controller-revision-hash": hash }]),
    ),
  Deployment: (hash) => ({ x: { "pod-template-hash": hash } }),
  DaemonSet: (hash) => ({ x: { "controller-revision-hash": hash } }),
  Job: (hash) => ({ x: { "job-name": "x", "batch.kubernetes.io/job-name": "x", "controller-uid": hash } }),
  CronJob: (hash) => ({ x: { "job-name": hash, "controller-uid": `uid-${hash}` } }),
};

test("a manifest is answered for as the pods that a cluster makes of it, or not for certain", () => {
  const key = fc.constantFrom("app", POD_NAME, POD_INDEX, "job-name", "controller-uid", "controller-revision-hash", "pod-template-hash");
  const value = fc.constantFrom("x", "y", "x-1", "x-2", "1", "3", "4");
  const selector = fc
    .array(fc.tuple(key, fc.constantFrom("In", "In", "NotIn", "Exists", "DoesNotExist"), fc.array(value, { minLength: 1, maxLength: 2 })), {
      maxLength: 2,
    })
    .map((all) => ({
      matchExpressions: all.map(([one, operator, values]) => ({ key: one, operator, ...(operator.endsWith("In") ? { values } : {}) })),
    }));
  const policies = fc.array(
    fc.tuple(fc.constantFrom("Ingress", "Egress"), selector, fc.array(fc.array(selector, { maxLength: 2 }), { maxLength: 2 })),
    { minLength: 1, maxLength: 3 },
  );
  let certain = 0;
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(MADE)), policies, value, fc.boolean(), (kind, drawn, hash, enters) => {
      const written = drawn.map(([type, podSelector, rules], at) =>
        object("networking.k8s.io/v1", "NetworkPolicy", `a/${at}`, {
          podSelector,
          policyTypes: [type],
          ...(type === "Ingress"
            ? { ingress: rules.map((peers) => ({ from: peers.map((one) => ({ podSelector: one })) })) }
            : { egress: rules.map((peers) => ({ to: peers.map((one) => ({ podSelector: one })) })) }),
        }),
      );
      const pod = (name: string, labels: object): KubeObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "a", labels },
        spec: {},
      });
      const y = pod("y", { app: "y" });
      const manifest = workload(kind, "a/x", kind === "StatefulSet" ? { replicas: 3, ordinals: { start: 1 } } : {});
      const made = Object.entries(MADE[kind]!(hash)).map(([name, labels]) => pod(name, { app: "x", ...labels }));
      for (const { metadata } of made) {
        const [from, to] = enters ? ["a/y", `a/${metadata.name}`] : [`a/${metadata.name}`, "a/y"];
        const answer = ask([manifest, y, ...written], from!, to!);
        if (answer.certain) certain++;
        expect(!answer.certain || answer.allowed === ask([...made, y, ...written], from!, to!).allowed).toBe(true);
      }
    }),
    { seed: 4, numRuns: 700 },
  );
  expect(certain).toBeGreaterThan(700);
});
