import { describe, expect, test } from "vitest";
import { Usage } from "./usage.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-21T12:00:00Z");
const BOT = "system:serviceaccount:ci:deployer";

const event = (more: object): string =>
  JSON.stringify({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    stage: "ResponseComplete",
    verb: "get",
    user: { username: BOT, groups: ["system:serviceaccounts"] },
    objectRef: { resource: "pods", namespace: "web", name: "a", apiVersion: "v1" },
    responseStatus: { code: 200 },
    requestURI: "/api/v1/namespaces/web/pods/a?pretty=1",
    requestReceivedTimestamp: "2026-11-20T00:00:00.000000Z",
    annotations: { "authorization.k8s.io/decision": "allow" },
    ...more,
  });

function used(...lines: string[]) {
  const usage = new Usage(NOW - 90 * DAY);
  lines.forEach((line, index) => usage.addLine(line, index + 1));
  return usage;
}
const rights = (usage: Usage, user = BOT) =>
  usage.of(user).map(({ verb, group, resource, namespace, path, times }) => [verb, path ?? `${group}/${resource}`, namespace, times]);

describe("what an API server's audit log tells", () => {
  test.each([
    ["a request that was answered", event({}), [["get", "/pods", "web", 1]]],
    ["one that found nothing", event({ responseStatus: { code: 404 } }), [["get", "/pods", "web", 1]]],
    ["one that admission refused", event({ responseStatus: { code: 403 } }), [["get", "/pods", "web", 1]]],
    ["one that was not authorized", event({ annotations: { "authorization.k8s.io/decision": "forbid" } }), []],
    ["one of a server that says no decision, refused", event({ annotations: {}, responseStatus: { code: 403 } }), []],
    ["one of a server that says no decision, done", event({ annotations: {} }), [["get", "/pods", "web", 1]]],
    ["a stage before the end", event({ stage: "RequestReceived" }), []],
    ["a watch that has begun", event({ stage: "ResponseStarted", verb: "watch" }), [["watch", "/pods", "web", 1]]],
    ["a watch that has ended, of a log that leaves out beginnings", event({ verb: "watch" }), [["watch", "/pods", "web", 1]]],
    [
      "a subresource of another group",
      event({ verb: "patch", objectRef: { resource: "deployments", subresource: "scale", apiGroup: "apps", namespace: "web", name: "a" } }),
      [["patch", "apps/deployments/scale", "web", 1]],
    ],
    ["what is in no namespace", event({ objectRef: { resource: "nodes" }, verb: "list" }), [["list", "/nodes", undefined, 1]]],
    ["a path that is no resource", event({ objectRef: undefined, requestURI: "/metrics?x=1" }), [["get", "/metrics", undefined, 1]]],
    ["what is older than is asked for", event({ requestReceivedTimestamp: "2026-01-01T00:00:00Z" }), []],
    ["an entry of another kind", JSON.stringify({ kind: "Pod" }), []],
    ["an empty line", "  ", []],
  ])("%s", (_what, line, expected) => {
    expect(rights(used(line))).toEqual(expected);
  });

  test("lists of events, as a webhook is sent them", () => {
    const list = JSON.stringify({ kind: "EventList", items: [JSON.parse(event({})), JSON.parse(event({}))] });
    expect(rights(used(list))).toEqual([["get", "/pods", "web", 2]]);
  });

  test("who speaks for another uses the right to, and the other the rest", () => {
    const line = event({ user: { username: "admin" }, impersonatedUser: { username: BOT, groups: ["g"] } });
    expect(rights(used(line), "admin")).toContainEqual(["impersonate", "/serviceaccounts", "ci", 1]);
    expect(rights(used(line))).toEqual([["get", "/pods", "web", 1]]);
    expect(rights(used(line), "admin")).toContainEqual(["impersonate", "/groups", undefined, 1]);
    const given = event({
      user: { username: "admin" },
      impersonatedUser: { username: BOT, groups: ["system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"] },
    });
    expect(rights(used(given), "admin")).toEqual([["impersonate", "/serviceaccounts", "ci", 1]]);
    const person = event({ user: { username: "admin" }, impersonatedUser: { username: "ann" } });
    expect(rights(used(person), "admin")).toEqual([["impersonate", "/users", undefined, 1]]);
  });

  test("who speaks for another with a uid and more of theirs uses the right to each", () => {
    const line = event({
      user: { username: "admin" },
      impersonatedUser: {
        username: "ann",
        uid: "u-1",
        groups: [],
        extra: { scopes: ["view", "edit"], "example.com/team": ["pay"], none: null },
      },
    });
    const uses = used(line, line).of("admin");
    expect(
      uses.map(({ verb, group, resource, times, names, unnamed }) => [verb, `${group}/${resource}`, [...names], times, unnamed]),
    ).toEqual(
      expect.arrayContaining([
        ["impersonate", "authentication.k8s.io/uids", ["u-1"], 2, false],
        // Each value is asked about.
        ["impersonate", "authentication.k8s.io/userextras/scopes", ["view", "edit"], 4, false],
        ["impersonate", "authentication.k8s.io/userextras/example.com/team", ["pay"], 2, false],
      ]),
    );
    expect(uses).toHaveLength(4);
    expect(rights(used(line), "ann")).toEqual([["get", "/pods", "web", 1]]);
  });

  test("a watch that began and ended is one", () => {
    expect(rights(used(event({ stage: "ResponseStarted", verb: "watch" }), event({ verb: "watch" })))).toEqual([
      ["watch", "/pods", "web", 1],
    ]);
  });

  test("what is made has no name yet when the right to is asked for", () => {
    const made = (more: Record<string, string>) =>
      used(event({ verb: "create", objectRef: { resource: "pods", namespace: "web", name: "a", ...more } })).of(BOT)[0];
    expect([made({})?.unnamed, made({ subresource: "exec" })?.unnamed]).toEqual([true, false]);
  });

  test("what cannot be read is told by its line, and the rest counts", () => {
    const usage = used("{", event({}), "nothing");
    expect(usage.problems.map(({ line }) => line)).toEqual([1, 3]);
    expect(usage.problemCount).toBe(2);
    expect(rights(usage)).toHaveLength(1);
  });

  test("names are kept while they are few, and how long the log reaches", () => {
    const usage = used(
      ...Array.from({ length: 230 }, (_, index) => event({ objectRef: { resource: "pods", namespace: "web", name: `p${index}` } })),
      event({ objectRef: { resource: "secrets", namespace: "web", name: "tls" }, requestReceivedTimestamp: "2026-11-01T00:00:00Z" }),
    );
    const [pods, secrets] = usage.of(BOT);
    expect([pods!.names.size, pods!.unnamed]).toEqual([200, true]);
    expect([[...secrets!.names], secrets!.unnamed]).toEqual([["tls"], false]);
    expect([usage.from, usage.to]).toEqual([Date.parse("2026-11-01T00:00:00Z"), Date.parse("2026-11-20T00:00:00Z")]);
  });
});
