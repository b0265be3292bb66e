import type { Connector } from "@interlock/connector";
import { readClusterSecret, type ClusterSecret } from "./cluster/kubeconfig.ts";
import { parse } from "./parse.ts";
import { openTarget } from "./target.ts";

/** Kubernetes by the lines of kubectl: planned behind the API gate, applied as planned. */
export const kubernetes: Connector<ClusterSecret> = {
  name: "kubernetes",
  language: "kubectl",
  parse,
  readSecret: readClusterSecret,
  open: openTarget,
};
