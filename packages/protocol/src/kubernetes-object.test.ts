import { expect, test } from "vitest";
import { kubernetesObject } from "./kubernetes-object.ts";

test.each([
  ["v1 Pod payments/web-1", { apiVersion: "v1", kind: "Pod", namespace: "payments", name: "web-1" }],
  ["v1 Namespace payments", { apiVersion: "v1", kind: "Namespace", name: "payments" }],
  ["apps/v1 Deployment payments/checkout", { apiVersion: "apps/v1", kind: "Deployment", namespace: "payments", name: "checkout" }],
  [
    "rbac.authorization.k8s.io/v1 ClusterRole system:node",
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "system:node" },
  ],
  // What a server will name itself.
  ["batch/v1 Job payments/report-*", { apiVersion: "batch/v1", kind: "Job", namespace: "payments", name: "report-*" }],
  ["payments.orders", undefined],
  ['payments."old orders"', undefined],
  ["", undefined],
])("%s", (text, object) => {
  expect(kubernetesObject(text)).toEqual(object);
});
