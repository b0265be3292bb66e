import type { Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { patched } from "../fix.ts";
import { draft, objectCheck } from "../rules.ts";

/** What runs and ends: when it starts, and what is left of it. */
export const JOBS: readonly Check[] = [
  objectCheck({
    id: "cron-job-concurrency",
    title: "CronJobs whose runs may overlap",
    severity: "low",
    area: "availability",
    why: "A run that takes longer than its period meets the next one; what both write is anybody's guess, and slow days pile up pods.",
    kinds: ["batch/CronJob"],
    find(source) {
      const { object } = source;
      if ((object["spec"]?.concurrencyPolicy ?? "Allow") !== "Allow") return undefined;
      return draft(
        source,
        "Its runs may overlap.",
        [{ path: ["spec", "concurrencyPolicy"] }],
        patched(object, { spec: { concurrencyPolicy: "Forbid" } }),
      );
    },
  }),
  objectCheck({
    id: "cron-job-deadline",
    title: "CronJobs without a starting deadline",
    severity: "low",
    area: "availability",
    why: "After 100 missed starts such a CronJob is never started again, and one that was missed may start at any later time.",
    kinds: ["batch/CronJob"],
    find(source) {
      if (source.object["spec"]?.startingDeadlineSeconds !== undefined) return undefined;
      const patch = { spec: { startingDeadlineSeconds: 300 } };
      return draft(
        source,
        "It has no starting deadline.",
        [{ path: ["spec", "startingDeadlineSeconds"] }],
        patched(source.object, patch, "How late may it still start? Five minutes is a guess."),
      );
    },
  }),
  objectCheck({
    id: "job-kept",
    title: "Jobs that stay for ever",
    severity: "low",
    area: "availability",
    why: "Finished Jobs and their pods stay until somebody deletes them; thousands of them slow the API for all.",
    kinds: ["batch/Job"],
    find(source) {
      const { object } = source;
      const owned: Json = object.metadata?.ownerReferences;
      if (object["spec"]?.ttlSecondsAfterFinished !== undefined || (Array.isArray(owned) && owned.length > 0)) return undefined;
      return draft(
        source,
        "It stays after it has finished.",
        [{ path: ["spec", "ttlSecondsAfterFinished"] }],
        patched(object, { spec: { ttlSecondsAfterFinished: 86_400 } }),
      );
    },
  }),
];
