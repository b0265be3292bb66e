import { expect, test } from "vitest";
import { reachEndText } from "@interlock/protocol";
import { readEnd, readPort, readQuestion } from "./reach-text.ts";

test.each([
  ["ops-utils/migrator-6c9", { namespace: "ops-utils", pod: "migrator-6c9" }],
  [" prod-a / api-0 ", { namespace: "prod-a", pod: "api-0" }],
  ["prod-a/svc/api", { namespace: "prod-a", service: "api" }],
  ["10.0.0.7", { ip: "10.0.0.7" }],
  ["2001:db8::1", { ip: "2001:db8::1" }],
  ["::ffff:10.0.0.1", { ip: "::ffff:10.0.0.1" }],
])("%s is an end", (text, end) => {
  expect(readEnd(text)).toEqual(end);
  expect(readEnd(reachEndText(end))).toEqual(end);
});

test.each(["", "prod-a", "prod-a/", "prod-a/pod/api", "a/b/c/d", "Prod/API", "prod a/b"])("%j is none", (text) => {
  expect(readEnd(text)).toBeUndefined();
});

test("ports with and without their protocol", () => {
  expect(readPort("8443")).toEqual({ port: 8443, protocol: "TCP" });
  expect(readPort(" 53 / udp ")).toEqual({ port: 53, protocol: "UDP" });
  expect(["0", "65536", "8443/ICMP", "http", "", "1e3"].map(readPort)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("each field that is wrong says so", () => {
  expect(readQuestion({ from: "a/b", to: "", port: "x" })).toEqual({
    ok: false,
    problems: { to: "namespace/pod, namespace/svc/name or an address", port: "1 to 65535, e.g. 8443/TCP" },
  });
  expect(readQuestion({ from: "a/b", to: "10.0.0.1", port: "1" })).toEqual({
    ok: true,
    question: { from: { namespace: "a", pod: "b" }, to: { ip: "10.0.0.1" }, port: 1, protocol: "TCP" },
  });
});
