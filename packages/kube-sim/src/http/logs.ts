import type { ServerResponse } from "node:http";
import { badRequest, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";

/** A container's log: lines with the time they were written at. */
export interface LogLine {
  time: Date;
  text: string;
}

/** Lines kept of one container; a kubelet rotates its files, too. */
const KEPT = 20_000;
/** Bytes that may wait for a follower before it is cut off: nobody else may be slowed by it, and memory has an end. */
const BEHIND_BYTES = 8 * 1024 * 1024;

/** Lines of the containers that run, as long as the cluster lives. */
export class PodLogs {
  readonly #cluster: Cluster;
  readonly #lines = new Map<string, LogLine[]>();
  /** Of the run before the last restart. */
  readonly #previous = new Map<string, LogLine[]>();
  readonly #followers = new Map<string, Set<(line: LogLine) => void>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Appends a line, and hands it to whoever follows. */
  write(uid: string, container: string, text: string): void {
    const key = `${uid}/${container}`;
    const line = { time: this.#cluster.clock(), text };
    const lines = this.#lines.get(key);
    if (lines === undefined) this.#lines.set(key, [line]);
    else {
      lines.push(line);
      if (lines.length > KEPT) lines.splice(0, KEPT / 10);
    }
    for (const follower of this.#followers.get(key) ?? []) follower(line);
  }

  /** A container begins anew: what it wrote until now becomes its previous log. */
  restart(uid: string, container: string): void {
    const key = `${uid}/${container}`;
    this.#previous.set(key, this.#lines.get(key) ?? []);
    this.#lines.set(key, []);
  }

  /** How many clients follow a log at this moment. */
  get followers(): number {
    return [...this.#followers.values()].reduce((sum, followers) => sum + followers.size, 0);
  }

  /** Tells each line from now on. Call what comes back to be told no more. */
  tail(key: string, tell: (line: LogLine) => void): () => void {
    const followers = this.#followers.get(key) ?? new Set();
    followers.add(tell);
    this.#followers.set(key, followers);
    return () => followers.delete(tell);
  }

  /** Sends the log of a pod's container. The stream stays open while the client follows. */
  serve(pod: KubeObject, query: URLSearchParams, response: ServerResponse): void {
    const container = containerOf(pod, query.get("container"));
    const key = `${pod.metadata.uid}/${container}`;
    const previous = query.get("previous") === "true";
    if (previous && !this.#previous.has(key)) {
      throw badRequest(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} not found`);
    }
    const waiting = (pod["status"]?.containerStatuses ?? []).find((one: Fields) => one["name"] === container)?.state?.waiting;
    if (!previous && (waiting !== undefined || pod["status"]?.phase === "Pending")) {
      throw badRequest(
        `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${waiting?.reason ?? "ContainerCreating"}`,
      );
    }
    const timestamps = query.get("timestamps") === "true";
    const shown = (line: LogLine): string => `${timestamps ? `${line.time.toISOString().replace("Z", "000000Z")} ` : ""}${line.text}\n`;
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
    let left = query.get("limitBytes") === null ? Infinity : Number(query.get("limitBytes"));
    const send = (line: LogLine): void => {
      const bytes = Buffer.from(shown(line)).subarray(0, left);
      left -= bytes.length;
      response.write(bytes);
      if (left <= 0) response.end();
      else if (response.writableLength > BEHIND_BYTES) response.destroy();
    };
    for (const line of this.#picked(previous ? this.#previous : this.#lines, key, query)) if (!response.writableEnded) send(line);
    if (response.writableEnded) return;
    if (previous || query.get("follow") !== "true" || pod["status"]?.phase !== "Running") {
      response.end();
      return;
    }
    this.#follow(key, pod, send, response);
  }

  #picked(from: ReadonlyMap<string, LogLine[]>, key: string, query: URLSearchParams): readonly LogLine[] {
    let lines = from.get(key) ?? [];
    const seconds = query.get("sinceSeconds");
    const time = query.get("sinceTime");
    const since = seconds !== null ? this.#cluster.clock().getTime() - Number(seconds) * 1000 : time !== null ? Date.parse(time) : 0;
    if (since > 0) lines = lines.filter((line) => line.time.getTime() >= since);
    const tail = query.get("tailLines");
    return tail === null ? lines : Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  }

  #follow(key: string, pod: KubeObject, tell: (line: LogLine) => void, response: ServerResponse): void {
    const leave = this.tail(key, tell);
    const unsubscribe = this.#cluster.store.onChange((change) => {
      if (
        change.storage === "pods" &&
        change.type === "DELETED" &&
        change.object.metadata.uid === pod.metadata.uid &&
        !response.writableEnded
      )
        response.end();
    });
    response.on("close", () => {
      leave();
      unsubscribe();
    });
  }
}

/** The container that a request means. Throws ApiError where it names none of several, or one that is not there. */
export function containerOf(pod: KubeObject, name: string | null): string {
  const containers: Fields[] = [
    ...pod["spec"].containers,
    ...(pod["spec"].initContainers ?? []),
    ...(pod["spec"].ephemeralContainers ?? []),
  ];
  if (name === null) {
    if (pod["spec"].containers.length > 1) {
      const names = pod["spec"].containers.map((one: Fields) => one["name"]).join(" ");
      throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names}]`);
    }
    return pod["spec"].containers[0].name;
  }
  if (!containers.some((one) => one["name"] === name)) throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`);
  return name;
}

/** The pod whose log is asked for. */
export function podOf(cluster: Cluster, namespace: string, name: string): KubeObject {
  const pod = cluster.store.get("pods", namespace, name);
  if (pod === undefined) throw notFound({ group: "", plural: "pods", kind: "Pod" }, name);
  return pod;
}
