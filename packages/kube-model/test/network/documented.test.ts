import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/json.ts";
import { connectionAllowed, type End, type Protocol } from "./documented.ts";
import { BLOCKS } from "./documented/blocks-cases.ts";
import { ISOLATION } from "./documented/isolation-cases.ts";
import { PORTS } from "./documented/ports-cases.ts";
import { SELECTORS } from "./documented/selectors-cases.ts";
import { CLUSTER } from "./documented/stage.ts";
import { randomCluster } from "./random-cluster.ts";

const CASES = [...ISOLATION, ...SELECTORS, ...BLOCKS, ...PORTS];

const connectionsOf = (text?: string): string[] => text?.split(",").map((connection) => connection.trim()) ?? [];
const ask = (objects: KubeObject[], connection: string): string => {
  const [source, , destination, target] = connection.split(" ") as [string, string, string, string];
  const [port, protocol = "TCP"] = target.split("/") as [string, Protocol?];
  return connectionAllowed(objects, endOf(source), endOf(destination), Number(port), protocol) ? "allowed" : "blocked";
};
const endOf = (text: string): End => (text.includes("/") ? { namespace: text.split("/")[0]!, pod: text.split("/")[1]! } : { ip: text });

describe("what the documentation of NetworkPolicy says", () => {
  const rows = CASES.flatMap(({ what, policies, allowed, blocked }) => [
    ...connectionsOf(allowed).map((connection) => ({ what, policies, connection, answer: "allowed" })),
    ...connectionsOf(blocked).map((connection) => ({ what, policies, connection, answer: "blocked" })),
  ]);

  it.each(rows)("$what: $connection is $answer", ({ policies, connection, answer }) => {
    expect(ask([...CLUSTER, ...policies], connection)).toBe(answer);
    // The order of objects says nothing.
    expect(ask([...policies, ...CLUSTER].toReversed(), connection)).toBe(answer);
  });

  it("says that a pod is not there and that an address is none, instead of answering", () => {
    expect(() => ask(CLUSTER, "default/nobody -> default/db 1")).toThrow("No pod default/nobody");
    for (const ip of ["10.0.0.256", "10.0.0", "fd00::1::2", "fd00:1", "1:2:3:4:5:6:7::8", "::12345", ":::", ":1::", "db"]) {
      expect(() => ask(CLUSTER, `${ip} -> default/db 1`), ip).toThrow("No address");
    }
  });
});

describe("random clusters", () => {
  const clusters = Array.from({ length: 300 }, (_, seed) => randomCluster(seed));

  it("are the same for the same seed, and others for others", () => {
    expect(Array.from({ length: 50 }, (_, seed) => randomCluster(seed))).toEqual(clusters.slice(0, 50));
    expect(new Set(clusters.map((cluster) => JSON.stringify(cluster))).size).toBe(clusters.length);
  });

  it("have the sizes that they should, and both answers at least once in four", () => {
    const answers = { allowed: 0, blocked: 0 };
    for (const { objects, questions } of clusters) {
      const count = (kind: string): number =>
        objects.filter((object) => object.kind === kind && object.apiVersion !== "crd.projectcalico.org/v1").length;
      expect([
        count("Namespace") >= 2 && count("Namespace") <= 5,
        count("Pod") >= 3 && count("Pod") <= 10,
        count("NetworkPolicy") <= 8,
      ]).toEqual([true, true, true]);
      expect(questions.length >= 20 && questions.length <= 40).toBe(true);
      for (const { from: source, to, port, protocol } of questions)
        answers[connectionAllowed(objects, source, to, port, protocol) ? "allowed" : "blocked"]++;
    }
    const all = answers.allowed + answers.blocked;
    expect(answers.allowed / all).toBeGreaterThan(0.25);
    expect(answers.blocked / all).toBeGreaterThan(0.25);
  });
});
