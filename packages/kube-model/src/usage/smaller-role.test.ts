import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import type { Attributes } from "../rights/attributes.ts";
import { Rights } from "../rights/rights.ts";
import { userOf, type Subject } from "../rights/subject.ts";
import { leastPrivilege } from "./smaller-role.ts";
import type { Use } from "./usage.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const BOT: Subject = { kind: "ServiceAccount", namespace: "ci", name: "deployer" };

const role = (rules: object[], namespace?: string, name = "r"): KubeObject => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? "ClusterRole" : "Role",
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules,
});
const binding = (kind: string, name: string, namespace?: string, subjects: object[] = [BOT], label = "b"): KubeObject => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name: label, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { kind, name },
  subjects,
});
const use = (verb: string, resource: string, more: Partial<Use> = {}): Use => {
  const [plural, group = ""] = resource.split(".", 2);
  return { verb, group, resource: plural!, times: 1, last: 0, names: new Set(), unnamed: true, ...more };
};
const least = (objects: KubeObject[], ...uses: Use[]) => leastPrivilege(new Rights(objects, { aggregated: "stored" }), BOT, uses);

const EDIT = role([{ apiGroups: ["", "apps"], resources: ["pods", "deployments"], verbs: ["get", "list", "update", "delete"] }]);

describe("a smaller role", () => {
  test("of a role for the whole cluster that is used in one namespace is one for that namespace", () => {
    const { proposal, bindings } = least(
      [EDIT, binding("ClusterRole", "r")],
      use("get", "deployments.apps", { namespace: "web" }),
      use("update", "deployments.apps", { namespace: "web" }),
      use("list", "pods", { namespace: "web" }),
    );
    expect(proposal!.made).toEqual([
      {
        apiVersion: RBAC,
        kind: "Role",
        metadata: { name: "ci-deployer-used", namespace: "web" },
        rules: [
          { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
          { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "update"] },
        ],
      },
      {
        apiVersion: RBAC,
        kind: "RoleBinding",
        metadata: { name: "ci-deployer-used", namespace: "web" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "ci-deployer-used" },
        subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: "ci" }],
      },
    ]);
    expect(proposal!.lines[0]).toMatch(/^kubectl apply -f - <<'EOF'\n[^]*\nEOF$/);
    expect(proposal!.lines.slice(1)).toEqual(["kubectl delete clusterrolebinding b"]);
    expect(bindings).toMatchObject([{ role: "ClusterRole r", unused: proposal!.gone }]);
    expect(proposal!.gone).toEqual([
      "get, update, delete pods",
      "get, list, update, delete deployments",
      "get, list, update, delete pods.apps",
      "list, delete deployments.apps",
    ]);
  });

  test("of what is not used at all is none, and others stay in the binding", () => {
    const others = [{ kind: "User", name: "ann" }, BOT, { kind: "User", name: "bob" }, BOT];
    const { proposal } = least([EDIT, binding("ClusterRole", "r", "web", others)]);
    expect(proposal).toMatchObject({ made: [] });
    expect(proposal!.lines).toEqual([
      `kubectl patch rolebinding b -n web --type=json -p '[{"op":"test","path":"/subjects/3/name","value":"deployer"},{"op":"remove","path":"/subjects/3"},{"op":"test","path":"/subjects/1/name","value":"deployer"},{"op":"remove","path":"/subjects/1"}]'`,
    ]);
  });

  test("is not proposed where every right is used, nor for what a group gives", () => {
    const small = role([{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }], "web");
    expect(least([small, binding("Role", "r", "web")], use("get", "pods", { namespace: "web" })).proposal).toBeUndefined();
    const group = binding("ClusterRole", "r", undefined, [{ kind: "Group", name: "system:serviceaccounts:ci" }]);
    expect(least([EDIT, group])).toMatchObject({ bindings: [{ byGroup: "system:serviceaccounts:ci" }] });
    expect(least([EDIT, group]).proposal).toBeUndefined();
  });

  test("is for the Secrets that were read, while those are few", () => {
    const secrets = role([{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }], "web");
    const names = (...all: string[]) => ({ namespace: "web", names: new Set(all), unnamed: false });
    const rules = (...uses: Use[]) => least([secrets, binding("Role", "r", "web")], ...uses).proposal?.made[0]?.["rules"] as unknown;
    expect(rules(use("get", "secrets", names("tls", "db")))).toEqual([
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["db", "tls"], verbs: ["get"] },
    ]);
    expect(rules(use("get", "secrets", { ...names("a"), unnamed: true }))).toEqual([
      { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
    ]);
  });

  test("is for the accounts for which tokens were asked", () => {
    const tokens = role([{ apiGroups: [""], resources: ["serviceaccounts/token", "pods"], verbs: ["create"] }], "web");
    const asked = use("create", "serviceaccounts/token", { namespace: "web", names: new Set(["ci"]), unnamed: false });
    expect(least([tokens, binding("Role", "r", "web")], asked).proposal?.made[0]?.["rules"]).toEqual([
      { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["ci"], verbs: ["create"] },
    ]);
  });

  test("keeps what no log shows where a role names it, and of * only what was used", () => {
    const roles = role([
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["bind", "get"] },
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { nonResourceURLs: ["/metrics", "/logs/*"], verbs: ["get"] },
    ]);
    const found = least([roles, binding("ClusterRole", "r")], use("list", "nodes"), use("get", "", { path: "/metrics" }));
    expect(found.unseen).toEqual(["bind"]);
    expect(found.proposal!.made[0]).toMatchObject({
      kind: "ClusterRole",
      rules: [
        { apiGroups: [""], resources: ["nodes"], verbs: ["list"] },
        { nonResourceURLs: ["/metrics"], verbs: ["get"] },
        { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["bind"] },
      ],
    });
    expect(found.proposal!.gone).toContain("* *.*, but for list of what was used");
    expect(found.proposal!.gone).toContain("get /logs/*");
  });

  test("takes names that different roles allow for different uses", () => {
    const only = (name: string, label: string) => [
      role([{ apiGroups: [""], resources: ["configmaps"], resourceNames: [name], verbs: ["get", "update"] }], "web", label),
      binding("Role", label, "web", [BOT], label),
    ];
    const found = least(
      [...only("a", "r1"), ...only("b", "r2")],
      use("get", "configmaps", { namespace: "web", names: new Set(["a", "b"]), unnamed: false }),
    );
    expect(found.unexplained).toEqual([]);
    expect(found.proposal!.made[0]!["rules"]).toEqual([
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["a", "b"], verbs: ["get"] },
    ]);
  });

  test("keeps whom it spoke for, with which uid and with which more, by name", () => {
    const speaks = role([
      { apiGroups: [""], resources: ["users", "groups", "serviceaccounts"], verbs: ["impersonate"] },
      {
        apiGroups: ["authentication.k8s.io"],
        resources: ["uids", "userextras/scopes", "userextras/example.com/team"],
        verbs: ["impersonate"],
      },
    ]);
    const as = (group: string, resource: string, ...names: string[]): Use =>
      use("impersonate", "", { group, resource, names: new Set(names), unnamed: false });
    const found = least(
      [speaks, binding("ClusterRole", "r")],
      as("", "users", "ann"),
      as("authentication.k8s.io", "uids", "u-1"),
      as("authentication.k8s.io", "userextras/scopes", "view", "edit"),
      as("authentication.k8s.io", "userextras/example.com/team", "pay"),
    );
    expect(found.unexplained).toEqual([]);
    const speak = (group: string, resource: string, ...resourceNames: string[]) => ({
      apiGroups: [group],
      resources: [resource],
      resourceNames,
      verbs: ["impersonate"],
    });
    expect(found.proposal!.made[0]!["rules"]).toEqual([
      speak("", "users", "ann"),
      speak("authentication.k8s.io", "uids", "u-1"),
      speak("authentication.k8s.io", "userextras/example.com/team", "pay"),
      speak("authentication.k8s.io", "userextras/scopes", "edit", "view"),
    ]);
  });

  describe("of what was used in a namespace that is gone", () => {
    const there = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const uses = ["preview-1", "shop", "preview-2"].map((namespace) => use("get", "pods", { namespace }));
    const objects = [EDIT, binding("ClusterRole", "r")];
    const places = (made: KubeObject[]) => made.filter(({ kind }) => kind === "Role").map(({ metadata }) => metadata?.namespace);

    test("has no part there, and says so", () => {
      const { proposal, bindings } = least([...objects, there("shop"), there("default")], ...uses, use("list", "pods"));
      expect(places(proposal!.made)).toEqual(["shop"]);
      expect(proposal!.made.map(({ kind }) => kind)).toContain("ClusterRole");
      expect(proposal!.vanished).toEqual(["preview-1", "preview-2"]);
      expect(proposal!.lines[0]).toMatch(/^# Left out is what was used in namespaces that are gone \(preview-1, preview-2\)/);
      expect(proposal!.lines[1]).not.toContain("preview");
      expect(proposal!.lines.at(-1)).toBe("kubectl delete clusterrolebinding b");
      // It was used all the same.
      expect(bindings[0]!.uses).toHaveLength(4);
      const none = least([...objects, there("default")], ...uses);
      expect(none.proposal).toMatchObject({
        made: [],
        lines: [expect.stringMatching(/^# Left out/), "kubectl delete clusterrolebinding b"],
      });
    });

    test("tells of many in one line, whatever a log calls them", () => {
      const many = Array.from({ length: 10 }, (_, index) => use("get", "pods", { namespace: `preview-${index}` }));
      const odd = use("get", "pods", { namespace: "a\nkubectl delete namespace shop" });
      const { lines, vanished } = least([...objects, there("shop")], ...many, odd).proposal!;
      expect(lines[0]).toMatch(/\(preview-0, .*preview-7, 3 more\): [^\n]*$/);
      expect(lines.slice(1)).toEqual(["kubectl delete clusterrolebinding b"]);
      expect(vanished).toHaveLength(11);
    });

    test("leaves a binding in it alone: it goes with it", () => {
      const ending = [binding("ClusterRole", "r", "preview-1"), role([{ apiGroups: [""], resources: ["pods"], verbs: ["use", "get"] }])];
      expect(least([...ending, there("shop")], use("get", "nodes")).proposal).toBeUndefined();
      expect(least([...ending, there("preview-1")], use("get", "nodes")).proposal).toMatchObject({ made: [{}, {}], vanished: [] });
    });

    test("has one where it is not known which there are, as with manifests", () => {
      expect(least(objects, ...uses).proposal).toMatchObject({ vanished: [] });
      expect(places(least(objects, ...uses).proposal!.made)).toEqual(["preview-1", "preview-2", "shop"]);
      // A name that is masked is none that can be compared.
      expect(least([...objects, there("shop"), there("preview-•••• 4242")], ...uses).proposal).toMatchObject({ vanished: [] });
      const manifests = new Rights([...objects, there("shop")], { aggregated: "computed" });
      expect(places(leastPrivilege(manifests, BOT, uses).proposal!.made)).toEqual(["preview-1", "preview-2", "shop"]);
    });
  });

  test("leaves out what nobody gave: it was done by rights that are gone", () => {
    expect(least([EDIT, binding("ClusterRole", "r")], use("create", "jobs.batch", { namespace: "web" })).unexplained).toHaveLength(1);
  });
});

/** A small generator of its own, so that a failure can be made again from its number. */
function randomFrom(seed: number) {
  let state = seed * 2_654_435_761 + 1;
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_507) + 3_266_489_909) >>> 0;
    return state % below;
  };
  const some = <T>(from: readonly T[], most: number): T[] => Array.from({ length: 1 + next(most) }, () => from[next(from.length)]!);
  return { next, some };
}

test("what is proposed allows every use, and nothing that was not allowed before", () => {
  const [verbs, groups, resources, places] = [
    ["get", "list", "create", "delete", "bind", "*"],
    ["", "apps", "*"],
    ["pods", "pods/log", "deployments", "secrets", "nodes", "*", "*/log"],
    [undefined, "web", "data"],
  ];
  let proposals = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const { next, some } = randomFrom(seed);
    const objects: KubeObject[] = [];
    for (let index = 0; index <= next(3); index++) {
      const rules = Array.from({ length: 1 + next(2) }, () => ({
        verbs: some(verbs, 3),
        apiGroups: some(groups, 2),
        resources: some(resources, 2),
        ...(next(4) === 0 ? { resourceNames: some(["a", "b"], 2) } : {}),
      }));
      const place = places[next(places.length)];
      objects.push(
        role(rules, undefined, `r${index}`),
        binding("ClusterRole", `r${index}`, place, next(3) === 0 ? [{ kind: "User", name: "x" }, BOT] : [BOT], `b${index}`),
      );
    }
    const before = new Rights(objects, { aggregated: "stored" });
    const user = userOf(BOT);
    const every: Attributes[] = ["get", "list", "create", "delete", "bind"].flatMap((verb) =>
      ["", "apps"].flatMap((group) =>
        ["pods", "pods/log", "deployments", "secrets", "nodes"].flatMap((whole) =>
          places.flatMap((namespace) =>
            ["a", "c"].map((name) => {
              const [resource, subresource] = whole.split("/");
              return {
                verb,
                group,
                resource: resource!,
                name,
                ...(subresource === undefined ? {} : { subresource }),
                ...(namespace === undefined ? {} : { namespace }),
              };
            }),
          ),
        ),
      ),
    );
    const used = every.filter((one) => one.verb !== "bind" && next(12) === 0 && before.decide(user, one).allowed);
    const uses = used.map(({ verb, group, resource, subresource, namespace, name }): Use => ({
      verb,
      group: group!,
      resource: subresource === undefined ? resource! : `${resource!}/${subresource}`,
      ...(namespace === undefined ? {} : { namespace }),
      times: 1,
      last: 0,
      names: new Set([name!]),
      unnamed: false,
    }));
    const { proposal, unexplained } = leastPrivilege(before, BOT, uses);
    expect(unexplained, `seed ${seed}`).toEqual([]);
    if (proposal === undefined) continue;
    proposals++;
    const removals = proposal.lines.slice(proposal.made.length > 0 ? 1 : 0);
    const left = objects.flatMap((object): KubeObject[] => {
      const line = removals.find((one) => object.kind!.endsWith("Binding") && one.includes(`rolebinding ${String(object.metadata!.name)}`));
      if (line === undefined) return [object];
      if (line.startsWith("kubectl delete")) return [];
      const gone = [...line.matchAll(/"op":"remove","path":"\/subjects\/(\d+)"/g)].map(([, index]) => Number(index));
      return [{ ...object, subjects: (object["subjects"] as object[]).filter((_, index) => !gone.includes(index)) as never }];
    });
    const after = new Rights([...left, ...proposal.made], { aggregated: "stored" });
    // Whoever else is in the bindings may do what they could before, all of it and no more.
    const x = { name: "x", groups: [] };
    expect(
      every.filter((one) => after.decide(x, one).allowed !== before.decide(x, one).allowed),
      `seed ${seed}`,
    ).toEqual([]);
    for (const one of used) expect(after.decide(user, one).allowed, `seed ${seed}: ${JSON.stringify(one)}`).toBe(true);
    for (const one of every)
      if (after.decide(user, one).allowed)
        expect(before.decide(user, one).allowed, `seed ${seed}: ${JSON.stringify(one)} is new`).toBe(true);
  }
  expect(proposals).toBeGreaterThan(300);
});
