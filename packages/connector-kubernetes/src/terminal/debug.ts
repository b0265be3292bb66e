import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { TargetError, type PodProgram, type TerminalChannel, type TerminalRequest } from "@interlock/connector";
import type { Json } from "@interlock/kube-model";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import { markOf } from "./begin.ts";
import { endProgram } from "./exec.ts";
import { openProgram } from "./open-program.ts";
import { ask, checkPod, containerOf, podPath, readPod, statusOf, whatBecame } from "./pod.ts";
import { PodTerminal } from "./pod-terminal.ts";
import { WAITING_SHELL } from "./shells.ts";

/** How often the pod is asked whether the container runs, in milliseconds. */
const LOOK_MS = 400;
/** How long the end of a shell's input may wait for what was typed before it, in milliseconds. */
const INPUT_MS = 300;
/** Why a container will not start by waiting longer. Source: the kubelet's reasons of waiting containers. */
const STUCK = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/** Puts a container of its own into a pod, which stays there, and joins its shell. */
export async function openDebug(
  cluster: OpenedCluster,
  place: PodProgram,
  request: TerminalRequest,
  signal: AbortSignal,
): Promise<TerminalChannel> {
  const { image } = place;
  if (image === undefined) throw new TargetError("bad_request", "A debug container is made of an image; none is named.");
  const pod = await readPod(cluster, place, signal);
  checkPod(pod, place);
  const { name: target } = containerOf(pod, place);
  const container = `debug-${randomBytes(4).toString("hex")}`;
  const stays = `The debug container ${container} stays in the pod: Kubernetes removes none. It runs as long as its shell does, at the longest until the pod ends.`;
  const added = await addContainer(cluster, pod, { container, target, image, argv: request.program?.argv ?? WAITING_SHELL }, signal);
  try {
    return await joinContainer(cluster, { place, request, pod: added, container, stays }, signal);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    throw new TargetError(error.code, error.message, { cause: error, mayStillRun: stays });
  }
}

/** A container that was put into a pod, as that is with it. */
interface DebugContainer {
  place: PodProgram;
  request: TerminalRequest;
  pod: Json;
  container: string;
  /** What is told of it wherever its shell is gone. */
  stays: string;
}

async function joinContainer(
  cluster: OpenedCluster,
  { place, request, pod, container, stays }: DebugContainer,
  signal: AbortSignal,
): Promise<TerminalChannel> {
  const { namespace, name } = place;
  const running = await untilItRuns(cluster, pod, container, signal);
  const stream = await openProgram(cluster, { namespace, name, container, what: "attach", stdin: true, tty: true }, signal);
  const parts = { stream, size: request, mayStillRun: stays, exits: false, became: () => whatBecame(cluster, running, container) };
  if (request.program?.argv !== undefined) return new PodTerminal(parts);
  await stream.write(Buffer.from("\n"));
  const begun = await markOf(stream, signal);
  if (!("pid" in begun)) {
    const why = await whatBecame(cluster, running, container);
    throw new TargetError("no_shell", `The shell of ${container} did not begin${why === undefined ? "" : `: ${why}`}. ${stays}`);
  }
  return new PodTerminal({
    ...parts,
    async ask() {
      // As the first process of its container it need not heed a signal that comes from within it: an end of its input it does.
      const written = stream.write(Buffer.from("\u0003\u0004")).then(
        () => "Ended the shell's input",
        () => "",
      );
      // A shell that reads nothing keeps it waiting for ever.
      const ended = await Promise.race([written, sleep(INPUT_MS, "")]);
      const sent = await endProgram(cluster, { ...place, container }, begun.pid);
      return sent === "" ? ended : sent;
    },
  });
}

async function addContainer(
  cluster: OpenedCluster,
  pod: Json,
  { container, target, image, argv }: { container: string; target: string; image: string; argv: readonly string[] },
  signal: AbortSignal,
): Promise<Json> {
  const { namespace, name, uid } = pod["metadata"];
  const made = {
    name: container,
    image,
    command: argv,
    targetContainerName: target,
    imagePullPolicy: "IfNotPresent",
    terminationMessagePolicy: "File",
    stdin: true,
    tty: true,
  };
  const body = Buffer.from(JSON.stringify({ metadata: { uid }, spec: { ephemeralContainers: [made] } }));
  const headers = { accept: "application/json", "content-type": "application/strategic-merge-patch+json" };
  const path = podPath({ namespace, name }, "ephemeralcontainers");
  return ask(cluster, { method: "PATCH", path, headers, body, signal }, `\`patch pods/ephemeralcontainers\` in ${namespace}`);
}

async function untilItRuns(cluster: OpenedCluster, added: Json, container: string, signal: AbortSignal): Promise<Json> {
  for (let pod = added; ; pod = await readPod(cluster, pod["metadata"], signal)) {
    const { running, waiting, terminated } = statusOf(pod, container)?.["state"] ?? {};
    if (running !== undefined) return pod;
    const stays = `The debug container ${container} stays in the pod, as Kubernetes removes none.`;
    if (terminated !== undefined)
      throw new TargetError(
        "no_shell",
        `The debug container ended with exit code ${terminated.exitCode}: ${terminated.message ?? terminated.reason ?? "its image may have no sh"}. ${stays}`,
      );
    if (waiting !== undefined && STUCK.has(waiting.reason))
      throw new TargetError(
        "bad_request",
        `The debug container does not start (${waiting.reason}): ${waiting.message ?? "nothing more is said"}. ${stays}`,
      );
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {
      throw new TargetError(
        "target_down",
        `The debug container did not start in time${waiting?.reason === undefined ? "" : ` (${waiting.reason})`}. ${stays}`,
      );
    });
  }
}
