import { expect, test } from "vitest";
import { builtin } from "@interlock/kube-model/schema";
import { decode } from "./decode.ts";

const read = (document: object) => decode(document as Record<string, unknown>, builtin("apps.Deployment"), "apps/v1", "Deployment");

test("what a server's own types would not write again is left out, zero values that count stay", () => {
  const { object, unknown } = read({
    metadata: { name: "x", labels: {}, annotations: null },
    spec: {
      replicas: 0,
      paused: false,
      minReadySeconds: 0,
      template: { spec: { containers: [{ name: "a", image: "", args: [], tty: false }] } },
      selector: null,
    },
  });
  expect(object).toEqual({ metadata: { name: "x" }, spec: { replicas: 0, template: { spec: { containers: [{ name: "a" }] } } } });
  expect(unknown).toEqual([]);
});

test("unknown fields are named by their paths and left out", () => {
  const { object, unknown } = read({ spec: { replica: 1, template: { spec: { containers: [{ name: "a", img: "b" }] } } } });
  expect(unknown).toEqual(["spec.replica", "spec.template.spec.containers[0].img"]);
  expect(object).toEqual({ spec: { template: { spec: { containers: [{ name: "a" }] } } } });
});

test.each([
  [{ spec: { replicas: "two" } }, "cannot unmarshal string into Go struct field Deployment.spec.replicas of type int32"],
  [{ spec: { paused: "yes" } }, "of type bool"],
  [{ spec: { template: { spec: { containers: {} } } } }, "cannot unmarshal object into Go struct field"],
  [
    { spec: { template: { spec: { containers: [{ resources: { limits: { cpu: "lots" } } }] } } } },
    "quantities must match the regular expression",
  ],
])("%j is refused", (document, message) => {
  expect(() => read(document)).toThrow(message);
});
