import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import WebSocket from "ws";

/** A bare WebSocket to another process and back over loopback: less than this no text can take from one browser to another. */
export interface EchoPeer {
  name: string;
  /** Milliseconds of one round trip with a message of so many bytes. */
  trip(bytes: number): Promise<number>;
  stop(): void;
}

export async function startEchoPeer(): Promise<EchoPeer> {
  const child = fork(resolve(import.meta.dirname, "echo-server.ts"));
  try {
    const [port] = (await once(child, "message")) as [number];
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    await once(socket, "open");
    return {
      name: "bare WebSocket echo",
      async trip(bytes) {
        const start = performance.now();
        const back = once(socket, "message");
        socket.send(new Uint8Array(bytes));
        await back;
        return performance.now() - start;
      },
      stop() {
        socket.terminate();
        child.kill("SIGKILL");
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}
