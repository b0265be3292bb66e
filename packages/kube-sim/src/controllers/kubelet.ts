import type { Fields, KubeObject } from "../object.ts";
import type { PodLogs } from "../http/logs.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";
import { tolerates } from "./scheduler.ts";

/** Images with such a tag cannot be pulled: so a test or a demonstration shows a rollout that hangs. */
const UNPULLABLE = /:(?:.*(?:broken|missing|nonexistent|does-not-exist|doesnotexist|invalid|typo).*)$/;
/** A container told to run one of these ends with an error. */
const FAILING = /^(?:false|exit [1-9]\d*|.*;\s*exit [1-9]\d*)$/;
const NEVER_ENDING = /(?:sleep (?:infinity|inf|\d{4,})|tail -f)/;

/** What the nodes do: start the containers of pods that were given to them, end them, and report. No processes are behind it. */
export const kubelet = (logs: PodLogs): Controller => ({
  name: "kubelet",
  watches: ["pods", "configmaps", "secrets", "nodes", "persistentvolumeclaims"],
  reconcile(hands, namespace) {
    if (namespace === "") evictFromTainted(hands);
    for (const pod of namespace === "" ? [] : hands.list("pods", namespace)) {
      if (pod["spec"].nodeName === undefined) continue;
      if (pod.metadata.deletionTimestamp !== undefined) stop(hands, pod);
      else if (pod["status"]?.phase === "Pending") start(hands, pod, logs);
      else if (pod["status"]?.phase === "Running") keepRunning(hands, pod, logs);
    }
  },
});

const still = (hands: Hands, pod: KubeObject): KubeObject | undefined => {
  const now = hands.get("pods", pod.metadata.namespace, pod.metadata.name);
  return now?.metadata.uid === pod.metadata.uid ? now : undefined;
};

function stop(hands: Hands, pod: KubeObject): void {
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  if (grace === 0) {
    if ((pod.metadata.finalizers ?? []).length === 0) hands.cluster.store.remove("pods", pod);
    return;
  }
  hands.after(`stop ${pod.metadata.uid}`, Math.min(grace, hands.pace.stopMs), () => {
    const now = still(hands, pod);
    if (now === undefined) return;
    for (const { name } of now["spec"].containers as Fields[]) hands.record(now, "Normal", "Killing", `Stopping container ${name}`);
    hands.put("pods", {
      ...now,
      metadata: { ...now.metadata, deletionGracePeriodSeconds: 0 },
      status: { ...now["status"], phase: now["status"].phase },
    });
  });
}

function start(hands: Hands, pod: KubeObject, logs: PodLogs): void {
  const waiting = whyWaiting(hands, pod);
  if (waiting !== undefined) {
    report(hands, pod, waiting);
    return;
  }
  report(hands, pod, { reason: "ContainerCreating" });
  hands.after(`start ${pod.metadata.uid}`, hands.pace.startMs, () => {
    const now = still(hands, pod);
    if (now === undefined || now.metadata.deletionTimestamp !== undefined || whyWaiting(hands, now) !== undefined) return;
    run(hands, now, logs);
  });
}

/** What keeps a pod's containers from starting. */
function whyWaiting(hands: Hands, pod: KubeObject): { reason: string; message?: string } | undefined {
  const { namespace } = pod.metadata;
  for (const volume of pod["spec"].volumes ?? []) {
    const absent =
      (volume.configMap !== undefined &&
        volume.configMap.optional !== true &&
        hands.get("configmaps", namespace, volume.configMap.name) === undefined) ||
      (volume.secret !== undefined &&
        volume.secret.optional !== true &&
        hands.get("secrets", namespace, volume.secret.secretName) === undefined) ||
      (volume.persistentVolumeClaim !== undefined &&
        hands.get("persistentvolumeclaims", namespace, volume.persistentVolumeClaim.claimName)?.["status"]?.phase !== "Bound");
    if (absent) return { reason: "ContainerCreating" };
  }
  for (const container of pod["spec"].containers as Fields[]) {
    if (UNPULLABLE.test(container["image"])) return unpulled(container);
    const references: [string, Fields | undefined][] = [
      ...(container["env"] ?? []).flatMap((env: Fields): [string, Fields | undefined][] => [
        ["configmaps", env["valueFrom"]?.configMapKeyRef],
        ["secrets", env["valueFrom"]?.secretKeyRef],
      ]),
      ...(container["envFrom"] ?? []).flatMap((from: Fields): [string, Fields | undefined][] => [
        ["configmaps", from["configMapRef"]],
        ["secrets", from["secretRef"]],
      ]),
    ];
    for (const [storage, reference] of references) {
      if (reference === undefined || reference["optional"] === true || hands.get(storage, namespace, reference["name"]) !== undefined)
        continue;
      return {
        reason: "CreateContainerConfigError",
        message: `${storage === "secrets" ? "secret" : "configmap"} ${JSON.stringify(reference["name"])} not found`,
      };
    }
  }
  return undefined;
}

const unpulled = (container: Fields): { reason: string; message: string } => ({
  reason: "ImagePullBackOff",
  message: `Back-off pulling image ${JSON.stringify(container["image"])}`,
});

const containerStatus = (container: Fields, state: Fields, ready: boolean, restartCount = 0): Fields => ({
  name: container["name"],
  state,
  lastState: {},
  ready,
  restartCount,
  image: container["image"],
  imageID: state["waiting"] === undefined ? `docker.io/${container["image"]}` : "",
  started: ready,
});

function report(hands: Hands, pod: KubeObject, waiting: { reason: string; message?: string }): void {
  const now = hands.cluster.now();
  const containers: Fields[] = pod["spec"].containers;
  const names = `containers with unready status: [${containers.map((one) => one["name"]).join(" ")}]`;
  let conditions: Fields[] = pod["status"]?.conditions ?? [];
  for (const type of ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"]) {
    const fine = type === "Initialized";
    conditions = withCondition(conditions, now, {
      type,
      status: fine ? "True" : "False",
      lastProbeTime: null,
      ...(fine || type === "PodReadyToStartContainers" ? {} : { reason: "ContainersNotReady", message: names }),
    });
  }
  const before = pod["status"]?.containerStatuses?.[0]?.state?.waiting?.reason;
  hands.setStatus("pods", pod, {
    ...pod["status"],
    phase: "Pending",
    conditions,
    hostIP: hostAddress(hands, pod),
    startTime: pod["status"]?.startTime ?? now,
    containerStatuses: containers.map((one) => containerStatus(one, { waiting: { ...waiting } }, false)),
  });
  if (before === waiting.reason || waiting.reason === "ContainerCreating") return;
  hands.record(
    pod,
    "Warning",
    waiting.reason === "ImagePullBackOff" ? "Failed" : waiting.reason,
    `Error: ${waiting.message ?? waiting.reason}`,
  );
}

const hostAddress = (hands: Hands, pod: KubeObject): string =>
  (hands.get("nodes", undefined, pod["spec"].nodeName)?.["status"]?.addresses ?? []).find((one: Fields) => one["type"] === "InternalIP")
    ?.address ?? "172.31.0.11";

/** An address from the pod's own uid, so that it stays the same from run to run. */
function podAddress(pod: KubeObject): string {
  const part = (from: number): number => Number.parseInt(pod.metadata.uid.slice(from, from + 2), 16);
  return `10.0.${part(0) % 64}.${(part(2) % 253) + 1}`;
}

const textOf = (container: Fields): string =>
  [...(container["command"] ?? []), ...(container["args"] ?? [])].join(" ").replace(/^(?:\/bin\/)?(?:ba)?sh -c /, "");

function run(hands: Hands, pod: KubeObject, logs: PodLogs): void {
  const now = hands.cluster.now();
  const containers: Fields[] = pod["spec"].containers;
  for (const container of containers) {
    hands.record(pod, "Normal", "Pulled", `Container image ${JSON.stringify(container["image"])} already present on machine`);
    hands.record(pod, "Normal", "Created", `Created container: ${container["name"]}`);
    hands.record(pod, "Normal", "Started", `Started container ${container["name"]}`);
    logs.write(pod.metadata.uid, container["name"], `starting ${container["image"]}`);
    logs.write(pod.metadata.uid, container["name"], "ready");
  }
  const ip = pod["spec"].hostNetwork === true ? hostAddress(hands, pod) : podAddress(pod);
  let conditions: Fields[] = pod["status"]?.conditions ?? [];
  for (const type of ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"])
    conditions = withCondition(conditions, now, { type, status: "True", lastProbeTime: null });
  const running = hands.setStatus("pods", pod, {
    ...pod["status"],
    phase: "Running",
    conditions,
    hostIP: hostAddress(hands, pod),
    hostIPs: [{ ip: hostAddress(hands, pod) }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: pod["status"]?.startTime ?? now,
    containerStatuses: containers.map((one) => ({
      ...containerStatus(one, { running: { startedAt: now } }, true),
      containerID: `containerd://${pod.metadata.uid.replaceAll("-", "")}`,
    })),
  });
  if (pod["spec"].restartPolicy === "Always" || containers.some((one) => NEVER_ENDING.test(textOf(one)))) return;
  hands.after(`finish ${pod.metadata.uid}`, hands.pace.runMs, () => finish(hands, running));
}

function finish(hands: Hands, pod: KubeObject): void {
  const now = still(hands, pod);
  if (now === undefined || now["status"]?.phase !== "Running") return;
  const time = hands.cluster.now();
  const failed = (now["spec"].containers as Fields[]).some((one) => FAILING.test(textOf(one)));
  let conditions: Fields[] = now["status"].conditions;
  const reason = failed ? "PodFailed" : "PodCompleted";
  for (const type of ["Ready", "ContainersReady"])
    conditions = withCondition(conditions, time, { type, status: "False", lastProbeTime: null, reason });
  hands.setStatus("pods", now, {
    ...now["status"],
    phase: failed ? "Failed" : "Succeeded",
    conditions,
    containerStatuses: (now["spec"].containers as Fields[]).map((one) =>
      containerStatus(
        one,
        {
          terminated: {
            exitCode: failed ? 1 : 0,
            reason: failed ? "Error" : "Completed",
            startedAt: now["status"].startTime,
            finishedAt: time,
          },
        },
        false,
      ),
    ),
  });
}

/** A changed image restarts its container; what was added to look at the pod is started. */
function keepRunning(hands: Hands, pod: KubeObject, logs: PodLogs): void {
  const now = hands.cluster.now();
  const running = { running: { startedAt: now } };
  const statuses: Fields[] = pod["status"].containerStatuses ?? [];
  const next = statuses.map((status) => {
    const image = pod["spec"].containers.find((one: Fields) => one["name"] === status["name"])?.image;
    if (image === undefined || image === status["image"]) return status;
    logs.restart(pod.metadata.uid, status["name"]);
    logs.write(pod.metadata.uid, status["name"], `starting ${image}`);
    logs.write(pod.metadata.uid, status["name"], "ready");
    return { ...status, image, imageID: `docker.io/${image}`, restartCount: status["restartCount"] + 1, state: running };
  });
  const added: Fields[] = pod["spec"].ephemeralContainers ?? [];
  const known: Fields[] = pod["status"].ephemeralContainerStatuses ?? [];
  const ephemeral = added.map(
    (one) =>
      known.find((status) => status["name"] === one["name"]) ??
      containerStatus(one, UNPULLABLE.test(one["image"]) ? { waiting: unpulled(one) } : running, false),
  );
  hands.setStatus("pods", pod, {
    ...pod["status"],
    containerStatuses: next,
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
  });
}

/** The taint NoExecute sends pods away that do not tolerate it. */
function evictFromTainted(hands: Hands): void {
  for (const node of hands.list("nodes")) {
    const taints: Fields[] = (node["spec"].taints ?? []).filter((one: Fields) => one["effect"] === "NoExecute");
    if (taints.length === 0) continue;
    for (const pod of hands.list("pods")) {
      if (pod["spec"].nodeName !== node.metadata.name || pod.metadata.deletionTimestamp !== undefined) continue;
      if (taints.some((taint) => !(pod["spec"].tolerations ?? []).some((one: Fields) => tolerates(one, taint)))) hands.remove("pods", pod);
    }
  }
}
