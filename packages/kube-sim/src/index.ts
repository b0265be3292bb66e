export { type KubeSim, type KubeSimOptions, startKubeSim } from "./sim.ts";
export type { KubeObject } from "./object.ts";
export type { RequestRecord } from "./http/server.ts";
export { simulatedPrograms } from "./streams/shell/simulated-programs.ts";
export { startChatter } from "./demo/chatter.ts";
export { startDemoCluster } from "./demo/demo-cluster.ts";
