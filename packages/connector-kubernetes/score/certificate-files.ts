import { startKubeSim } from "@interlock/kube-sim";
import type { MoreFiles } from "./plan-case.ts";

/** A certificate and its key, which kubectl looks into. */
export async function certificateFiles(): Promise<MoreFiles> {
  const sim = await startKubeSim({ tls: true, controllers: false });
  const { certificate, key } = sim.clientCertificate("kim", []);
  await sim.stop();
  return { "tls.crt": certificate, "tls.key": key! };
}
