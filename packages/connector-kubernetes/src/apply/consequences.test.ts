import { expect, test } from "vitest";
import { namespace, object, viewOf, write } from "../impact/cluster-of.testing.ts";
import { impactOf } from "../impact/impact.ts";
import { consequencesOf, moreThan } from "./consequences.ts";

const rows = { value: 1, kind: "exact" } as const;
const loss = (object: string, dataLoss?: string) => ({
  object,
  effect: "delete" as const,
  rows,
  via: [],
  depth: 1,
  ...(dataLoss === undefined ? {} : { dataLoss }),
});

test("more data that is lost and more that breaks is drift; less, other words, and objects without data are not", () => {
  const agreed = consequencesOf(
    [{ cascades: [loss("pv a", "data loss: a")], breaks: [{ object: "hook", why: "2 of 3 endpoints left" }] }],
    ["x could not be read"],
  );
  const same = consequencesOf(
    [{ cascades: [loss("pod b")], breaks: [{ object: "hook", why: "1 of 3 endpoints left" }] }],
    ["x could not be read"],
  );
  expect(moreThan(agreed, same)).toEqual([]);
  const more = consequencesOf(
    [
      {
        cascades: [loss("pv a", "data loss: a"), loss("pv b", "data loss: b")],
        breaks: [
          { object: "hook", why: "2 of 3 endpoints left" },
          { object: "route", why: "it has no backend" },
        ],
      },
    ],
    ["y could not be read"],
  );
  expect(moreThan(agreed, more)).toEqual([
    { object: "pv b", why: "more would be lost than was agreed to: data loss: b" },
    { object: "route", why: "more would break than was agreed to: it has no backend" },
    { object: "the cluster", why: "does not tell all of it any more: y could not be read" },
  ]);
});

test("what breaks in another way is drift, however many ways there were", () => {
  const broken = (...whys: string[]) => consequencesOf([{ cascades: [], breaks: whys.map((why) => ({ object: "hook", why })) }], []);
  const agreed = broken("2 of 3 endpoints left", "it has no backend");
  expect(moreThan(agreed, broken("1 endpoint left", "it has no backend"))).toEqual([]);
  expect(moreThan(agreed, broken("2 of 3 endpoints left", "its subject is gone"))).toEqual([
    { object: "hook", why: "more would break than was agreed to: its subject is gone" },
  ]);
  expect(moreThan(agreed, broken("it has no backend", "it has no backend"))).toHaveLength(1);
});

const CONNECTION = "pods app=api can now be reached from ops (pods app=m) on 8443/TCP";

test.each([
  ["another port", CONNECTION, CONNECTION.replace("8443", "22")],
  ["other addresses", CONNECTION.replace("ops (pods app=m)", "10.0.0.0/8"), CONNECTION.replace("ops (pods app=m)", "0.0.0.0/0")],
  ["another namespace", CONNECTION.replace("ops", "tenant1"), CONNECTION.replace("ops", "tenant2")],
  ["blocked instead", CONNECTION, CONNECTION.replace("can now", "can no longer")],
])("of connections %s is drift, and one less is none", (_, was, is) => {
  const object = "v1 Namespace prod-a";
  const of = (...whys: string[]) =>
    consequencesOf(
      [{ cascades: [], breaks: [{ object, code: "connection_opened", why: "many can now be reached" }] }],
      [],
      whys.map((why) => ({ object, why })),
    );
  expect(moreThan(of(was), of(was, is))).toEqual([{ object, why: `its connections would change otherwise than was agreed to: ${is}` }]);
  expect(moreThan(of(was, is), of(was))).toEqual([]);
});

test("numbers in names are no counts", () => {
  const broken = (why: string) => consequencesOf([{ cascades: [], breaks: [{ object: "hook", why }] }], []);
  for (const [was, is] of [
    ["Service tenant1/web has no ready endpoints", "Service tenant2/web has no ready endpoints"],
    ["version v1 is no longer served", "version v2 is no longer served"],
    ["it no longer sends traffic to v1 Pod a/web-1", "it no longer sends traffic to v1 Pod a/web-2"],
  ])
    expect(moreThan(broken(was!), broken(is!))).toHaveLength(1);
});

test("of very many connections it is known whether they are the same", () => {
  const of = (count: number, port: number) =>
    consequencesOf(
      [],
      [],
      Array.from({ length: count }, (_, index) => ({ object: `v1 Namespace n${index}`, why: `opens ${port}` })),
    );
  expect(moreThan(of(10_001, 80), of(10_001, 80))).toEqual([]);
  expect(moreThan(of(10_001, 80), of(10_001, 81))).toHaveLength(1);
  expect(JSON.stringify(of(10_001, 80)).length).toBeLessThan(1_000);
});

test("of a token's rights those that are not listed are compared, too", async () => {
  const role = (last: string) =>
    object("rbac.authorization.k8s.io/v1", "ClusterRole", "many", {
      // A verb each, since what may be done alike is one right.
      rules: [...Array.from({ length: 70 }, (_, index) => `use${index + 10}`), last].map((verb, index) => ({
        apiGroups: ["a.example"],
        resources: [`things${index + 10}`],
        verbs: [verb],
      })),
    });
  const account = object("v1", "ServiceAccount", "shop/web");
  const binding = object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "many", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "many" },
    subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "web" }],
  });
  const asks = write(0, "POST", account, account, { subresource: "token", effect: "privilege" });
  const of = async (last: string) =>
    consequencesOf((await impactOf(viewOf([namespace("shop"), account, role(last), binding]), [asks])).statements, []);
  expect(moreThan(await of("view"), await of("view"))).toEqual([]);
  expect(moreThan(await of("view"), await of("wreck"))).toEqual([
    { object: "v1 ServiceAccount shop/web", why: expect.stringContaining("may do more than when it was agreed to: one of") as string },
  ]);
});

test("a name that every object has is no agreed one", () => {
  expect(moreThan(consequencesOf([], []), consequencesOf([{ cascades: [loss("constructor", "data loss: c")] }], []))).toHaveLength(1);
});
