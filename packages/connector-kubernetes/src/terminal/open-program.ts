import type { WebSocket } from "ws";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import { PROTOCOLS } from "./channels.ts";
import { podPath, refusalOf } from "./pod.ts";
import { PodStream } from "./pod-stream.ts";

/** What is opened in a container, and with which streams. */
export interface Opening {
  namespace: string;
  name: string;
  container: string;
  what: { exec: readonly string[] } | "attach";
  stdin: boolean;
  tty: boolean;
  /** Told apart from the standard output; a terminal has one of them only. */
  stderr?: boolean;
}

/**
 * Opens the streams of a program in a pod. A WebSocket is a GET, so API servers ask for the right to get; from 1.35 on for the right to create as
 * well (KEP-4006, AuthorizePodWebsocketUpgradeCreatePermission).
 */
export async function openProgram(cluster: OpenedCluster, opening: Opening, signal: AbortSignal): Promise<PodStream> {
  const { namespace, container, what, stdin, tty } = opening;
  const verb = what === "attach" ? "attach" : "exec";
  const query = new URLSearchParams({
    container,
    stdin: String(stdin),
    stdout: "true",
    stderr: String(opening.stderr ?? !tty),
    tty: String(tty),
  });
  for (const word of what === "attach" ? [] : what.exec) query.append("command", word);
  const opened = await cluster.stream({ path: podPath(opening, verb), query: query.toString(), protocols: PROTOCOLS, signal });
  if (isAnswer(opened))
    throw await refusalOf(opened, `\`get pods/${verb}\` in ${namespace} (from Kubernetes 1.35 on \`create pods/${verb}\` as well)`, signal);
  return new PodStream(opened, { raw: !tty });
}

const isAnswer = <T extends object>(opened: WebSocket | T): opened is T => "body" in opened;
