export type { Cluster, ClusterRequest, ClusterResponse } from "./cluster/cluster.ts";
export { openCluster, type OpenClusterOptions, type OpenedCluster } from "./cluster/open-cluster.ts";
export { readClusterSecret, type ClusterSecret } from "./cluster/kubeconfig.ts";
export { openGate, type Gate, type GateOptions } from "./gate/gate.ts";
export type { Binding, PlannedWrite, RefusedRequest, StoredRequest, Waiting, WriteResource } from "./gate/planned-write.ts";
