/**
 * The process of the demo's cluster: a simulated API server, everything in its memory. Arguments: where its administrator's kubeconfig is
 * put (0600), anew at every start, since port, authority and token are new. Told by IPC that it is up; ends with whoever started it.
 */
import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { startChatter, startDemoCluster } from "@interlock/kube-sim";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("it needs the path of the kubeconfig to write");
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
process.on("SIGTERM", () => process.exit(0));

const cluster = await startDemoCluster({ tls: true, token: randomBytes(24).toString("hex") });
startChatter(cluster, "payments", new AbortController().signal);
// Written beside and renamed: a reader never sees half of it.
await writeFile(`${file}.new`, cluster.kubeconfig("eks-prod"), { mode: 0o600 });
await rename(`${file}.new`, file);
process.send?.({ type: "ready", port: Number(new URL(cluster.url).port) });
