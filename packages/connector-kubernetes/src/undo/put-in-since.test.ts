import type { KubeObject } from "@interlock/kube-model";
import { expect, test } from "vitest";
import { namespace, object, ownedBy, pod, service, TYPES, viewOf } from "../impact/cluster-of.testing.ts";
import { askedOnce, putInSince } from "./put-in-since.ts";

const made = (one: KubeObject) => ({
  type: TYPES.ofKind(one.apiVersion!, one.kind!)!,
  name: String(one.metadata.name),
  ...(one.metadata.namespace === undefined ? {} : { namespace: String(one.metadata.namespace) }),
  after: "made" as const,
});
const since = (one: KubeObject, ours: readonly KubeObject[], others: readonly KubeObject[], failing: readonly string[] = []) =>
  putInSince(
    viewOf([one, ...ours, ...others], failing),
    made(one),
    one,
    new Set([one, ...ours].map(({ metadata }) => String(metadata.uid))),
  );

const a = namespace("a");
const claim = (name: string) => object("v1", "PersistentVolumeClaim", name);
const web = object("apps/v1", "Deployment", "a/web");
const set = object("apps/v1", "ReplicaSet", "a/web-1", {}, { ownerReferences: [ownedBy(web)] });
const db = object("apps/v1", "StatefulSet", "a/my-db");
const root = (within: string, name: string) => object("v1", "ConfigMap", `${within}/${name}`);

test("what controllers and operators put into a namespace for the run is not somebody else's", async () => {
  const anyway = [
    root("a", "kube-root-ca.crt"),
    object("v1", "ServiceAccount", "a/default"),
    object("v1", "Secret", "a/t", {}, { annotations: { "kubernetes.io/service-account.uid": "x" } }),
    object("v1", "Endpoints", "a/web"),
    object("v1", "Event", "a/e"),
    set,
    pod("a/web-1-x", {}, set),
    claim("a/data-my-db-0"),
    // A mesh puts its certificate everywhere.
    ...["a", "b", "c"].map((within) => root(within, "mesh-ca")),
    namespace("b"),
    namespace("c"),
  ];
  expect(await since(a, [web, db, service("a/web", {})], anyway)).toBeUndefined();
  expect(await since(a, [web, db], [...anyway, claim("a/data-db-0"), root("a", "theirs"), pod("a/lone", {})])).toBe(
    "v1 Pod a/lone, v1 Endpoints a/web, v1 ConfigMap a/theirs, v1 PersistentVolumeClaim a/data-db-0 were put into it since",
  );
  expect(await since(a, [], [], ["/secrets"])).toBe("secrets could not be listed");
});

test("a claim that the run's own pods use is the run's", async () => {
  const spec = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] };
  const one = claim("a/data");
  expect(await since(one, [web], [set, pod("a/web-1-x", {}, set, spec)])).toBeUndefined();
  expect(await since(one, [], [web, set, pod("a/web-1-x", {}, set, spec), pod("a/other", {})])).toBe("v1 Pod a/web-1-x uses it");
});

test("nothing is listed twice", async () => {
  const view = viewOf([a, claim("a/x"), claim("a/y")]);
  const once = askedOnce(view);
  for (const name of ["a/x", "a/y"]) await putInSince(once, made(claim(name)), claim(name), new Set());
  expect(view.asked).toEqual([...new Set(view.asked)]);
});
