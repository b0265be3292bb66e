import type { Connector } from "@interlock/connector";
import { readClusterSecret, type ClusterSecret } from "./cluster/kubeconfig.ts";
import { filesNamed, parse } from "./parse.ts";
import { openTarget } from "./target.ts";

/** Kubernetes by the lines of kubectl: planned behind the API gate, applied as planned. */
export const kubernetes: Connector<ClusterSecret> = {
  name: "kubernetes",
  language: "kubectl",
  parse,
  files: filesNamed,
  quotes: "names",
  readSecret: readClusterSecret,
  open: openTarget,
};
