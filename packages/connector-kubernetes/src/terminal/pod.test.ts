import { describe, expect, test } from "vitest";
import { containerOf, podFacts, podPath } from "./pod.ts";
import { endingScript, isMissing, withVariables } from "./shells.ts";

const running = { running: { startedAt: "2026-11-22T00:00:00Z" } };
const pod = (annotations: Record<string, string>, ...names: string[]) => ({
  metadata: { name: "web", namespace: "shop", uid: "u", annotations },
  spec: { containers: names.map((name) => ({ name, image: `${name}:1` })) },
  status: { phase: "Running", containerStatuses: names.map((name) => ({ name, state: running })) },
});
const DEFAULT = "kubectl.kubernetes.io/default-container";

describe("which container is meant", () => {
  test("the one of the annotation, if there is one, else the first", () => {
    expect(podFacts(pod({ [DEFAULT]: "app" }, "proxy", "app")).defaultContainer).toBe("app");
    expect(podFacts(pod({ [DEFAULT]: "gone" }, "proxy", "app")).defaultContainer).toBe("proxy");
    expect(podFacts(pod({}, "proxy", "app")).defaultContainer).toBe("proxy");
    expect(containerOf(pod({ [DEFAULT]: "app" }, "proxy", "app"), { namespace: "shop", name: "web" }).name).toBe("app");
  });

  test("an init or ephemeral container that runs can be named, and is never the default", () => {
    const more = pod({ [DEFAULT]: "wait" }, "app");
    const whole = {
      ...more,
      spec: { ...more.spec, initContainers: [{ name: "wait", image: "w" }], ephemeralContainers: [{ name: "debug", image: "d" }] },
      status: {
        ...more.status,
        initContainerStatuses: [{ name: "wait", state: running }],
        ephemeralContainerStatuses: [{ name: "debug", state: {} }],
      },
    };
    expect(podFacts(whole).defaultContainer).toBe("app");
    expect(containerOf(whole, { namespace: "shop", name: "web", container: "wait" }).type).toBe("init");
    expect(() => containerOf(whole, { namespace: "shop", name: "web", container: "debug" })).toThrow("not started yet");
  });

  test("a pod that has ended, or goes before it ran, is not entered", () => {
    const gone = pod({}, "app");
    expect(podFacts({ ...gone, status: { phase: "Failed" } }).lacks).toContain("has ended (Failed)");
    const leaving = { ...gone, metadata: { ...gone.metadata, deletionTimestamp: "2026-11-22T00:00:00Z" } };
    expect(podFacts({ ...leaving, status: { phase: "Pending" } }).lacks).toBe("The pod is being deleted.");
    expect(podFacts(leaving).lacks).toBeUndefined();
  });
});

test("names are never more than names in a path", () => {
  expect(podPath({ namespace: "a/b", name: "../c?x" }, "exec")).toBe("/api/v1/namespaces/a%2Fb/pods/..%2Fc%3Fx/exec");
});

describe("whether a program is missing, by what runtimes say", () => {
  test.each<[string, boolean]>([
    [
      'failed to start exec "9f": OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
      true,
    ],
    ['exec failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown', true],
    [
      "executable file `sh` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found",
      true,
    ],
    ['container not found ("web")', false],
    ["error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused", false],
    ["cannot exec in a stopped container", false],
  ])("%s", (words, missing) => {
    expect(isMissing(words)).toBe(missing);
  });
});

test("variables are quoted, and names that are none are left out", () => {
  expect(withVariables("exec sh", { ROOM: "it's $(rm -rf /)", "a-b": "x", "X=1;rm": "y" })).toBe(
    String.raw`ROOM='it'\''s $(rm -rf /)'; export ROOM; exec sh`,
  );
  expect(endingScript(7)[2]).toMatch(/^kill -HUP 7 /);
});
