import { expect, test } from "vitest";
import { isChanged, isThereAgain, mergePatch, without } from "./compare.ts";

const deployment = (spec: object, annotations: object = {}) => ({
  metadata: { name: "web", uid: "u", resourceVersion: "1", annotations },
  spec,
  status: { replicas: 1 },
});

test("what the server, controllers and autoscalers write is no change; what people write is", () => {
  const left = deployment({ replicas: 2, paused: false });
  const stamped = { ...deployment({ replicas: 2, paused: false }, { "deployment.kubernetes.io/revision": "4" }), status: { replicas: 9 } };
  expect(isChanged("apps/deployments", left, stamped, true)).toBe(false);
  expect(isChanged("apps/deployments", left, deployment({ replicas: 5, paused: false }), false)).toBe(false);
  expect(isChanged("apps/deployments", left, deployment({ replicas: 5, paused: false }), true)).toBe(true);
  expect(isChanged("apps/deployments", left, deployment({ replicas: 2, paused: true }), false)).toBe(true);
});

test("a cordoned node that its controller taints and agents annotate is as it was left", () => {
  const node = (spec: object, annotations: object = {}) => ({ metadata: { name: "n", annotations }, spec });
  const left = node({ unschedulable: true });
  const patch = mergePatch(left, node({}));
  const taints = [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }];
  expect(isChanged("/nodes", left, node({ unschedulable: true, taints }, { "csi.volume.kubernetes.io/nodeid": "x" }), true, patch)).toBe(
    false,
  );
  expect(isChanged("/nodes", left, node({}), true, patch)).toBe(true);
});

test("an object is there again when only its addresses, identity and owners' uids are others", () => {
  const wanted = { metadata: { name: "s", ownerReferences: [{ uid: "a" }] }, spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] } };
  const now = {
    metadata: { name: "s", uid: "n", ownerReferences: [{ uid: "b" }] },
    spec: { clusterIP: "10.0.0.9", ports: [{ port: 80 }] },
  };
  expect(isThereAgain("/services", wanted, ["/spec/clusterIP"], now)).toBe(true);
  expect(isThereAgain("/services", wanted, [], now)).toBe(false);
  expect(isThereAgain("/services", wanted, ["/spec/clusterIP"], { ...now, spec: { ...now.spec, ports: [] } })).toBe(false);
});

test("a patch has only what differs, and takes away what was not there", () => {
  expect(mergePatch({ a: 1, b: { c: 1, d: [1] } }, { a: 1, b: { c: 2, d: [1] }, e: 3 })).toEqual({ b: { c: 2 }, e: 3 });
  expect(mergePatch({ a: 1, b: { c: 1 } }, { b: {} })).toEqual({ a: null, b: { c: null } });
  expect(mergePatch({ a: [1] }, { a: [1] })).toBeUndefined();
});

test("pointers that lead nowhere take nothing away", () => {
  expect(without({ spec: { a: 1, ports: [{ nodePort: 1, port: 2 }] } }, ["/spec/ports/0/nodePort", "/spec/none/x", "/status"])).toEqual({
    spec: { a: 1, ports: [{ port: 2 }] },
  });
});
