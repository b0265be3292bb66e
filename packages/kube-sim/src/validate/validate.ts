import { type FieldProblem, forbiddenValue, invalidValue, required, unsupportedValue } from "../api-error.ts";
import { type Fields, type KubeObject, same } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import { checkShape } from "../schema/decode.ts";
import { checkLabels, checkMetadata, checkMetadataUpdate } from "./metadata.ts";
import { checkPodSpec } from "./pod.ts";
import { checkIngress, checkService, checkServiceUpdate } from "./service.ts";
import { atLeastZero, checkCronJob, checkJob, checkRollingUpdate, checkShare, checkTemplate, checkWorkload } from "./workload.ts";

const KEY = /^[-._a-zA-Z0-9]+$/;

const checkData = (object: KubeObject): FieldProblem[] =>
  [...Object.keys(object["data"] ?? {}), ...Object.keys(object["binaryData"] ?? {})].flatMap((key) =>
    KEY.test(key)
      ? []
      : [
          invalidValue(
            `data[${key}]`,
            key,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
          ),
        ],
  );

const checkRules = (object: KubeObject): FieldProblem[] =>
  (object["rules"] ?? []).flatMap((rule: Fields, at: number) => [
    ...((rule["verbs"] ?? []).length === 0 ? [required(`rules[${at}].verbs`, "verbs must contain at least one value")] : []),
    ...(rule["nonResourceURLs"] === undefined && (rule["apiGroups"] ?? []).length === 0
      ? [required(`rules[${at}].apiGroups`, "resource rules must supply at least one api group")]
      : []),
    ...(rule["nonResourceURLs"] === undefined && (rule["resources"] ?? []).length === 0
      ? [required(`rules[${at}].resources`, "resource rules must supply at least one resource")]
      : []),
  ]);

const checkBinding = (object: KubeObject): FieldProblem[] => {
  const problems: FieldProblem[] = [];
  if (!object["roleRef"]?.name) problems.push(required("roleRef.name"));
  const kinds = object.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(object["roleRef"]?.kind)) problems.push(unsupportedValue("roleRef.kind", object["roleRef"]?.kind ?? "", kinds));
  (object["subjects"] ?? []).forEach((subject: Fields, at: number) => {
    if (!subject["name"]) problems.push(required(`subjects[${at}].name`));
    if (!["User", "Group", "ServiceAccount"].includes(subject["kind"])) {
      problems.push(unsupportedValue(`subjects[${at}].kind`, subject["kind"] ?? "", ["ServiceAccount", "User", "Group"]));
    } else if (subject["kind"] === "ServiceAccount" && !subject["namespace"]) problems.push(required(`subjects[${at}].namespace`));
  });
  return problems;
};

const checkDefinition = (object: KubeObject): FieldProblem[] => {
  const { group, names, versions, scope } = object["spec"] as Fields;
  const problems: FieldProblem[] = [];
  if (object.metadata.name !== `${names?.plural}.${group}`) {
    problems.push(invalidValue("metadata.name", object.metadata.name, `must be spec.names.plural+"."+spec.group`));
  }
  if (!["Cluster", "Namespaced"].includes(scope)) problems.push(unsupportedValue("spec.scope", scope ?? "", ["Cluster", "Namespaced"]));
  const stored = (versions ?? []).filter((one: Fields) => one["storage"] === true);
  if (stored.length !== 1)
    problems.push(invalidValue("spec.versions", versions ?? [], "must have exactly one version marked as storage version"));
  (versions ?? []).forEach((one: Fields, at: number) => {
    if (one["schema"]?.openAPIV3Schema === undefined) {
      problems.push(required(`spec.versions[${at}].schema.openAPIV3Schema`, "schemas are required"));
    }
  });
  return problems;
};

const checkDisruptionBudget = (object: KubeObject): FieldProblem[] => {
  const { minAvailable, maxUnavailable } = (object["spec"] ?? {}) as Fields;
  return minAvailable !== undefined && maxUnavailable !== undefined
    ? [invalidValue("spec", { minAvailable, maxUnavailable }, "minAvailable and maxUnavailable cannot be both set")]
    : [...checkShare(minAvailable, "spec.minAvailable"), ...checkShare(maxUnavailable, "spec.maxUnavailable")];
};

const checkAutoscaler = (object: KubeObject): FieldProblem[] => {
  const spec: Fields = object["spec"];
  const problems: FieldProblem[] = [];
  if (!spec["scaleTargetRef"]?.name) problems.push(required("spec.scaleTargetRef.name"));
  if (!(spec["maxReplicas"] >= 1)) problems.push(invalidValue("spec.maxReplicas", spec["maxReplicas"] ?? 0, "must be greater than 0"));
  else if (spec["maxReplicas"] < spec["minReplicas"]) {
    problems.push(invalidValue("spec.maxReplicas", spec["maxReplicas"], "must be greater than or equal to `minReplicas`"));
  }
  return problems;
};

const checkClaim = (object: KubeObject): FieldProblem[] => [
  ...((object["spec"]?.accessModes ?? []).length === 0 ? [required("spec.accessModes", "at least 1 access mode is required")] : []),
  ...(object["spec"]?.resources?.requests?.storage === undefined ? [required("spec.resources[storage]")] : []),
];

const CHECKS: Readonly<Record<string, (object: KubeObject) => FieldProblem[]>> = {
  pods: (object) => checkPodSpec(object["spec"], "spec"),
  services: (object) => checkService(object["spec"]),
  configmaps: checkData,
  secrets: checkData,
  persistentvolumeclaims: checkClaim,
  replicationcontrollers: (object) => [...checkTemplate(object["spec"].template), ...atLeastZero(object["spec"].replicas, "spec.replicas")],
  "apps/deployments": (object) => [...checkWorkload(object["spec"]), ...checkRollingUpdate(object["spec"])],
  "apps/replicasets": (object) => checkWorkload(object["spec"]),
  "apps/statefulsets": (object) => checkWorkload(object["spec"]),
  "apps/daemonsets": (object) => checkWorkload(object["spec"]),
  "batch/jobs": (object) => checkJob(object["spec"], "spec"),
  "batch/cronjobs": (object) => checkCronJob(object["spec"]),
  "autoscaling/horizontalpodautoscalers": checkAutoscaler,
  "policy/poddisruptionbudgets": checkDisruptionBudget,
  "networking.k8s.io/ingresses": (object) => checkIngress(object["spec"] ?? {}),
  "networking.k8s.io/networkpolicies": (object) => checkLabels(object["spec"]?.podSelector?.matchLabels, "spec.podSelector.matchLabels"),
  "rbac.authorization.k8s.io/roles": checkRules,
  "rbac.authorization.k8s.io/clusterroles": checkRules,
  "rbac.authorization.k8s.io/rolebindings": checkBinding,
  "rbac.authorization.k8s.io/clusterrolebindings": checkBinding,
  "storage.k8s.io/storageclasses": (object) => (object["provisioner"] ? [] : [required("provisioner")]),
  "apiextensions.k8s.io/customresourcedefinitions": checkDefinition,
};

/** Everything that is wrong with an object as it would be stored. */
export function validate(resource: Resource, object: KubeObject): FieldProblem[] {
  const problems = checkMetadata(resource.storage, object);
  problems.push(...checkShape(object, resource.type, resource.custom !== undefined));
  const own = CHECKS[resource.storage]?.(object) ?? [];
  // A check by hand says more about a field than its list of values does.
  const named = new Set(own.map((problem) => problem.field));
  return [...problems.filter((problem) => !named.has(problem.field)), ...own];
}

/** Fields of a kind's spec that cannot change, by storage, as paths below the object. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  "apps/deployments": ["spec.selector"],
  "apps/replicasets": ["spec.selector"],
  "apps/daemonsets": ["spec.selector"],
  "batch/jobs": ["spec.selector", "spec.template", "spec.completionMode"],
  secrets: ["type"],
  "storage.k8s.io/storageclasses": ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
  "scheduling.k8s.io/priorityclasses": ["value"],
  "apiextensions.k8s.io/customresourcedefinitions": ["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"],
};

const STATEFUL_SET_MUTABLE = new Set([
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
  "revisionHistoryLimit",
]);

const at = (object: KubeObject, path: string): unknown => path.split(".").reduce<any>((value, key) => value?.[key], object);

/** What is wrong with a change, beyond what `validate` finds in its result. */
export function validateUpdate(resource: Resource, before: KubeObject, after: KubeObject): FieldProblem[] {
  const problems = checkMetadataUpdate(before, after);
  for (const path of IMMUTABLE[resource.storage] ?? []) {
    if (!same(at(before, path), at(after, path))) problems.push(invalidValue(path, at(after, path) ?? null, "field is immutable"));
  }
  switch (resource.storage) {
    case "pods":
      problems.push(...checkPodUpdate(before["spec"], after["spec"]));
      break;
    case "services":
      problems.push(...checkServiceUpdate(before["spec"], after["spec"]));
      break;
    case "configmaps":
    case "secrets":
      if (before["immutable"] === true && (!same(before["data"], after["data"]) || after["immutable"] !== true)) {
        problems.push(forbiddenValue("data", "field is immutable when `immutable` is set"));
      }
      break;
    case "apps/statefulsets":
      if (
        Object.keys({ ...before["spec"], ...after["spec"] }).some(
          (key) => !STATEFUL_SET_MUTABLE.has(key) && !same(before["spec"][key], after["spec"][key]),
        )
      ) {
        problems.push(
          forbiddenValue(
            "spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
          ),
        );
      }
      break;
    case "rbac.authorization.k8s.io/rolebindings":
    case "rbac.authorization.k8s.io/clusterrolebindings":
      if (!same(before["roleRef"], after["roleRef"])) problems.push(invalidValue("roleRef", after["roleRef"], "cannot change roleRef"));
      break;
    case "persistentvolumeclaims":
      problems.push(...checkClaimUpdate(before["spec"], after["spec"]));
      break;
    default:
  }
  return problems;
}

function checkClaimUpdate(before: Fields, after: Fields): FieldProblem[] {
  const fixed = (spec: Fields): Fields => ({ ...spec, resources: undefined, volumeAttributesClassName: undefined, volumeName: undefined });
  const bound = before["volumeName"] !== undefined && before["volumeName"] !== after["volumeName"];
  return bound || !same(fixed(before), fixed(after))
    ? [forbiddenValue("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")]
    : [];
}

/** Of a pod that exists only images, tolerations (added) and a few numbers can change. */
function checkPodUpdate(before: Fields, after: Fields): FieldProblem[] {
  const fixed = (spec: Fields): Fields => ({
    ...spec,
    containers: (spec["containers"] ?? []).map((one: Fields) => ({ ...one, image: "" })),
    initContainers: (spec["initContainers"] ?? []).map((one: Fields) => ({ ...one, image: "" })),
    activeDeadlineSeconds: undefined,
    terminationGracePeriodSeconds: undefined,
    tolerations: undefined,
    nodeName: before["nodeName"] === undefined ? undefined : spec["nodeName"],
    ephemeralContainers: undefined,
    schedulingGates: undefined,
  });
  if (same(fixed(before), fixed(after))) return [];
  return [
    forbiddenValue(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ),
  ];
}
