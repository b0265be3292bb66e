import { pathText } from "@interlock/kube-model/schema";
import { analyseManifests } from "@interlock/connector-kubernetes/offline";
import { parsePolicy } from "@interlock/policy";
import { expect, test } from "vitest";
import { askedOf } from "./judging.ts";
import { offendingField } from "./offending-field.ts";

const container = (rest: object): object => ({ name: "c", image: "c:1", ...rest });
const pod = (spec: object, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", ...metadata },
  spec,
});

function found(when: string, object: object): string {
  const parsed = parsePolicy(`version: 1\nrules: [{ id: r, effect: deny, when: ${JSON.stringify(when)} }]`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { impact } = analyseManifests([{ name: "a.json", text: JSON.stringify(object) }]);
  const judging = { policy: parsed.policy, name: "", asked: askedOf({}, "kubernetes") };
  return pathText(offendingField(judging, impact, impact.statements[0]!, "r"));
}

test.each([
  [
    "after.containers.exists(c, c.privileged)",
    pod({ containers: [container({}), container({ securityContext: { privileged: true } })] }),
    "spec.containers[1].securityContext.privileged",
  ],
  // Either alone would do.
  [
    "after.containers.exists(c, c.privileged)",
    pod({ containers: [container({ securityContext: { privileged: true } }), container({ securityContext: { privileged: true } })] }),
    "spec.containers",
  ],
  ["after.containers.exists(c, c.image.digest == '')", pod({ containers: [container({})] }), "spec.containers[0]"],
  [
    "after.volumes.exists(v, v.type == 'hostPath')",
    pod({ containers: [], volumes: [{ name: "a" }, { name: "h", hostPath: { path: "/" } }] }),
    "spec.volumes[1].hostPath",
  ],
  ["after.host.exists(h, h == 'pid')", pod({ containers: [], hostPID: true, hostIPC: true }), "spec.hostPID"],
  ["'legacy' in after.labels", pod({ containers: [] }, { labels: { legacy: "yes", other: "x" } }), "metadata.labels.legacy"],
  [
    "after.number('spec.replicas') > 5",
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec: { replicas: 9, paused: true } },
    "spec.replicas",
  ],
  // What is missing is nowhere, and what a kind alone decides is the whole object.
  ["!('env' in after.labels)", { apiVersion: "v1", kind: "Namespace", metadata: { name: "n", labels: { a: "b" } } }, ""],
  ["after.kind == 'Pod'", pod({ containers: [] }), ""],
])("%s", (when, object, path) => {
  expect(found(when, object)).toBe(path);
});
