import { expect, test } from "vitest";
import type { KubeObject } from "../object.ts";
import { builtin } from "@interlock/kube-model/schema";
import { apply } from "./apply.ts";
import { trackUpdate } from "./managed-fields.ts";

const type = builtin("apps.Deployment");
const by = (name: string) => ({ name, apiVersion: "apps/v1", time: "2026-01-01T00:00:00Z" });

const deployment = (spec: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", ...metadata }, spec }) as unknown as KubeObject;

const containers = (...list: object[]): object => ({ template: { spec: { containers: list } } });

function applied(live: KubeObject | undefined, config: KubeObject, manager: string, force = false): KubeObject {
  const { object, managedFields } = apply(live, config, type, by(manager), force);
  return { ...object, metadata: { ...object["metadata"], managedFields } } as KubeObject;
}

test("what is no longer named goes", () => {
  const first = applied(
    undefined,
    deployment({ replicas: 2, paused: true, ...containers({ name: "a", image: "a:1", env: [{ name: "X", value: "1" }] }) }),
    "me",
  );
  const second = applied(first, deployment({ replicas: 2, ...containers({ name: "a", image: "a:1" }) }), "me");
  expect(second["spec"]).toEqual({ replicas: 2, template: { spec: { containers: [{ name: "a", image: "a:1" }] } } });
});

test("what another manager holds stays, and items of others with it", () => {
  const first = applied(undefined, deployment(containers({ name: "a", image: "a:1" })), "me");
  const both = applied(first, deployment(containers({ name: "b", image: "b:1" })), "you");
  const back = applied(both, deployment(containers()), "me");
  expect(back["spec"].template.spec.containers).toEqual([{ name: "b", image: "b:1" }]);
});

test("another's value is a conflict that names him and the path, unless forced", () => {
  const first = applied(undefined, deployment({ replicas: 2 }), "me");
  const scaled = deployment({ replicas: 5 }, first.metadata);
  scaled.metadata.managedFields = trackUpdate(first, scaled, type, { ...by("scaler"), subresource: "scale" });
  expect(() => applied(scaled, deployment({ replicas: 2 }), "me")).toThrow(
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
  );
  const forced = applied(scaled, deployment({ replicas: 2 }), "me", true);
  expect(forced["spec"].replicas).toBe(2);
  expect(forced.metadata.managedFields!.map((one) => one.manager)).toEqual(["me"]);
});

test("what kubectl applied from the client it may change from the server, as far as it is still so", () => {
  const applied1 = JSON.stringify(deployment({ replicas: 2, paused: true }));
  const made = deployment({ replicas: 2, paused: true });
  made.metadata.annotations = { "kubectl.kubernetes.io/last-applied-configuration": applied1 };
  made.metadata.managedFields = trackUpdate(undefined, made, type, by("kubectl-client-side-apply"));
  expect(applied(made, deployment({ replicas: 5 }), "kubectl")["spec"].replicas).toBe(5);
  expect(() => applied(made, deployment({ replicas: 5 }), "me")).toThrow("Apply failed with 1 conflict");
  const edited = structuredClone(made);
  edited["spec"].replicas = 3;
  expect(() => applied(edited, deployment({ replicas: 5, paused: false }), "kubectl")).toThrow(
    'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
  );
});

test("the same value is no conflict, and is shared", () => {
  const first = applied(undefined, deployment({ replicas: 2 }), "me");
  const shared = applied(first, deployment({ replicas: 2 }), "you");
  expect(shared.metadata.managedFields!.map((one) => one.manager)).toEqual(["me", "you"]);
  expect(applied(shared, deployment({ paused: true }), "me")["spec"]).toEqual({ replicas: 2, paused: true });
});

test("an atomic value is taken or left as a whole", () => {
  const first = applied(undefined, deployment({ selector: { matchLabels: { a: "1", b: "2" } } }), "me");
  const second = applied(first, deployment({ selector: { matchLabels: { a: "1" } } }), "me");
  expect(second["spec"].selector).toEqual({ matchLabels: { a: "1" } });
});

test("two items with one key are refused", () => {
  const first = applied(undefined, deployment(containers({ name: "a", image: "a" })), "me");
  expect(() => applied(first, deployment(containers({ name: "a", image: "x" }, { name: "a", image: "y" })), "me")).toThrow(
    'duplicate entries for key [name="a"]',
  );
});

test("an update takes what it changes from whoever applied it", () => {
  const first = applied(undefined, deployment({ replicas: 2, paused: true }), "me");
  const next = deployment({ replicas: 3, paused: true }, first.metadata);
  const entries = trackUpdate(first, next, type, by("kubectl-edit"));
  expect(entries.map((one) => [one.manager, one.fieldsV1])).toEqual([
    ["me", { "f:spec": { "f:paused": {} } }],
    ["kubectl-edit", { "f:spec": { "f:replicas": {} } }],
  ]);
});
