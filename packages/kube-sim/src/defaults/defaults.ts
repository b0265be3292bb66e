import type { Fields } from "../object.ts";
import { defaultPodSpec, fill } from "./pod.ts";

const template = (spec: Fields | undefined): void => {
  const of = spec?.["template"];
  if (of === undefined) return;
  of.metadata ??= {};
  // Go writes a null creationTimestamp into every template: clients see it, and so does a diff.
  of.metadata.creationTimestamp ??= null;
  of.spec ??= {};
  defaultPodSpec(of.spec, false);
};

const claim = (spec: Fields): void => fill(spec, { volumeMode: "Filesystem" });

const webhooks = (object: Fields, mutating: boolean): void => {
  for (const hook of object["webhooks"] ?? []) {
    fill(hook, { failurePolicy: "Fail", matchPolicy: "Equivalent", namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10 });
    if (mutating) fill(hook, { reinvocationPolicy: "Never" });
    for (const rule of hook.rules ?? []) fill(rule, { scope: "*" });
    if (hook.clientConfig?.service !== undefined) fill(hook.clientConfig.service, { port: 443 });
  }
};

const binding = (object: Fields): void => {
  const roleRef = object["roleRef"];
  if (roleRef !== undefined && !roleRef.apiGroup) roleRef.apiGroup = "rbac.authorization.k8s.io";
  for (const subject of object["subjects"] ?? []) {
    if (subject.kind === "User" || subject.kind === "Group") fill(subject, { apiGroup: "rbac.authorization.k8s.io" });
  }
};

const job = (spec: Fields): void => {
  template(spec);
  fill(spec, { backoffLimit: 6, completionMode: "NonIndexed", suspend: false, podReplacementPolicy: "TerminatingOrFailed" });
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
  fill(spec, { parallelism: 1 });
};

/** By storage: what the server fills in before it validates. Source: `SetDefaults_*` of the groups in Kubernetes 1.32. */
const DEFAULTS: Readonly<Record<string, (object: Fields) => void>> = {
  pods: (pod) => {
    pod["spec"] ??= {};
    defaultPodSpec(pod["spec"], true);
    const tolerations: Fields[] = (pod["spec"].tolerations ??= []);
    // The admission plug-in DefaultTolerationSeconds.
    for (const key of ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]) {
      if (!tolerations.some((one) => one["key"] === key || one["key"] === undefined)) {
        tolerations.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 });
      }
    }
  },
  replicationcontrollers: ({ spec }) => {
    template(spec);
    const labels = spec?.template?.metadata?.labels;
    fill(spec, { replicas: 1, ...(labels === undefined ? {} : { selector: { ...labels } }) });
  },
  podtemplates: (object) => template(object),
  services: ({ spec }) => {
    fill(spec, { type: "ClusterIP", sessionAffinity: "None" });
    for (const port of spec.ports ?? []) fill(port, { protocol: "TCP", targetPort: port.port });
    if (spec.type !== "ExternalName") fill(spec, { internalTrafficPolicy: "Cluster", ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv4"] });
    if (spec.type === "LoadBalancer") fill(spec, { allocateLoadBalancerNodePorts: true });
    if (spec.type === "LoadBalancer" || spec.type === "NodePort") fill(spec, { externalTrafficPolicy: "Cluster" });
    if (spec.sessionAffinity === "ClientIP") fill(spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
  },
  secrets: (secret) => {
    for (const [key, text] of Object.entries<string>(secret["stringData"] ?? {})) {
      secret["data"] = { ...secret["data"], [key]: Buffer.from(text).toString("base64") };
    }
    delete secret["stringData"];
    fill(secret, { type: "Opaque" });
  },
  namespaces: (namespace) => {
    namespace["spec"] ??= {};
    namespace["metadata"].labels = { ...namespace["metadata"].labels, "kubernetes.io/metadata.name": namespace["metadata"].name };
    fill(namespace, { status: {} });
    fill(namespace["status"], { phase: "Active" });
  },
  persistentvolumeclaims: (object) => {
    claim((object["spec"] ??= {}));
    fill(object, { status: {} });
    fill(object["status"], { phase: "Pending" });
  },
  persistentvolumes: (object) => {
    fill((object["spec"] ??= {}), { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" });
    fill(object, { status: {} });
    fill(object["status"], { phase: "Pending" });
  },
  "apps/deployments": ({ spec }) => {
    template(spec);
    fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    fill(spec.strategy, { type: "RollingUpdate" });
    if (spec.strategy.type === "RollingUpdate") {
      spec.strategy.rollingUpdate ??= {};
      fill(spec.strategy.rollingUpdate, { maxUnavailable: "25%", maxSurge: "25%" });
    }
  },
  "apps/replicasets": ({ spec }) => {
    template(spec);
    fill(spec, { replicas: 1 });
  },
  "apps/statefulsets": ({ spec }) => {
    template(spec);
    fill(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: "OrderedReady",
      updateStrategy: {},
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    fill(spec.updateStrategy, { type: "RollingUpdate" });
    if (spec.updateStrategy.type === "RollingUpdate") fill((spec.updateStrategy.rollingUpdate ??= {}), { partition: 0 });
    for (const one of spec.volumeClaimTemplates ?? []) {
      fill(one, { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } });
      one.metadata.creationTimestamp ??= null;
      claim((one.spec ??= {}));
    }
  },
  "apps/daemonsets": ({ spec }) => {
    template(spec);
    fill(spec, { revisionHistoryLimit: 10, updateStrategy: {} });
    fill(spec.updateStrategy, { type: "RollingUpdate" });
    if (spec.updateStrategy.type === "RollingUpdate") fill((spec.updateStrategy.rollingUpdate ??= {}), { maxUnavailable: 1, maxSurge: 0 });
  },
  "batch/jobs": ({ spec }) => job(spec),
  "batch/cronjobs": ({ spec }) => {
    fill(spec, { concurrencyPolicy: "Allow", suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
    if (spec.jobTemplate !== undefined) {
      fill(spec.jobTemplate, { metadata: {}, spec: {} });
      spec.jobTemplate.metadata.creationTimestamp ??= null;
      // Unlike a Job's own, these are filled in when the Job is made.
      template(spec.jobTemplate.spec);
    }
  },
  "autoscaling/horizontalpodautoscalers": ({ spec }) => {
    fill(spec, { minReplicas: 1 });
    spec.metrics ??= [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }];
  },
  "networking.k8s.io/networkpolicies": ({ spec }) => {
    if (spec === undefined) return;
    fill(spec, { podSelector: {}, policyTypes: spec.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"] });
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      for (const port of rule.ports ?? []) fill(port, { protocol: "TCP" });
  },
  "networking.k8s.io/ingressclasses": ({ spec }) => {
    if (spec?.parameters !== undefined) fill(spec.parameters, { scope: "Cluster" });
  },
  "rbac.authorization.k8s.io/rolebindings": binding,
  "rbac.authorization.k8s.io/clusterrolebindings": binding,
  "admissionregistration.k8s.io/validatingwebhookconfigurations": (object) => webhooks(object, false),
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": (object) => webhooks(object, true),
  "storage.k8s.io/storageclasses": (object) => fill(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  "storage.k8s.io/csidrivers": ({ spec }) =>
    fill(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      fsGroupPolicy: "ReadWriteOnceWithFSType",
      storageCapacity: false,
      volumeLifecycleModes: ["Persistent"],
    }),
  "scheduling.k8s.io/priorityclasses": (object) => fill(object, { preemptionPolicy: "PreemptLowerPriority" }),
  "apiextensions.k8s.io/customresourcedefinitions": ({ spec }) => {
    fill(spec, { conversion: { strategy: "None" } });
    if (spec.names?.kind !== undefined)
      fill(spec.names, { singular: String(spec.names.kind).toLowerCase(), listKind: `${spec.names.kind}List` });
  },
  "apiregistration.k8s.io/apiservices": ({ spec }) => {
    if (spec?.service !== undefined) fill(spec.service, { port: 443 });
  },
};

/** Fills in what the server fills in. Changes `object`. */
export function setDefaults(storage: string, object: Fields): void {
  if (object["spec"] === undefined && storage in SPEC_REQUIRED) object["spec"] = {};
  DEFAULTS[storage]?.(object);
}

/** Kinds whose defaults look into a spec that a client may have left out. */
const SPEC_REQUIRED: Readonly<Record<string, true>> = {
  replicationcontrollers: true,
  services: true,
  "apps/deployments": true,
  "apps/replicasets": true,
  "apps/statefulsets": true,
  "apps/daemonsets": true,
  "batch/jobs": true,
  "batch/cronjobs": true,
  "autoscaling/horizontalpodautoscalers": true,
  "storage.k8s.io/csidrivers": true,
  nodes: true,
  "apiregistration.k8s.io/apiservices": true,
  "apiextensions.k8s.io/customresourcedefinitions": true,
};
