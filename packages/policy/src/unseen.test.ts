import type { Statement } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { impactOf, inputOf, onCluster, policyOf, statementOf, writeOf } from "./cases.ts";
import { judge } from "./judge.ts";

const denying = (when: string) => policyOf(`- { id: all, effect: allow }\n- id: rule\n  effect: deny\n  when: ${JSON.stringify(when)}`);
const unseen = (statement: Statement) => ({ ...onCluster(), impact: impactOf([statement], { complete: false }) });
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec: { replicas: 3, spare: 2, kept: 1 },
};

describe("what nobody has looked at cannot be ruled out", () => {
  const keep = denying('before.text("metadata.labels.keep") == "true"');
  test.each(["modify", "delete"] as const)("of a %s of something that may not be read", (effect) => {
    expect(judge(keep, unseen(writeOf("v1 Pod shop/web", effect))).decision).toBe("deny");
  });
  test("that a delete leaves nothing is known", () => {
    expect(judge(denying("after.present"), unseen(writeOf("v1 Pod shop/web", "delete"))).decision).toBe("allow");
  });
});

test("brackets decide also where a part of a rule is not known", () => {
  const replicas = (left: string) => denying(`before.present && after.number("spec.replicas") - ${left} > 1.0`);
  const write = unseen(writeOf("apps/v1 Deployment shop/web", "modify", { after: deployment }));
  expect(judge(replicas('(after.number("spec.spare") - after.number("spec.kept"))'), write).decision).toBe("deny");
  expect(judge(replicas('after.number("spec.spare")'), write).decision).toBe("allow");
});

describe("texts() of one object compared with those of another", () => {
  const ingress = (...hosts: string[]) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "shop" },
    spec: { rules: hosts.map((host) => ({ host })) },
  });
  const added = denying('after.texts("spec.rules[*].host").exists(h, !before.texts("spec.rules[*].host").exists(b, b == h))');
  test("decides by what the objects hold", () => {
    const write = (...hosts: string[]) =>
      judge(
        added,
        onCluster(writeOf("networking.k8s.io/v1 Ingress shop/web", "modify", { before: ingress("a"), after: ingress(...hosts) })),
      );
    expect([write("a").decision, write("a", "b").decision]).toEqual(["allow", "deny"]);
  });
  test("leaves alone what has no objects", () => {
    expect(judge(added, inputOf(impactOf([statementOf("read")]))).decision).toBe("allow");
  });
  test("ends where objects are too large to compare", () => {
    const hosts = Array.from({ length: 2_000 }, (_, index) => `h${index}`);
    const write = writeOf("networking.k8s.io/v1 Ingress shop/web", "modify", { before: ingress(...hosts), after: ingress(...hosts) });
    expect(judge(added, onCluster(write)).trace.find(({ rule }) => rule === "rule")?.why).toContain("too long");
  });
});

test("annotations hold people's own words", () => {
  expect(() => denying('after.annotations.environment == "production"')).not.toThrow();
  expect(() => denying('connection.environment == "production"')).toThrow("is none of");
});
