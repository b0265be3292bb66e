import type { KubeObject } from "@interlock/kube-sim";
import { essence } from "../src/gate/foreseen.ts";
import type { PlannedWrite } from "../src/index.ts";
import { withoutChance } from "./compared-write.ts";

export type Objects = readonly KubeObject[];

/** Where the objects that a plan names differ between two clusters, in words; objects whose name was picked by chance are left out. */
export function differences(writes: readonly PlannedWrite[], planned: Objects, alone: Objects): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const { resource } of writes) {
    const { kind, namespace, name } = resource;
    const place = `${kind} ${namespace ?? ""}/${name ?? ""}`;
    if (seen.has(place) || /-[a-z0-9]{5}$/.test(name ?? "")) continue;
    seen.add(place);
    const find = (objects: Objects): string =>
      withoutChance(
        objects
          .filter(
            (object) => object.kind === kind && object.metadata.name === name && (object.metadata.namespace ?? "") === (namespace ?? ""),
          )
          .map((object) => JSON.stringify(bare(essence(object as never))))
          .join(),
      );
    const [left, right] = [find(planned), find(alone)];
    if (left !== right) found.push(`${place} is ${left || "gone"}, alone ${right || "gone"}`);
  }
  return found;
}

/** Keys sorted, identity left out. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "uid" && key !== "resourceVersion");
  return Object.fromEntries(
    entries.map(([key, item]) => [key, bare(item)] as const).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}
