import { bareStatement, type Breakage, type Cascade, type Effect, type Impact, type Statement } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { diffLines, diffWords } from "./diff-lines.ts";
import { choices, EVERYTHING, filtered } from "./object-filter.ts";
import { losses, reversalInShort } from "./losses.ts";
import { planBreaks } from "./plan-breaks.ts";
import { isPlan, planObjects } from "./plan-objects.ts";
import { planTiles } from "./plan-tiles.ts";
import { kinds, planSentence, shortName } from "./plan-words.ts";

const ONE = { value: 1, kind: "exact" } as const;

const taken = (object: string, via: string[], fields: Partial<Cascade> = {}): Cascade => ({
  object,
  effect: "delete",
  rows: ONE,
  via,
  depth: 1,
  ...fields,
});

const many = (n: number, kind: string, via: string[] = ["namespace"]): Cascade[] =>
  Array.from({ length: n }, (_, index) => taken(`v1 ${kind} shop/${kind.toLowerCase()}-${index}`, via));

function write(method: string, effect: Effect, object: string, fields: Partial<Statement> = {}): Statement {
  const text = `kubectl something ${object}`;
  return {
    ...bareStatement({ index: 0, start: 0, end: text.length, text, title: object, effect }),
    effects: [{ effect, object, kind: object.split(" ")[1]!, rows: ONE }],
    request: { method, path: "/" },
    ...(method === "POST" ? {} : { before: {} }),
    ...fields,
  };
}

const read = (text: string, fields: Partial<Statement> = {}): Statement => ({
  ...bareStatement({ index: 0, start: 0, end: text.length, text, title: text, effect: "read" }),
  ...fields,
});

const plan = (...statements: Statement[]): Impact => ({
  effect: statements.at(-1)?.effect ?? "unknown",
  complete: true,
  tookMs: 912,
  warnings: [],
  statements: statements.map((statement, index) => ({ ...statement, index })),
});

const VOLUME = taken("v1 PersistentVolume pvc-1", ["reclaimPolicy"], { dataLoss: "data loss: the volume and its data are deleted" });
const MAYBE = taken("v1 PersistentVolumeClaim shop/a", ["namespace"], { dataLoss: "data loss is possible: it could not be read" });
const namespace = (cascades: Cascade[], breaks: Breakage[] = []) =>
  plan(write("DELETE", "delete", "v1 Namespace shop", { cascades, breaks }));

const tokenOf = (name: string, seconds: number, risks: Statement["risks"] = []): Statement =>
  write("POST", "privilege", `v1 ServiceAccount shop/${name}`, {
    request: { method: "POST", path: "/", subresource: "token" },
    token: { account: { namespace: "shop", name }, seconds, audiences: [], rights: [], unread: [] },
    risks,
  });

test("a token is a figure of its own, and one that leads further is not to be overlooked", () => {
  expect(planTiles(plan(tokenOf("bot", 900)))).toEqual([{ figure: 1, label: "Token · 15 min", tone: "plain" }]);
  const leads = [{ code: "token_reads_secrets", severity: "danger" as const, message: "It may read Secrets." }];
  expect(planTiles(plan(tokenOf("bot", 900), tokenOf("bot", 3_600, leads)))).toEqual([{ figure: 2, label: "Tokens · 1 h", tone: "bad" }]);
});

describe("the headline", () => {
  test.each<[string, Impact, string]>([
    ["a namespace and what is in it", namespace([...many(5, "Pod"), VOLUME]), "5 objects would go, 1 volume loses its data"],
    ["a token, which makes nothing", plan(tokenOf("bot", 900)), "A token of shop/bot for 15 min"],
    [
      "a token of an account that the plan makes",
      plan(write("POST", "append", "v1 ServiceAccount shop/bot"), tokenOf("bot", 3_600)),
      "A token of shop/bot for 1 h, ServiceAccount shop/bot is created",
    ],
    ["one thing", plan(write("DELETE", "delete", "v1 ConfigMap shop/web")), "ConfigMap shop/web would go"],
    [
      "several things, one of which goes with another",
      plan(
        write("DELETE", "delete", "apps/v1 Deployment shop/web", { cascades: many(2, "Pod", ["ownerReference"]) }),
        write("DELETE", "delete", "v1 Pod shop/pod-0"),
      ),
      "3 objects would go",
    ],
    ["data that may go", namespace([MAYBE]), "1 object would go, 1 volume may lose its data"],
    [
      "data that goes and data that may go",
      namespace([VOLUME, { ...VOLUME, object: "v1 PersistentVolume pvc-2" }, MAYBE]),
      "1 object would go, 2 volumes lose their data, 1 may lose its",
    ],
    [
      "what could not be read whole",
      { ...namespace([...many(5, "Pod"), VOLUME]), complete: false },
      "At least 5 objects would go, 1 volume loses its data",
    ],
    [
      "one thing, and what may follow it",
      { ...plan(write("DELETE", "delete", "v1 ConfigMap shop/web")), complete: false },
      "ConfigMap shop/web would go, perhaps more",
    ],
    [
      "a change, and what follows as far as it could be read",
      { ...plan(write("PATCH", "modify", "apps/v1 Deployment shop/web", { cascades: many(2, "Pod", ["template"]) })), complete: false },
      "Deployment shop/web changes, at least 2 pods restart",
    ],
    [
      "a change of the template",
      plan(write("PATCH", "modify", "apps/v1 Deployment shop/web", { cascades: many(2, "Pod", ["template"]) })),
      "Deployment shop/web changes, 2 pods restart",
    ],
    [
      "fewer replicas",
      plan(write("PATCH", "modify", "apps/v1 Deployment shop/web", { cascades: many(1, "Pod", ["replicas"]) })),
      "Deployment shop/web changes, 1 pod ends",
    ],
    [
      "a mixture",
      plan(
        write("POST", "append", "v1 ConfigMap shop/a"),
        write("POST", "append", "v1 Secret shop/b"),
        write("PATCH", "modify", "v1 Service shop/c"),
      ),
      "Service shop/c changes, 2 objects are created",
    ],
    [
      "an eviction",
      plan(write("POST", "delete", "v1 Pod shop/a", { request: { method: "POST", path: "/", subresource: "eviction" } })),
      "Pod shop/a would go",
    ],
    ["reading", plan(read("kubectl get pods")), "Only reads"],
    [
      "what fails at once",
      plan(read("kubectl delete pod x", { willFail: [{ code: "kubectl", reason: "not found" }] })),
      "kubectl would fail before it writes anything",
    ],
  ])("of %s", (_, impact, big) => {
    expect(planSentence(impact).big).toBe(big);
  });

  test("says how long it took and that nothing changed", () => {
    expect(planSentence(namespace(many(2, "Pod"))).small).toEqual(["planned in 912 ms", "nothing changed", "with Namespace shop"]);
  });
});

test("what is a plan, and what is not", () => {
  expect(isPlan(plan(read("kubectl get pods")))).toBe(true);
  expect(isPlan(plan(read("select 1")))).toBe(false);
  expect(isPlan(plan())).toBe(false);
});

describe("the figures", () => {
  test("leave nothing out: kinds that have no place of their own are summed", () => {
    const kindsOf = ["Pod", "Secret", "Service", "ConfigMap", "Role", "RoleBinding", "Job", "CronJob", "Ingress", "LimitRange"];
    const cascades = kindsOf.flatMap((kind, index) => many(index + 1, kind));
    const tiles = planTiles(namespace([...cascades, VOLUME]));
    expect(tiles).toHaveLength(8);
    expect(tiles.reduce((sum, { figure }) => sum + figure, 0)).toBe(cascades.length + 1);
    expect(tiles.at(-1)).toEqual({ figure: 4 + 5 + 6 + 10, label: "4 more kinds", tone: "plain" });
  });

  test("keep data that may be lost apart from data that is", () => {
    expect(
      planTiles(namespace([VOLUME, { ...VOLUME, object: "v1 PersistentVolume pvc-2" }, MAYBE])).filter(({ tone }) => tone === "bad"),
    ).toEqual([
      { figure: 2, label: "Volumes · data lost", tone: "bad" },
      { figure: 1, label: "Volume · data may be lost", tone: "bad" },
    ]);
  });

  test("show what one must not overlook, however many kinds there are", () => {
    const cascades = Array.from({ length: 20 }, (_, index) => many(50, `Kind${index}`)).flat();
    const breaks = [
      {
        object: "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration limits",
        why: "Every Pod create is refused: why",
        scope: "cluster",
      },
      { object: "v1 Service shop/public", why: "its load-balancer address is given up", scope: "outside the cluster" },
    ];
    const tiles = planTiles(namespace([...cascades, VOLUME], breaks), 5);
    expect(tiles.map(({ label }) => label)).toEqual(["Volume · data lost", "Load balancer", "Webhook · Fail", "Kind0s", "19 more kinds"]);
    expect(tiles.at(-1)!.figure).toBe(950);
    expect(tiles.filter(({ tone }) => tone === "bad")).toHaveLength(2);
  });
});

test("an object is listed once, with the gravest that happens to it", () => {
  const impact = plan(
    write("PATCH", "modify", "v1 Pod shop/a"),
    write("DELETE", "delete", "apps/v1 Deployment shop/web", { cascades: [taken("v1 Pod shop/a", ["ownerReference"])] }),
  );
  expect(planObjects(impact)).toMatchObject([
    { kind: "Pod", namespace: "shop", name: "a", fate: "goes", named: true },
    { kind: "Deployment", fate: "goes" },
  ]);
});

test("what breaks is told as a sentence, what reaches everybody first", () => {
  const breaks: Breakage[] = [
    {
      object: "networking.k8s.io/v1 NetworkPolicy data/allow",
      why: "it no longer allows traffic from namespace shop",
      scope: "namespace data",
    },
    { object: "v1 Service web/api", why: "its name no longer resolves: it stands for Service shop/api", scope: "namespace web" },
    {
      object: "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration l",
      why: "every create is refused: webhook x",
      scope: "cluster",
    },
  ];
  expect(planBreaks(namespace([], [...breaks, breaks[0]!]))).toEqual([
    {
      object: breaks[2]!.object,
      kind: "ValidatingWebhookConfiguration",
      what: "Every create is refused",
      why: "ValidatingWebhookConfiguration l · webhook x",
      where: "cluster-wide",
      grave: true,
    },
    {
      object: breaks[1]!.object,
      kind: "Service",
      what: "Service web/api: its name no longer resolves",
      why: "it stands for Service shop/api",
      where: "web",
      grave: true,
    },
    {
      object: breaks[0]!.object,
      kind: "NetworkPolicy",
      what: "NetworkPolicy data/allow no longer allows traffic from namespace shop",
      why: "",
      where: "data",
      grave: false,
    },
  ]);
});

test("objects are found by name, kind, namespace and what leads to them", () => {
  const objects = planObjects(namespace([...many(3, "Pod"), ...many(2, "Secret", ["namespace", "ownerReference"]), VOLUME]));
  const names = (filter: Partial<typeof EVERYTHING>) => filtered(objects, { ...EVERYTHING, ...filter }).map(({ name }) => name);
  expect(names({ text: "secret 1" })).toEqual(["secret-1"]);
  expect(names({ kind: "Pod", namespace: "shop" })).toHaveLength(3);
  expect(names({ namespace: "(cluster)" })).toEqual(["shop", "pvc-1"]);
  expect(names({ via: "ownerReference" })).toHaveLength(2);
  expect(names({ via: "named" })).toEqual(["shop"]);
  expect(choices(objects, "kind")).toContainEqual({ value: "Pod", count: 3 });
});

test("names and kinds in words", () => {
  expect(shortName("apps/v1 Deployment payments/api")).toBe("Deployment payments/api");
  expect(shortName("v1 Namespace payments")).toBe("Namespace payments");
  expect(["Pod", "Ingress", "NetworkPolicy", "Endpoints", "Gateway"].map((kind) => kinds(kind, 2))).toEqual([
    "Pods",
    "Ingresses",
    "NetworkPolicies",
    "Endpoints",
    "Gateways",
  ]);
  expect(kinds("NetworkPolicy", 1)).toBe("NetworkPolicy");
});

test("a diff is drawn line by line; what is left out between two places is said", () => {
  const lines = diffLines("@@ -13,3 +13,3 @@\n spec:\n-  replicas: 6\n+  replicas: 1\n@@ -40,1 +40,1 @@\n-  a: --\n");
  expect(lines.map(({ mark }) => mark)).toEqual(["gap", "same", "out", "in", "gap", "out"]);
  expect(lines[5]).toEqual({ mark: "out", text: "  a: --" });
  expect(diffWords(lines)).toBe("−2 +1");
  const whole = diffLines("@@ -1,2 +1,0 @@\n-a: 1\n-b: 2\n");
  expect(whole).toHaveLength(2);
  expect(diffWords(whole)).toBe("2 lines, the whole object");
});

test("data lost with what is named itself is counted and said", () => {
  const object = "v1 PersistentVolume pv";
  const effects = [{ effect: "delete" as const, object, kind: "PersistentVolume", rows: ONE, dataLoss: "data loss: its storage" }];
  const impact = plan(write("DELETE", "delete", object, { effects }));
  expect(planObjects(impact)).toMatchObject([{ text: object, named: true, dataLoss: "data loss: its storage" }]);
  expect(planTiles(impact)).toEqual([{ figure: 1, label: "Volume · data lost", tone: "bad" }]);
  expect(planSentence(impact).big).toBe("1 volume loses its data");
});

test("snapshots that are lost are no volumes", () => {
  const content = { ...VOLUME, object: "snapshot.storage.k8s.io/v1 VolumeSnapshotContent c", via: ["deletionPolicy"] };
  const impact = namespace([VOLUME, ...many(2, "Pod"), content]);
  expect(planTiles(impact).filter(({ tone }) => tone === "bad")).toEqual([
    { figure: 1, label: "Volume · data lost", tone: "bad" },
    { figure: 1, label: "Snapshot · data lost", tone: "bad" },
  ]);
  expect(planSentence(impact).big).toBe("2 objects would go, 1 volume loses its data, 1 snapshot loses its data");
});

test("what cannot come back is told each once, and on one line by its names", () => {
  const loss = (name: string, minor?: boolean) => ({
    object: `v1 PersistentVolumeClaim shop/${name}`,
    why: "its data is deleted",
    ...(minor ? { minor } : {}),
  });
  const impact = plan(
    write("DELETE", "delete", "v1 Namespace shop", { lost: [loss("a"), loss("b"), loss("c"), loss("pods", true)], reversible: "partial" }),
    write("DELETE", "delete", "v1 PersistentVolumeClaim shop/a", { lost: [loss("a")], reversible: "partial" }),
  );
  expect(losses(impact).grave).toHaveLength(3);
  expect(losses(impact).minor).toHaveLength(1);
  const said = { mark: "undo in part", text: "Can be undone in part", why: "a long sentence", tone: "warn" } as const;
  expect(reversalInShort(said, impact).why).toBe("not all of PersistentVolumeClaim shop/a, PersistentVolumeClaim shop/b and 1 more");
  expect(reversalInShort(said, plan(write("POST", "append", "v1 Secret shop/a"))).why).toBe("a long sentence");
});
