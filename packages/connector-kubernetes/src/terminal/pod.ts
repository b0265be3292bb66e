import { TargetError, type PodContainer, type PodFacts, type PodProgram } from "@interlock/connector";
import { isRecord, type Json, parseJson } from "@interlock/kube-model";
import { answerTime } from "../cluster/answer-time.ts";
import type { Cluster, ClusterRequest, ClusterResponse } from "../cluster/cluster.ts";
import { wholeText } from "../cluster/whole-text.ts";

/** Most bytes of an answer about one pod; an object is 3 MiB at most. */
const POD_BYTES = 8 * 1024 * 1024;
/** By which kubectl and others know which container people mean. */
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

type Place = Pick<PodProgram, "namespace" | "name">;

export const podPath = ({ namespace, name }: Place, subresource?: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}${subresource === undefined ? "" : `/${subresource}`}`;

/** What a request needs where it is refused, as `kubectl auth can-i` takes it. */
export type Right = string;

/** Asks and takes the answer whole. Rejects where the server refuses. */
export async function ask(cluster: Cluster, request: ClusterRequest, needs: Right): Promise<Json> {
  const signal = answerTime(request.signal);
  const response = await cluster.request({ ...request, signal });
  if (response.status >= 300) throw await refusalOf(response, needs, signal);
  return parseJson(await wholeText(response.body, POD_BYTES, signal)) as Json;
}

/** A refusal in the server's words, with the right that was wanting. */
export async function refusalOf(response: ClusterResponse, needs: Right, signal?: AbortSignal): Promise<TargetError> {
  const { status } = response;
  const text = await wholeText(response.body, POD_BYTES, signal);
  let said = text.trim().slice(0, 500);
  try {
    const body: unknown = parseJson(text);
    if (isRecord(body) && typeof body["message"] === "string") said = body["message"];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (said === "") said = `status ${status}`;
  if (status === 401) return new TargetError("target_auth", `The cluster does not know this credential any more: ${said}.`);
  if (status === 403)
    return new TargetError("target_forbidden", `The connection's account needs the right ${needs}. The cluster says: ${said}.`);
  if (status === 404) return new TargetError("not_found", `${said}.`);
  if (status === 409) return new TargetError("targets_changed", `${said}.`);
  return new TargetError(status >= 500 ? "target_down" : "bad_request", `The cluster refuses it: ${said}.`);
}

/** Whether a pod is there, and it as the server has it. */
export const readPod = (cluster: Cluster, place: Place, signal?: AbortSignal): Promise<Json> =>
  ask(
    cluster,
    { method: "GET", path: podPath(place), headers: { accept: "application/json" }, ...(signal === undefined ? {} : { signal }) },
    `\`get pods\` in ${place.namespace}`,
  );

export function podFacts(pod: Json): PodFacts {
  const { spec = {}, status = {}, metadata } = pod;
  const containers: PodContainer[] = (
    [
      ["container", spec.containers],
      ["init", spec.initContainers],
      ["ephemeral", spec.ephemeralContainers],
    ] as [PodContainer["type"], Json[] | undefined][]
  ).flatMap(([type, ones]) =>
    (ones ?? []).map((one) => ({
      name: String(one["name"]),
      image: String(one["image"]),
      type,
      running: statusOf(pod, one["name"])?.["state"]?.running !== undefined,
      stdin: one["stdin"] === true,
      tty: one["tty"] === true,
    })),
  );
  const annotated: unknown = metadata?.annotations?.[DEFAULT_CONTAINER];
  const standing = containers.filter(({ type }) => type === "container");
  const lacks = whyClosed(metadata, status);
  return {
    uid: String(metadata?.uid ?? ""),
    labels: { ...metadata?.labels },
    defaultContainer: (standing.find(({ name }) => name === annotated) ?? standing[0])?.name ?? "",
    containers,
    ...(lacks === undefined ? {} : { lacks }),
  };
}

function whyClosed(metadata: Json, status: Json): string | undefined {
  if (status["phase"] === "Succeeded" || status["phase"] === "Failed")
    return `The pod has ended (${status["phase"]}); nothing can be opened in it.`;
  if (metadata?.deletionTimestamp !== undefined && status["phase"] !== "Running") return "The pod is being deleted.";
  return undefined;
}

/** What the kubelet says of one container of any type; undefined as long as it says nothing. */
export function statusOf(pod: Json, container: unknown): Json {
  const { status = {} } = pod;
  return ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]
    .flatMap((list): Json[] => status[list] ?? [])
    .find((one) => one["name"] === container);
}

/** The container that is meant. Rejects with words where it is not there or does not run. */
export function containerOf(pod: Json, { container, name }: PodProgram): PodContainer {
  const facts = podFacts(pod);
  if (facts.lacks !== undefined) throw new TargetError("bad_request", facts.lacks);
  const wanted = container ?? facts.defaultContainer;
  const found = facts.containers.find((one) => one.name === wanted);
  if (found === undefined) {
    const there = facts.containers.map((one) => one.name).join(", ");
    throw new TargetError("not_found", `The pod ${name} has no container ${wanted}; it has ${there}.`);
  }
  if (found.running) return found;
  const { waiting, terminated } = statusOf(pod, wanted)?.["state"] ?? {};
  const how =
    terminated === undefined ? `it waits (${waiting?.reason ?? "not started yet"})` : `it has ended (${terminated.reason ?? "ended"})`;
  throw new TargetError("bad_request", `The container ${wanted} of ${name} does not run: ${how}.`);
}

/** The same pod as was meant. */
export function checkPod(pod: Json, { uid, name }: PodProgram): void {
  if (uid === undefined || uid === pod["metadata"]?.uid) return;
  throw new TargetError(
    "targets_changed",
    `The pod ${name} was replaced by another one of the same name since it was looked at. Open it again.`,
  );
}

/**
 * In words what became of a container that somebody was in: why a link broke that the cluster closed without a word. Never rejects.
 * @param before as it was when it was entered
 */
export async function whatBecame(cluster: Cluster, before: Json, container: string): Promise<string | undefined> {
  const { namespace, name, uid } = before["metadata"];
  let now: Json;
  try {
    now = await readPod(cluster, { namespace, name }, AbortSignal.timeout(FATE_MS));
  } catch (error) {
    return error instanceof TargetError && error.code === "not_found" ? `the pod ${name} was deleted` : undefined;
  }
  if (now["metadata"].uid !== uid) return `the pod ${name} was replaced by another one`;
  const was = statusOf(before, container);
  const is = statusOf(now, container);
  if (is?.["state"]?.terminated !== undefined) return `the container ${container} ${endWords(is["state"].terminated)}`;
  if ((is?.["restartCount"] ?? 0) > (was?.["restartCount"] ?? 0))
    return `the container ${container} was restarted: it ${endWords(is?.["lastState"]?.terminated)}`;
  return now["metadata"].deletionTimestamp === undefined ? undefined : `the pod ${name} is being deleted`;
}

/** Longest to ask what became of a pod, in milliseconds. */
const FATE_MS = 2_000;

function endWords(terminated: Json): string {
  if (terminated === undefined) return "ended";
  const reason = ["Error", "Completed", undefined, ""].includes(terminated["reason"]) ? "" : ` (${terminated["reason"]})`;
  return `ended with exit code ${terminated["exitCode"]}${reason}`;
}
