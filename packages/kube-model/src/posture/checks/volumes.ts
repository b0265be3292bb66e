import { isRecord, type Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { decide, kubectlKind, patched } from "../fix.ts";
import { draft, objectCheck } from "../rules.ts";

/** Whether data outlives the claim on it. */
export const VOLUMES: readonly Check[] = [
  objectCheck({
    id: "volume-reclaim-delete",
    title: "Volumes whose data goes with their claim",
    severity: "medium",
    area: "availability",
    why: "Deleting the claim, or its namespace, deletes the disk: nothing but a backup brings it back.",
    kinds: ["/PersistentVolume"],
    find(source) {
      const { object } = source;
      const claim: Json = object["spec"]?.claimRef;
      // The default of the API for volumes that people write is Retain; provisioners set Delete.
      if (object["spec"]?.persistentVolumeReclaimPolicy !== "Delete" || !isRecord(claim)) return undefined;
      return draft(
        source,
        `The data of claim ${String(claim["namespace"])}/${String(claim["name"])} is deleted with it.`,
        [{ path: ["spec", "persistentVolumeReclaimPolicy"] }],
        patched(object, { spec: { persistentVolumeReclaimPolicy: "Retain" } }),
        { namespace: claim["namespace"] },
      );
    },
  }),
  objectCheck({
    id: "storage-class-delete",
    title: "Storage classes that delete data",
    severity: "low",
    area: "availability",
    why: "Every volume of this class is made to be deleted with its claim.",
    kinds: ["storage.k8s.io/StorageClass"],
    find(source) {
      const { object } = source;
      if ((object["reclaimPolicy"] ?? "Delete") !== "Delete") return undefined;
      return draft(
        source,
        "Its volumes are deleted with their claims.",
        [{ path: ["reclaimPolicy"] }],
        decide(
          `Which data may not be lost? reclaimPolicy of a ${kubectlKind(object)} cannot be changed: make one with Retain for those claims.`,
        ),
      );
    },
  }),
];
