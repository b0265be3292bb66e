import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

export interface KubeCluster {
  kubeconfig: string;
  url: string;
  stop(): Promise<void>;
}

/** A simulated cluster in another process, with a namespace `big` of so many objects. */
export async function startKubeCluster(objects: number): Promise<KubeCluster> {
  const child = fork(resolve(import.meta.dirname, "kube-server.ts"), [String(objects)]);
  const ended = once(child, "exit");
  try {
    const [told] = (await once(child, "message")) as [{ kubeconfig: string; url: string }];
    return {
      ...told,
      async stop() {
        if (child.connected) child.disconnect();
        await ended;
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}
