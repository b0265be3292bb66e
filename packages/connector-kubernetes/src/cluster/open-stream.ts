import { TargetError } from "@interlock/connector";
import { WebSocket, type ClientOptions } from "ws";
import { answerTime } from "./answer-time.ts";
import type { ClusterResponse } from "./cluster.ts";

export interface StreamRequest {
  /** Encoded, beginning with a slash, with what stands before it at this server. */
  path: string;
  query: string;
  /** Subprotocols that are understood, best first. */
  protocols: readonly string[];
  signal?: AbortSignal;
}

/** Largest message that is taken; servers write 32 KiB at a time. */
const MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Opens a WebSocket, or gives the answer of a server that does not want one. It is paused: nothing is read until somebody listens and resumes it.
 * Rejects with what `fault` makes of an error where there is no answer.
 */
export function openStream(
  server: URL,
  { path, query, protocols, signal }: StreamRequest,
  options: ClientOptions,
  fault: (error: unknown, signal: AbortSignal | undefined) => TargetError,
): Promise<WebSocket | ClusterResponse> {
  const url = `${server.protocol === "http:" ? "ws" : "wss"}://${server.host}${path}?${query}`;
  const within = answerTime(signal);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols], {
      ...options,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MESSAGE_BYTES,
    });
    const give = (): void => {
      reject(fault(undefined, within));
      socket.terminate();
    };
    const settled = (): void => within.removeEventListener("abort", give);
    within.addEventListener("abort", give, { once: true });
    if (within.aborted) give();
    socket.once("open", () => {
      settled();
      socket.pause();
      resolve(socket);
    });
    socket.once("unexpected-response", (_request, response) => {
      settled();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    socket.on("error", (error) => {
      settled();
      // The library's words, of a server that took the upgrade and chose none of what was offered.
      const strange = /subprotocol/.test(error.message);
      reject(strange ? new TargetError("target_down", `The cluster speaks none of ${protocols.join(", ")}.`) : fault(error, within));
    });
  });
}
