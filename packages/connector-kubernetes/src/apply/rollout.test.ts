import { expect, test } from "vitest";
import { isRolledOut } from "./rollout.ts";

const object = (spec: object, status: object, generation = 1) => ({
  metadata: { generation },
  spec,
  status: { observedGeneration: 1, ...status },
});
const [DEPLOYMENT, SET, DAEMON] = ["apps/deployments", "apps/statefulsets", "apps/daemonsets"] as const;

test.each([
  [DEPLOYMENT, object({ replicas: 3 }, {}, 2), "waits for its controller", false],
  [DEPLOYMENT, object({ replicas: 3 }, { updatedReplicas: 1, replicas: 4 }), "1 of 3 pods updated", false],
  [DEPLOYMENT, object({ replicas: 3 }, { updatedReplicas: 3, replicas: 4, availableReplicas: 3 }), "1 old pod to end", false],
  [DEPLOYMENT, object({ replicas: 3 }, { updatedReplicas: 3, replicas: 3, availableReplicas: 2 }), "2 of 3 pods available", false],
  [
    DEPLOYMENT,
    object({ replicas: 3 }, { updatedReplicas: 3, replicas: 3, availableReplicas: 3 }),
    "rolled out, 3 of 3 pods available",
    true,
  ],
  [DEPLOYMENT, object({}, { updatedReplicas: 1, replicas: 1, availableReplicas: 1 }), "rolled out, 1 of 1 pods available", true],
  [DEPLOYMENT, object({ replicas: 0 }, {}), "rolled out, 0 of 0 pods available", true],
  [DEPLOYMENT, object({ replicas: 2, paused: true }, {}), "is paused: it rolls nothing out until it is resumed", true],
  [
    DEPLOYMENT,
    object({ replicas: 2 }, { conditions: [{ type: "ReplicaFailure", status: "True", message: "quota is used up" }] }),
    "0 of 2 pods updated; pods are refused: quota is used up",
    false,
  ],
  [
    DEPLOYMENT,
    object(
      { replicas: 2 },
      { availableReplicas: 1, conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded", status: "False" }] },
    ),
    "does not come further: 1 of 2 pods available, its progress deadline is over",
    true,
  ],
  [SET, object({ replicas: 2 }, { replicas: 3 }), "1 pod to end", false],
  [
    SET,
    object({ replicas: 2 }, { replicas: 2, updatedReplicas: 1, updateRevision: "b", currentRevision: "a" }),
    "1 of 2 pods updated",
    false,
  ],
  [SET, object({ replicas: 2 }, { replicas: 2, readyReplicas: 1, updateRevision: "a", currentRevision: "a" }), "1 of 2 pods ready", false],
  [
    SET,
    object({ replicas: 2 }, { replicas: 2, readyReplicas: 2, updateRevision: "a", currentRevision: "a" }),
    "rolled out, 2 of 2 pods ready",
    true,
  ],
  [
    SET,
    object({ replicas: 2, updateStrategy: { type: "OnDelete" } }, { replicas: 2 }),
    "its pods are made anew when each is deleted",
    true,
  ],
  [DAEMON, object({}, { desiredNumberScheduled: 3, updatedNumberScheduled: 2 }), "2 of 3 pods updated", false],
  [
    DAEMON,
    object({}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }),
    "rolled out, 3 of 3 pods available",
    true,
  ],
] as const)("%s: %j", (key, now, words, over) => {
  expect(isRolledOut(key, now)).toEqual({ words, over });
});

test("what is not there any more, or is being deleted, is not waited for", () => {
  expect(isRolledOut(DEPLOYMENT, undefined).over).toBe(true);
  expect(isRolledOut(DEPLOYMENT, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }).over).toBe(true);
});
