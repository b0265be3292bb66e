export type { Cluster, ClusterRequest, ClusterResponse } from "./cluster/cluster.ts";
export { openCluster, type OpenClusterOptions, type OpenedCluster } from "./cluster/open-cluster.ts";
export { readClusterSecret, type ClusterSecret } from "./cluster/kubeconfig.ts";
