import { describe, expect, it } from "vitest";
import { readRequestTarget, writePath, writeQuery } from "./request-target.ts";

/** Every spelling found that two programs could read differently; each stays here. */
const REFUSED = [
  "api/v1/pods",
  "//api/v1/pods",
  "/api//v1/pods",
  "/api/v1/pods/",
  "/api/v1/./pods",
  "/api/v1/namespaces/../pods",
  "/api/v1/%2e%2e/pods",
  "/api/v1/namespaces/a%2fb/pods",
  "/api/v1/namespaces/a%252fb/pods",
  "/api/v1/namespaces/a%00/pods",
  "/api/v1/namespaces/a%zz/pods",
  "/api/v1/pods;x=y",
  "/api/v1/pods\\x",
  "/api/v1/pods/x/log/more",
  "/api/v1/watch/pods",
  "/api/v1/proxy/nodes/n",
  "/apis/apps/deployments",
  "/apis/apps/v1/namespaces/a/deployments/x/scale/y",
  "/logs/kube-apiserver.log",
  "/debug/pprof/heap",
  "/configz",
  "/",
  "/api/v1/pods?dryRun=All&dryRun=None",
  "/api/v1/pods?dryRun=None",
  "/api/v1/pods?dryrun=All",
  "/api/v1/pods?watch",
  "/api/v1/pods?watch=yes",
  "/api/v1/pods?limit=1;watch=true",
  "/api/v1/pods?%64ryRun=x",
  "/api/v1/pods?_method=DELETE",
  "/api/v1/pods?labelSelector=a%0d%0aDELETE",
  "/api/v1/pods?labelSelector=%ff",
];

describe("readRequestTarget", () => {
  it.each(REFUSED)("refuses %s", (url) => {
    expect(readRequestTarget(url).ok).toBe(false);
  });

  it.each([
    ["/api/v1/namespaces/a", { resource: "namespaces", name: "a" }],
    ["/api/v1/namespaces/a/status", { resource: "namespaces", name: "a", subresource: "status" }],
    ["/api/v1/namespaces/a/finalize", { resource: "namespaces", name: "a", subresource: "finalize" }],
    ["/api/v1/namespaces/a/pods", { resource: "pods", namespace: "a" }],
    ["/api/v1/namespaces/a/pods/p/log", { resource: "pods", namespace: "a", name: "p", subresource: "log" }],
    ["/apis/apps/v1/deployments", { group: "apps", resource: "deployments" }],
    ["/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node", { resource: "clusterroles", name: "system:node" }],
    ["/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode", { resource: "clusterroles", name: "system:node" }],
  ])("reads %s", (url, expected) => {
    const read = readRequestTarget(url);
    expect(read).toMatchObject({ ok: true, value: { target: expected } });
    if (read.ok) expect(writePath(read.value.target)).toBe(decodeURIComponent(url));
  });

  it.each(["/version", "/api", "/apis", "/apis/apps/v1", "/openapi/v3/apis/apps/v1?hash=0A", "/readyz/ping"])(
    "knows %s for a plain read",
    (url) => {
      expect(readRequestTarget(url)).toMatchObject({ ok: true, value: { target: { kind: "plain" } } });
    },
  );

  it("writes a query in one spelling", () => {
    const read = readRequestTarget("/api/v1/pods?limit=500&labelSelector=a%20in%20(b%2Cc)&fieldSelector=x+y");
    expect(read.ok && writeQuery(read.value.query)).toBe("fieldSelector=x%20y&labelSelector=a%20in%20(b%2Cc)&limit=500");
  });
});
