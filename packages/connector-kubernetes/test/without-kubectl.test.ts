import { copyFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKubeSim } from "@interlock/kube-sim";
import { expect, test } from "vitest";
import { kubernetes, KUBECTL_MISSING } from "../src/index.ts";
import { kubectlFor, WEB_SHOP } from "../src/testing.ts";

const installed = await kubectlFor("that kubectl may be installed while a cluster is open");

test("what lacks kubectl says how to install it before anything is run, and finds it once it is there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "interlock-kubectl-"));
  const path = join(folder, "kubectl");
  const sim = await startKubeSim();
  sim.load(WEB_SHOP);
  sim.settle();
  const secret = { kubeconfig: sim.kubeconfig() };
  const target = kubernetes.open({ connectionName: "shop", secret, maskedColumns: () => [], host: { programs: { kubectl: path } } });
  const options = { signal: AbortSignal.timeout(60_000), exact: true };
  try {
    await target.ping(options.signal);
    expect(KUBECTL_MISSING).toContain("https://kubernetes.io/docs/tasks/tools/");
    expect(await target.lacks!()).toBe(KUBECTL_MISSING);
    // What only reads is not planned by kubectl, and is said to fail all the same.
    const read = await target.impact("kubectl get pods -n shop", options);
    expect(read.statements).toMatchObject([{ effect: "read", willFail: [{ code: "kubectl", reason: KUBECTL_MISSING }] }]);
    // What a write would do is told by nobody, so it is unknown.
    await expect(target.impact("kubectl delete pods --all -n shop", options)).rejects.toThrow(KUBECTL_MISSING);
    await expect(target.plan!("kubectl delete pods --all -n shop", options)).rejects.toMatchObject({ code: "bad_request" });
    // A file that may not be run is no kubectl.
    await copyFile(import.meta.filename, path);
    expect(await target.lacks!()).toBe(KUBECTL_MISSING);
    if (installed === undefined) return;
    await rm(path);
    await symlink(installed, path);
    expect(await target.lacks!()).toBeUndefined();
    expect((await target.impact("kubectl delete pods --all -n shop", options)).statements).toMatchObject([
      { effect: "delete", willFail: [] },
      { effect: "delete", willFail: [] },
    ]);
  } finally {
    await target.close();
    await sim.stop();
    await rm(folder, { recursive: true });
  }
});
