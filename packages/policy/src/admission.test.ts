import type { JsonValue, Statement } from "@interlock/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactly, impactOf, inputOf, onCluster, policyOf, statementOf, writeOf } from "./cases.ts";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { judge } from "./judge.ts";
import { parsePolicy } from "./parse.ts";
import type { Policy } from "./policy.ts";

const parsed = parsePolicy(DEFAULT_POLICY);
if (!parsed.ok) throw new Error("the default policy is broken");
const defaultPolicy = parsed.policy;

type Manifest = Record<string, JsonValue>;

const SHA = `@sha256:${"ab".repeat(32)}`;
const container = (name: string, more: Manifest = {}): Manifest => ({ name, image: `web${SHA}`, ...more });
const secured = (securityContext: Manifest): Manifest => container("web", { securityContext: { runAsNonRoot: true, ...securityContext } });
const spec = (...containers: Manifest[]): Manifest => ({ containers });
const good = spec(secured({}));
const podOf = (podSpec: JsonValue): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop" },
  spec: podSpec,
});
const deploymentOf = (podSpec: JsonValue): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec: { template: { spec: podSpec } },
});
const cronJobOf = (podSpec: JsonValue): Manifest => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "web", namespace: "shop" },
  spec: { jobTemplate: { spec: { template: { spec: podSpec } } } },
});
const namespaceOf = (labels?: Manifest): Manifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", ...(labels && { labels }) },
});
const user = (name: string): Manifest => ({ kind: "User", name });
const bindingOf = (kind: string, role: string, ...subjects: Manifest[]): Manifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name: "shop" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: subjects.length === 0 ? [user("alice")] : subjects,
});
const everything: Manifest = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const roleOf = (...rules: Manifest[]): Manifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "x" },
  rules,
});

const nameOf = ({ apiVersion, kind }: Manifest): string => `${String(apiVersion)} ${String(kind)} shop`;
const RIGHTS = "rbac.authorization.k8s.io/v1";
const creates = (after: Manifest, fields: Partial<Statement> = {}): Statement =>
  writeOf(nameOf(after), after["apiVersion"] === RIGHTS ? "privilege" : "append", {
    request: { method: "POST", path: "/" },
    after,
    ...fields,
  });
const changes = (before: Manifest, after: Manifest): Statement =>
  writeOf(nameOf(after), after["apiVersion"] === RIGHTS ? "privilege" : "modify", { before, after });

const GAINED: Partial<Statement> = { risks: [{ code: "rights_gained", severity: "warning", message: "User ann gains get pods." }] };

/** The rule whose message is shown, and what it says. */
function told(statement: Statement, input = onCluster(statement)): string {
  const { decision, rules, message } = judge(defaultPolicy, input);
  const speaking = defaultPolicy.rules.find(
    ({ id }) => rules.includes(id) && message !== "" && defaultPolicy.rules.find((rule) => rule.id === id)?.message === message,
  );
  return `${decision} ${speaking?.id ?? message}`;
}

describe("the default pack of a production cluster", () => {
  const daemon = { name: "node", image: `node${SHA}`, securityContext: { privileged: true, runAsUser: 0 } };
  test.each<[string, Statement, string]>([
    ["a namespace without a label", creates(namespaceOf()), "deny namespace-without-env"],
    ["a namespace whose env label says nothing", creates(namespaceOf({ env: "" })), "deny namespace-without-env"],
    ["a namespace with its label", creates(namespaceOf({ env: "dev" })), "review cluster-changes"],
    ["a label taken off", changes(namespaceOf({ env: "prod" }), namespaceOf({ team: "web" })), "deny namespace-without-env"],
    ["an untagged namespace that gets another label", changes(namespaceOf(), namespaceOf({ team: "web" })), "review cluster-changes"],
    ["an untagged namespace that gets its label", changes(namespaceOf(), namespaceOf({ env: "prod" })), "review cluster-changes"],
    ["a Namespace of somebody else's group", creates({ ...namespaceOf(), apiVersion: "x.example/v1" }), "review cluster-changes"],
    ["a privileged pod", creates(podOf(spec(secured({ privileged: true })))), "deny privileged-pods"],
    ["one that adds SYS_ADMIN", creates(podOf(spec(secured({ capabilities: { add: ["cap_sys_admin"] } })))), "deny privileged-pods"],
    ["a privileged Deployment", creates(deploymentOf(spec(secured({ privileged: true })))), "deny privileged-pods"],
    ["a privileged CronJob", creates(cronJobOf(spec(secured({ privileged: true })))), "deny privileged-pods"],
    [
      "a privileged init container",
      creates(podOf({ ...good, initContainers: [container("setup", { securityContext: { privileged: true, runAsUser: 5 } })] })),
      "deny privileged-pods",
    ],
    [
      "a custom kind that makes privileged pods",
      creates({ ...deploymentOf(spec(secured({ privileged: true }))), apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" }),
      "deny privileged-pods",
    ],
    [
      "what was privileged before",
      changes(deploymentOf(spec(daemon)), deploymentOf(spec({ ...daemon, tty: true }))),
      "review cluster-changes",
    ],
    [
      "another container that is",
      changes(deploymentOf(spec(daemon)), deploymentOf(spec(daemon, secured({ privileged: true })))),
      "deny privileged-pods",
    ],
    ["a root pod", creates(podOf(spec(secured({ runAsUser: 0 })))), "deny root-pods"],
    ["root by its pod", creates(podOf({ ...spec(container("web")), securityContext: { runAsUser: 0 } })), "deny root-pods"],
    ["root as its image likes", creates(podOf(spec(container("web")))), "review may-run-as-root"],
    ["a user of its own", creates(podOf(spec(container("web", { securityContext: { runAsUser: 10001 } })))), "review cluster-changes"],
    ["hostPath", creates(deploymentOf({ ...good, volumes: [{ name: "sock", hostPath: { path: "/run" } }] })), "deny host-path"],
    [
      "a volume of the cluster on a node",
      creates({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "x" }, spec: { hostPath: { path: "/data" } } }),
      "deny host-path",
    ],
    ["the node's network", creates(podOf({ ...good, hostNetwork: true })), "deny host-namespaces"],
    ["an image without a digest", creates(podOf(spec({ ...secured({}), image: "web:1" }))), "review image-without-digest"],
    ["a digest that is none", creates(podOf(spec({ ...secured({}), image: "web@sha256:1" }))), "review image-without-digest"],
    [
      "an image as a volume, without a digest",
      creates(podOf({ ...good, volumes: [{ name: "model", image: { reference: "models/big:2" } }] })),
      "review image-without-digest",
    ],
    [
      "an image as a volume, with one",
      creates(podOf({ ...good, volumes: [{ name: "model", image: { reference: `models/big${SHA}` } }] })),
      "review cluster-changes",
    ],
    [
      "a change that keeps its image",
      changes(deploymentOf(spec({ ...secured({}), image: "web:1" })), deploymentOf(spec({ ...secured({}), image: "web:1", tty: true }))),
      "review cluster-changes",
    ],
    ["cluster-admin for the cluster", creates(bindingOf("ClusterRoleBinding", "cluster-admin")), "deny cluster-admin"],
    ["cluster-admin of a namespace", creates(bindingOf("RoleBinding", "cluster-admin")), "deny cluster-admin"],
    ["cluster-admin under another name", creates(roleOf(everything)), "deny cluster-admin"],
    [
      "somebody taken out of cluster-admin",
      changes(
        bindingOf("ClusterRoleBinding", "cluster-admin", user("ann"), user("bob")),
        bindingOf("ClusterRoleBinding", "cluster-admin", user("ann")),
      ),
      "review rights-taken",
    ],
    [
      "somebody put into cluster-admin, and another taken out",
      changes(bindingOf("ClusterRoleBinding", "cluster-admin", user("ann")), bindingOf("ClusterRoleBinding", "cluster-admin", user("bob"))),
      "deny cluster-admin",
    ],
    [
      "an account of the same name in another namespace",
      changes(
        bindingOf("ClusterRoleBinding", "cluster-admin", { kind: "ServiceAccount", name: "ci", namespace: "shop" }),
        bindingOf("ClusterRoleBinding", "cluster-admin", { kind: "ServiceAccount", name: "ci", namespace: "web" }),
      ),
      "deny cluster-admin",
    ],
    [
      "a binding that is made anew with cluster-admin",
      changes(bindingOf("ClusterRoleBinding", "view"), bindingOf("ClusterRoleBinding", "cluster-admin")),
      "deny cluster-admin",
    ],
    [
      "a role that may do everything, and gets a label",
      changes(roleOf(everything), { ...roleOf(everything), metadata: { name: "x", labels: { a: "b" } } }),
      "review rights-taken",
    ],
    ["a role that comes to do everything", changes(roleOf({ ...everything, verbs: ["get"] }), roleOf(everything)), "deny cluster-admin"],
    ["another role, by which somebody gains", creates(bindingOf("ClusterRoleBinding", "view"), GAINED), "deny privileges"],
    ["a role that its holder has more of already", creates(bindingOf("RoleBinding", "view")), "review rights-taken"],
    ["a right to another thing than roles", writeOf("v1 Pod shop", "privilege", { after: podOf(good) }), "deny privileges"],
    ["a pod that has it all", creates(podOf(good)), "review cluster-changes"],
  ])("%s", (_, statement, said) => {
    expect(told(statement)).toBe(said);
  });

  const budget = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "web", namespace: "shop" } };
  const breaks = [{ object: "apps/v1 Deployment shop/web", code: "no_disruption_budget", why: "no budget covers its pods" }];
  const removes = (fields: Partial<Statement>): Statement =>
    writeOf("policy/v1 PodDisruptionBudget shop/web", "delete", { before: budget, ...fields });
  test("removing the last disruption budget of running pods needs two people and a reason, removing another one person", () => {
    expect(told(removes({ breaks }))).toBe("review last-disruption-budget");
    expect(told(removes({}))).toBe("review cluster-changes");
    expect(judge(defaultPolicy, onCluster(removes({ breaks })))).toMatchObject({
      obligations: { reason: true, reviews: [{ count: 2, group: "platform" }] },
    });
    // Where not all could be read, it cannot be ruled out.
    expect(judge(defaultPolicy, { ...onCluster(), impact: impactOf([removes({})], { complete: false }) })).toMatchObject({
      rules: ["last-disruption-budget", "namespace-delete", "cluster-changes"],
      message: expect.stringMatching(/^This cannot be ruled out, since the impact is not complete\. This takes the last/) as string,
    });
  });

  test("outside production, in an undo and on a database it says nothing", () => {
    const privileged = creates(podOf(spec(secured({ privileged: true }))));
    const staging = { ...onCluster(privileged), connection: { ...onCluster().connection, environment: "staging" as const } };
    expect(told(privileged, staging)).toBe("allow outside-prod");
    expect(told(privileged, { ...onCluster(privileged), undo: true })).toBe("review cluster-changes");
    expect(told(statementOf("append"), inputOf(impactOf([statementOf("append")])))).toBe("review prod-appends");
  });

  test("rights of which nobody knows whether somebody gains by them are not agreed to", () => {
    const statement = creates(bindingOf("RoleBinding", "view"));
    expect(told(statement, { ...onCluster(), impact: impactOf([statement], { complete: false }) })).toBe("deny privileges");
  });

  test("what an incomplete impact cannot tell does not make every write a suspect of the pack", () => {
    const input = { ...onCluster(), impact: impactOf([creates(podOf(good))], { complete: false }) };
    expect(told(creates(podOf(good)), input)).toBe("review cluster-changes");
  });

  test("where nobody has looked what is there, only what could matter is held against a write", () => {
    const unseen = (after: Manifest): string => {
      const statement = writeOf(nameOf(after), "modify", { after });
      return told(statement, { ...onCluster(), impact: impactOf([statement], { complete: false }) });
    };
    expect(unseen(podOf(good))).toBe("review cluster-changes");
    expect(unseen(podOf(spec(secured({ privileged: true }))))).toBe("deny privileged-pods");
    expect(unseen(namespaceOf())).toBe("deny namespace-without-env");
    expect(unseen(namespaceOf({ env: "dev" }))).toBe("review cluster-changes");
  });

  test("what a cascade takes along, however much it is, keeps no rule from being judged", () => {
    const cascades = Array.from({ length: 20_000 }, (_, index) => ({
      object: `v1 Pod shop/web-${index}`,
      effect: "delete" as const,
      rows: exactly(1),
      via: ["namespace"],
      depth: 1,
    }));
    const statement = writeOf("v1 Namespace shop", "delete", { before: namespaceOf({ env: "prod" }), cascades });
    expect(told(statement)).toBe("review namespace-delete");
  });
});

describe("tokens for outside a cluster", () => {
  const tokenOf = (seconds: number, ...risks: string[]): Statement =>
    writeOf("v1 ServiceAccount shop/bot", "privilege", {
      request: { method: "POST", path: "/", subresource: "token" },
      after: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        metadata: { name: "bot", namespace: "shop" },
        spec: { audiences: [], expirationSeconds: seconds },
      },
      risks: risks.map((code) => ({ code, severity: "danger", message: code })),
    });
  const secretOf = (type: string): Manifest => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "t", namespace: "shop" }, type });
  test.each<[string, Statement, string]>([
    ["for an hour", tokenOf(3600), "review tokens"],
    ["for longer", tokenOf(3601), "deny token-too-long"],
    ["whose account reads Secrets", tokenOf(600, "token_reads_secrets"), "review token-that-leads-further"],
    ["whose account may do everything", tokenOf(600, "token_everything", "token_reads_secrets"), "deny token-of-everything"],
    ["for somebody else", tokenOf(600, "token_audience"), "review tokens"],
    ["that never ends, in a Secret", creates(secretOf("kubernetes.io/service-account-token")), "deny token-in-a-secret"],
    ["a Secret of another type", creates(secretOf("Opaque")), "review cluster-changes"],
    // What has only the name of one is judged as what it is.
    [
      "a role that calls itself one",
      writeOf("v1 X shop/x", "privilege", { after: { ...roleOf({ verbs: ["get"] }), kind: "TokenRequest" } }),
      "deny privileges",
    ],
  ])("%s", (_, statement, said) => {
    expect(told(statement)).toBe(said);
  });

  test("whose rights are not known in full is not let through as one without", () => {
    const impact = impactOf([tokenOf(600, "token_rights_unknown")], { complete: false });
    expect(told(tokenOf(600), { ...onCluster(), impact })).toMatch(
      /^deny This cannot be ruled out, since the impact is not complete\. Whoever holds this token may do everything/,
    );
  });

  test("want a reason, and two people where they lead further", () => {
    const asked = (...risks: string[]) => judge(defaultPolicy, onCluster(tokenOf(600, ...risks))).obligations;
    expect(asked()).toMatchObject({ reason: true, reviews: [{ count: 1, group: "platform" }] });
    expect(asked("token_binds")).toMatchObject({ reason: true, reviews: [{ count: 2, group: "platform" }] });
  });

  test("outside production need nobody, and are as short", () => {
    const on = (statement: Statement) => ({
      ...onCluster(statement),
      connection: { ...onCluster().connection, environment: "staging" as const },
    });
    expect(told(tokenOf(3600, "token_everything"), on(tokenOf(3600, "token_everything")))).toBe("allow tokens-outside-prod");
    expect(told(tokenOf(7200), on(tokenOf(7200)))).toBe("deny token-too-long");
  });
});

describe("what expressions see of an object", () => {
  const service: Manifest = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "shop", labels: { tier: "gold" }, annotations: { "example.com/owner": "web" } },
    spec: { paused: true, replicas: 3, memory: "2Gi", cpu: "500m", rules: [{ host: "a.example" }, { host: "b.example" }, {}] },
  };
  test.each<[string, boolean]>([
    ['after.kind == "Ingress" && after.group == "networking.k8s.io" && after.version == "v1" && after.name == "web"', true],
    ['after.labels.tier == "gold" && !("constructor" in after.labels) && after.annotations["example.com/owner"] == "web"', true],
    ["before.present || !after.present", false],
    ['after.texts("spec.rules[*].host").exists(h, h == "b.example") && size(after.texts("spec.rules[*].host")) == 2', true],
    ['after.text("spec.rules[1].host") == "b.example" && after.text("spec.rules[9].host") == "" && after.text("spec.rules") == ""', true],
    ['after.flag("spec.paused") && !after.flag("spec.nothing") && after.number("spec.replicas") == 3.0', true],
    ['after.number("spec.memory") > 1000000000 && after.number("spec.cpu") < 1 && after.number("spec.cpu") > 0.4', true],
    ['after.sets("spec.rules[*].host") && !after.sets("spec.rules[*].path") && !before.sets("metadata")', true],
    ['after.text("metadata.annotations[\\"example.com/owner\\"]") == "web" && before.text("metadata.name") == ""', true],
  ])("%s", (when, holds) => {
    const policy = policyOf(`- { id: all, effect: allow }\n- id: rule\n  effect: deny\n  when: '${when}'`);
    expect(judge(policy, onCluster(creates(service))).decision).toBe(holds ? "deny" : "allow");
  });

  test("a read, a statement of SQL and a delete have empty ones, and no rule fails over that", () => {
    const policy = policyOf(
      `- { id: all, effect: allow }\n- { id: a, effect: deny, when: 'after.containers.exists(c, c.privileged) || after.text("spec.x.y") == "1"' }`,
    );
    for (const statement of [statementOf("read"), statementOf("delete"), writeOf("v1 Pod shop/web", "delete", { before: podOf(good) })])
      expect(judge(policy, onCluster(statement)).decision).toBe("allow");
  });

  test("values of Secrets are seen by nobody, their keys are", () => {
    const secret: Manifest = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "door",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"user":"hunter2"}}', own: "1" },
      },
      data: { user: "hunter2" },
      stringData: { other: "hunter2" },
      odd: "hunter2",
    };
    const sees = (when: string): boolean =>
      judge(policyOf(`- { id: all, effect: allow }\n- id: rule\n  effect: deny\n  when: '${when}'`), onCluster(creates(secret)))
        .decision === "deny";
    expect(sees('after.texts("data[*]").exists(v, v != "") || after.texts("stringData[*]").exists(v, v != "") || after.sets("odd")')).toBe(
      false,
    );
    expect(sees('after.annotations.exists(k, after.annotations[k].contains("hunter2"))')).toBe(false);
    expect(sees('after.sets("data.user") && after.sets("stringData.other") && after.annotations.own == "1"')).toBe(true);
  });

  test("an object without end is a fault of the rule, which then denies, and takes no time", () => {
    const huge = podOf(spec(...Array.from({ length: 2_000 }, (_, index) => container(`c${index}`))));
    const started = performance.now();
    const policy = policyOf(
      `- { id: all, effect: allow }\n- { id: a, effect: deny, when: 'after.containers.exists(c, before.containers.exists(b, b.name == c.name && b.privileged))' }`,
    );
    expect(judge(policy, onCluster(changes(huge, huge)))).toMatchObject({
      decision: "deny",
      message: expect.stringContaining("too long") as string,
    });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

/* No object, however malformed, slips past a deny of the pack: by an error of evaluation it would be denied all the same, but with words about the rule. */

const BAD: readonly [string, Manifest][] = [
  ["namespace-without-env", namespaceOf()],
  ["privileged-pods", podOf(spec(secured({ privileged: true })))],
  ["privileged-pods", cronJobOf(spec(secured({ privileged: true })))],
  ["root-pods", deploymentOf(spec(secured({ runAsUser: 0 })))],
  ["host-path", podOf({ ...good, volumes: [{ name: "x", hostPath: { path: "/" } }] })],
  ["host-namespaces", podOf({ ...good, hostPID: true })],
  ["cluster-admin", bindingOf("ClusterRoleBinding", "cluster-admin")],
];

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
  fc.constantFrom<JsonValue>(null, "", 0, [], {}, [null], { name: null }),
);

/** Rubbish wherever the bad thing itself is not: under other keys, beside it in lists, and as what was there before. */
function spoilt(value: JsonValue, rubbish: readonly JsonValue[], turn = { at: 0 }): JsonValue {
  const next = (): JsonValue => rubbish[turn.at++ % rubbish.length]!;
  if (Array.isArray(value)) return [next(), ...value.map((item) => spoilt(item, rubbish, turn)), next()];
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.entries(value).map(([key, child]) => [key, spoilt(child, rubbish, turn)] as const);
  return { ...Object.fromEntries(inner), ["odd"]: next(), ["__proto__x"]: next() };
}

test("no object, however malformed, keeps a deny of the pack from applying, nor makes it fail", () => {
  fc.assert(
    fc.property(fc.constantFrom(...BAD), fc.array(odd, { minLength: 1, maxLength: 6 }), odd, ([rule, object], rubbish, before) => {
      const after = spoilt(object, rubbish) as Manifest;
      // An untagged namespace that is there already may stay so.
      const known = rule !== "namespace-without-env" && typeof before === "object" && before !== null && !Array.isArray(before);
      const statement = creates(object, { after, ...(known && { before }) });
      const { decision, trace } = judge(defaultPolicy, onCluster(statement));
      expect(decision).toBe("deny");
      expect(trace.find((line) => line.rule === rule)).toMatchObject({ matched: true, why: "matches, and its condition holds" });
    }),
    { numRuns: 400 },
  );
});

test("whatever an object is, no rule of the pack fails on it", () => {
  const kinds = fc.constantFrom(
    "Pod",
    "Deployment",
    "CronJob",
    "Namespace",
    "ClusterRoleBinding",
    "ClusterRole",
    "Secret",
    "PersistentVolume",
    "Rollout",
  );
  const groups = fc.constantFrom("v1", "apps/v1", "batch/v1", RIGHTS, "x.example/v1");
  const object = fc.record({
    apiVersion: fc.oneof(groups, odd),
    kind: fc.oneof(kinds, odd),
    metadata: fc.oneof(odd, fc.record({ labels: odd, annotations: odd, name: odd })),
    spec: fc.oneof(odd, fc.record({ containers: odd, volumes: odd, template: fc.record({ spec: odd }), securityContext: odd })),
    rules: odd,
    roleRef: odd,
    subjects: odd,
    data: odd,
  }) as fc.Arbitrary<Manifest>;
  fc.assert(
    fc.property(object, fc.option(object), (after, before) => {
      const statement = writeOf("v1 Pod shop/web", "modify", { after, ...(before !== null && { before }) });
      const { trace } = judge(onlyPack, onCluster(statement));
      expect(trace.filter(({ why }) => why.includes("cannot be evaluated"))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const onlyPack: Policy = { ...defaultPolicy, rules: defaultPolicy.rules.filter(({ when }) => when !== undefined) };
