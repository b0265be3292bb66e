import type { PodLogs } from "../http/logs.ts";
import type { CertificateAuthority } from "../tls/certificate-authority.ts";
import { autoscalers } from "./autoscaler.ts";
import { certificateSigner } from "./certificate-signer.ts";
import { clusterRoleAggregation } from "./cluster-role-aggregation.ts";
import type { Controller } from "./controller.ts";
import { cronJobs } from "./cron-job.ts";
import { daemonSets } from "./daemon-set.ts";
import { apiServices, definitions } from "./definition.ts";
import { deployments } from "./deployment.ts";
import { disruptionBudgets } from "./disruption-budget.ts";
import { endpoints } from "./endpoints.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { jobs } from "./job.ts";
import { kubernetesService } from "./kubernetes-service.ts";
import { kubelet } from "./kubelet.ts";
import { loadBalancers } from "./load-balancer.ts";
import { namespaces } from "./namespace.ts";
import { podCollector } from "./pod-gc.ts";
import { replicaSets, replicationControllers } from "./replica-set.ts";
import { scheduler } from "./scheduler.ts";
import { serviceAccounts } from "./service-account.ts";
import { statefulSets } from "./stateful-set.ts";
import { volumes } from "./volume.ts";

/** Every controller, in the order they get their turn. */
export const controllers = (logs: PodLogs, authority: CertificateAuthority): Controller[] => [
  kubernetesService,
  definitions,
  apiServices,
  clusterRoleAggregation,
  serviceAccounts(authority),
  certificateSigner(authority),
  deployments,
  replicaSets,
  replicationControllers,
  statefulSets,
  daemonSets,
  jobs,
  cronJobs,
  scheduler,
  volumes,
  kubelet(logs),
  endpoints,
  loadBalancers,
  disruptionBudgets,
  autoscalers,
  garbageCollector,
  podCollector,
  namespaces,
];
