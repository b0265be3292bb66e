import type { ServerResponse } from "node:http";
import { badRequest, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";

/** A container's log: lines with the time they were written at. */
export interface LogLine {
  time: Date;
  text: string;
}

/** Lines of the containers that run, as long as the cluster lives. */
export class PodLogs {
  readonly #cluster: Cluster;
  readonly #lines = new Map<string, LogLine[]>();
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
    else lines.push(line);
    for (const follower of this.#followers.get(key) ?? []) follower(line);
  }

  /** Sends the log of a pod's container. The stream stays open while the client follows. */
  serve(pod: KubeObject, query: URLSearchParams, response: ServerResponse): void {
    const container = containerOf(pod, query.get("container"));
    const key = `${pod.metadata.uid}/${container}`;
    if (query.get("previous") === "true") {
      throw badRequest(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} not found`);
    }
    const waiting = (pod["status"]?.containerStatuses ?? []).find((one: Fields) => one["name"] === container)?.state?.waiting;
    if (waiting !== undefined || pod["status"]?.phase === "Pending") {
      throw badRequest(
        `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${waiting?.reason ?? "ContainerCreating"}`,
      );
    }
    const timestamps = query.get("timestamps") === "true";
    const shown = (line: LogLine): string => `${timestamps ? `${line.time.toISOString().replace("Z", "000000Z")} ` : ""}${line.text}\n`;
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
    for (const line of this.#picked(key, query)) response.write(shown(line));
    if (query.get("follow") !== "true" || pod["status"]?.phase !== "Running") {
      response.end();
      return;
    }
    this.#follow(key, pod, (line) => response.write(shown(line)), response);
  }

  #picked(key: string, query: URLSearchParams): LogLine[] {
    let lines = this.#lines.get(key) ?? [];
    const seconds = query.get("sinceSeconds");
    const time = query.get("sinceTime");
    const since = seconds !== null ? this.#cluster.clock().getTime() - Number(seconds) * 1000 : time !== null ? Date.parse(time) : 0;
    if (since > 0) lines = lines.filter((line) => line.time.getTime() >= since);
    const tail = query.get("tailLines");
    return tail === null ? lines : Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  }

  #follow(key: string, pod: KubeObject, tell: (line: LogLine) => void, response: ServerResponse): void {
    const followers = this.#followers.get(key) ?? new Set();
    followers.add(tell);
    this.#followers.set(key, followers);
    const unsubscribe = this.#cluster.store.onChange((change) => {
      if (change.storage === "pods" && change.type === "DELETED" && change.object.metadata.uid === pod.metadata.uid) response.end();
    });
    response.on("close", () => {
      followers.delete(tell);
      unsubscribe();
    });
  }
}

function containerOf(pod: KubeObject, name: string | null): string {
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
