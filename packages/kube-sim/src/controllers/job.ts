import { ApiError } from "../api-error.ts";
import type { Fields, KubeObject } from "../object.ts";
import { isReady } from "../table/pod-status.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";
import { isActive, podFrom } from "./pod-template.ts";

/** Runs the pods of Jobs until enough have succeeded, or too many have failed. */
export const jobs: Controller = {
  name: "job-controller",
  watches: ["batch/jobs", "pods"],
  reconcile(hands, namespace) {
    for (const job of namespace === "" ? [] : hands.list("batch/jobs", namespace)) reconcileOne(hands, job);
  },
};

const isOver = (job: KubeObject): boolean =>
  (job["status"]?.conditions ?? []).some(
    (one: Fields) => (one["type"] === "Complete" || one["type"] === "Failed") && one["status"] === "True",
  );

function reconcileOne(hands: Hands, job: KubeObject): void {
  if (job.metadata.deletionTimestamp !== undefined) return;
  if (isOver(job)) return expire(hands, job);
  const { completions, parallelism = 1, backoffLimit = 6, suspend } = job["spec"];
  const now = hands.cluster.now();
  const pods = hands.owned("pods", job);
  const active = pods.filter(isActive);
  const succeeded = pods.filter((pod) => pod["status"]?.phase === "Succeeded").length;
  const failed = pods.filter((pod) => pod["status"]?.phase === "Failed").length;
  const status: Fields = { ...job["status"] };
  if (suspend === true) {
    for (const pod of active) hands.remove("pods", pod);
    status["conditions"] = withCondition(status["conditions"], now, {
      type: "Suspended",
      status: "True",
      lastProbeTime: now,
      reason: "JobSuspended",
      message: "Job suspended",
    });
    delete status["active"];
    hands.setStatus("batch/jobs", job, status);
    return;
  }
  status["conditions"] = (status["conditions"] ?? []).filter((one: Fields) => one["type"] !== "Suspended");
  status["startTime"] ??= now;
  const enough = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  const tooMany = failed > backoffLimit;
  let running = active.length;
  if (!enough && !tooMany) {
    const missing = Math.min(parallelism, completions === undefined ? parallelism : completions - succeeded) - active.length;
    for (let count = 0; count < missing; count++) {
      const made = hands.create(podFrom(job, job["spec"].template, {}));
      if (made instanceof ApiError) {
        hands.record(job, "Warning", "FailedCreate", `Error creating: ${made.message}`);
        break;
      }
      running++;
      hands.record(job, "Normal", "SuccessfulCreate", `Created pod: ${made.metadata.name}`);
    }
    for (const pod of active.slice(0, Math.max(0, -missing))) hands.remove("pods", pod);
    running = Math.min(running, Math.max(running + Math.min(missing, 0), 0));
  }
  const ready = active.filter(isReady).length;
  for (const [field, value] of Object.entries({ active: enough || tooMany ? 0 : running, succeeded, failed })) {
    if (value > 0) status[field] = value;
    else delete status[field];
  }
  status["ready"] = ready;
  status["terminating"] = 0;
  status["uncountedTerminatedPods"] = {};
  if (enough || tooMany) end(hands, job, status, enough, active);
  else {
    if (status["conditions"].length === 0) delete status["conditions"];
    hands.setStatus("batch/jobs", job, status);
  }
}

function end(hands: Hands, job: KubeObject, status: Fields, enough: boolean, active: readonly KubeObject[]): void {
  const now = hands.cluster.now();
  const why = enough
    ? { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" }
    : { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  for (const type of enough ? ["SuccessCriteriaMet", "Complete"] : ["FailureTarget", "Failed"]) {
    status["conditions"] = withCondition(status["conditions"], now, { type, status: "True", lastProbeTime: now, ...why });
  }
  if (enough) status["completionTime"] = now;
  for (const pod of active) hands.remove("pods", pod);
  hands.setStatus("batch/jobs", job, status);
  if (enough) hands.record(job, "Normal", "Completed", "Job completed");
  else hands.record(job, "Warning", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
}

/** A finished Job goes after its time to live. */
function expire(hands: Hands, job: KubeObject): void {
  const seconds: number | undefined = job["spec"].ttlSecondsAfterFinished;
  if (seconds === undefined) return;
  const { namespace, name, uid } = job.metadata;
  hands.after(`expire ${uid}`, seconds * 1000, () => {
    const again = hands.get("batch/jobs", namespace, name);
    if (again?.metadata.uid === uid) hands.remove("batch/jobs", again);
  });
}
