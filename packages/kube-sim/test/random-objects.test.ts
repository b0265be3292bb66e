import { expect, it } from "vitest";
import { startKubeSim } from "../src/index.ts";
import { Random } from "../src/random.ts";
import { groupVersion } from "../src/registry/resource.ts";
import type { Type } from "@interlock/kube-model/schema";

const NAMES = ["a", "b", "web", "default", "x-1"];

/** Some document of a type: deep enough to reach containers, with a field here and there of another kind than it should be. */
function some(type: Type, random: Random, depth: number): unknown {
  const one = <T>(list: readonly T[]): T => list[random.next() % list.length]!;
  if (random.next() % 60 === 0) return one([null, "text", 3, true, [], {}]);
  switch (type.kind) {
    case "struct": {
      const result: Record<string, unknown> = {};
      for (const field of type.fields.values()) {
        if (["apiVersion", "kind", "managedFields"].includes(field.name) || depth > 7) continue;
        if (field.required || random.next() % (depth < 3 ? 2 : 4) === 0) result[field.name] = some(field.type, random, depth + 1);
      }
      return result;
    }
    case "list":
      return Array.from({ length: 1 + (random.next() % 2) }, () => some(type.of, random, depth + 1));
    case "map":
      return { app: some(type.of, random, depth + 1) };
    case "scalar":
      if (type.values !== undefined && type.values.length > 0) return one(type.values);
      if (type.scalar === "string") return one(NAMES);
      if (type.scalar === "int32" || type.scalar === "int64" || type.scalar === "double") return one([0, 1, 3, 80]);
      if (type.scalar === "bool") return random.next() % 2 === 0;
      if (type.scalar === "Quantity") return one(["1", "250m", "1Gi"]);
      if (type.scalar === "IntOrString") return one([1, "25%", "http"]);
      if (type.scalar === "Time" || type.scalar === "MicroTime") return "2026-01-01T00:00:00Z";
      return one([{}, "YQ=="]);
  }
}

it.each([1, 2])("no object anybody sends makes the server or a controller fail (seed %i)", async (seed) => {
  const sim = await startKubeSim({ seed });
  const random = new Random(seed * 7919);
  const answers = new Map<number, number>();
  try {
    for (let round = 0; round < 5; round++) {
      for (const resource of sim.cluster.registry.all()) {
        if (!resource.verbs.includes("create") || resource.plural === "namespaces") continue;
        const root = resource.group === "" ? "/api/v1" : `/apis/${groupVersion(resource)}`;
        const path = `${sim.url}${root}${resource.namespaced ? "/namespaces/default" : ""}/${resource.plural}`;
        const body = some(resource.type, random, 0) as any;
        if (typeof body === "object" && body !== null && !Array.isArray(body)) {
          body.metadata = { name: `r${round}`, labels: { app: "a" } };
          // More objects that belong together come to be stored.
          if (body.spec?.template?.metadata !== undefined) body.spec.template.metadata = { labels: { app: "a" } };
          if (body.spec?.selector?.matchLabels !== undefined) body.spec.selector = { matchLabels: { app: "a" } };
        }
        const send = async (method: string, to: string, type: string, sent: unknown) => {
          const response = await fetch(to, { method, headers: { "content-type": type }, body: JSON.stringify(sent) });
          await response.arrayBuffer();
          answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
        };
        await send("POST", path, "application/json", body);
        await send("PATCH", `${path}/r${round}`, "application/merge-patch+json", {
          spec: some(resource.type.fields.get("spec")?.type ?? resource.type, random, 1),
        });
      }
      sim.settle();
    }
    for (const resource of sim.cluster.registry.storages()) {
      const root = resource.group === "" ? "/api/v1" : `/apis/${groupVersion(resource)}`;
      for (const accept of ["application/json;as=Table;v=v1;g=meta.k8s.io", "application/json"]) {
        const response = await fetch(`${sim.url}${root}/${resource.plural}`, { headers: { accept } });
        expect([resource.plural, response.status]).toEqual([resource.plural, 200]);
        await response.arrayBuffer();
      }
    }
    expect(sim.faults.map((one) => `${one.message}: ${String((one.cause as Error | undefined)?.stack)}`)).toEqual([]);
    expect(answers.get(201)).toBeGreaterThan(50);
  } finally {
    await sim.stop();
  }
});
