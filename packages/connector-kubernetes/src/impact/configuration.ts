import { type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import { isFinished } from "./endpoints.ts";
import { podReferences, podSpecOf } from "./pod-references.ts";
import type { World, WorldObject } from "./world.ts";

export interface Reader {
  pod: WorldObject;
  /** `volume`: its files change about a minute later. `env`: it goes on with the old values until its containers start anew. */
  use: "volume" | "env";
}

/** The pods that read a ConfigMap or Secret of the namespace. */
export function readersOf(world: World, key: "/configmaps" | "/secrets", namespace: string, name: string): Reader[] {
  const readers: Reader[] = [];
  for (const pod of world.all("/pods", namespace)) {
    if (isFinished(pod)) continue;
    const uses = podReferences(podSpecOf(pod.body)).filter((one) => one.key === key && one.name === name);
    if (uses.some((one) => one.use === "volume")) readers.push({ pod, use: "volume" });
    else if (uses.some((one) => one.use === "env")) readers.push({ pod, use: "env" });
  }
  return readers;
}

/** Whether what it holds changes, and not only its labels. */
export function contentChanges(before: KubeObject, after: KubeObject): boolean {
  const content = ({ data, binaryData, stringData }: KubeObject): Json => ({
    data: data ?? {},
    binaryData: binaryData ?? {},
    stringData: stringData ?? {},
  });
  return !sameJson(content(before), content(after));
}
