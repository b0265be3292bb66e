import { ApiError } from "../api-error.ts";
import { clone, controllerReference, type Fields, type KubeObject } from "../object.ts";
import type { Controller, Hands } from "./controller.ts";
import { isDue } from "./cron-schedule.ts";

const MINUTE = 60_000;

/** Makes the Jobs of CronJobs when they are due, and keeps as many finished ones as wanted. */
export const cronJobs: Controller = {
  name: "cronjob-controller",
  watches: ["batch/cronjobs", "batch/jobs"],
  reconcile(hands, namespace) {
    for (const cron of namespace === "" ? [] : hands.list("batch/cronjobs", namespace)) tidy(hands, cron);
  },
};

const time = (cron: KubeObject): number => Date.parse(cron["status"]?.lastScheduleTime ?? cron.metadata.creationTimestamp);

/** Called now and then: starts what is due in this minute and has not been started. */
export function startDue(hands: Hands): void {
  const minute = Math.floor(hands.cluster.clock().getTime() / MINUTE) * MINUTE;
  for (const cron of hands.list("batch/cronjobs")) {
    if (
      cron["spec"].suspend === true ||
      cron.metadata.deletionTimestamp !== undefined ||
      time(cron) >= minute ||
      !isDue(cron["spec"].schedule, new Date(minute))
    )
      continue;
    const active: Fields[] = cron["status"]?.active ?? [];
    if (cron["spec"].concurrencyPolicy === "Forbid" && active.length > 0) continue;
    if (cron["spec"].concurrencyPolicy === "Replace")
      for (const job of hands.owned("batch/jobs", cron)) if (!isFinished(job)) hands.remove("batch/jobs", job);
    const template: Fields = cron["spec"].jobTemplate;
    const made = hands.create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: `${cron.metadata.name}-${minute / MINUTE}`,
        namespace: cron.metadata.namespace!,
        ...(template["metadata"]?.labels && { labels: { ...template["metadata"].labels } }),
        annotations: {
          ...template["metadata"]?.annotations,
          "batch.kubernetes.io/cronjob-scheduled-timestamp": new Date(minute).toISOString().replace(".000Z", "Z"),
        },
        ownerReferences: [controllerReference(cron)],
      },
      spec: clone(template["spec"]),
    });
    if (made instanceof ApiError) {
      hands.record(cron, "Warning", "FailedCreate", `Error creating job: ${made.message}`);
      continue;
    }
    hands.record(cron, "Normal", "SuccessfulCreate", `Created job ${made.metadata.name}`);
    hands.setStatus("batch/cronjobs", hands.get("batch/cronjobs", cron.metadata.namespace, cron.metadata.name)!, {
      ...cron["status"],
      lastScheduleTime: hands.cluster.now(),
    });
  }
}

const isFinished = (job: KubeObject): boolean =>
  (job["status"]?.conditions ?? []).some((one: Fields) => ["Complete", "Failed"].includes(one["type"]) && one["status"] === "True");
const succeeded = (job: KubeObject): boolean => (job["status"]?.conditions ?? []).some((one: Fields) => one["type"] === "Complete");

function tidy(hands: Hands, cron: KubeObject): void {
  const own = hands
    .owned("batch/jobs", cron)
    .toSorted((a, b) => Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp));
  const active = own
    .filter((job) => !isFinished(job))
    .map((job) => ({
      kind: "Job",
      namespace: job.metadata.namespace,
      name: job.metadata.name,
      uid: job.metadata.uid,
      apiVersion: "batch/v1",
      resourceVersion: job.metadata.resourceVersion,
    }));
  const last = own
    .filter(succeeded)
    .map((job) => job["status"].completionTime)
    .at(-1);
  const { active: before, ...status } = (cron["status"] ?? {}) as Fields;
  // A list that names the same jobs stays as it is: their versions change with every step they take.
  const unchanged = (before ?? []).map((one: Fields) => one["uid"]).join() === active.map((one) => one.uid).join();
  hands.setStatus("batch/cronjobs", cron, {
    ...status,
    ...(active.length > 0 ? { active: unchanged ? before : active } : {}),
    ...(last === undefined ? {} : { lastSuccessfulTime: last }),
  });
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron["spec"];
  for (const [list, limit] of [
    [own.filter(succeeded), successfulJobsHistoryLimit],
    [own.filter((job) => isFinished(job) && !succeeded(job)), failedJobsHistoryLimit],
  ] as [KubeObject[], number][]) {
    for (const job of list.slice(0, Math.max(0, list.length - limit))) hands.remove("batch/jobs", job);
  }
}
