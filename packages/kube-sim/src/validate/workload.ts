import { type FieldProblem, invalidValue, required, unsupportedValue } from "../api-error.ts";
import type { Fields } from "../object.ts";
import { selects } from "../store/label-selector.ts";
import { checkLabels } from "./metadata.ts";
import { checkPodSpec } from "./pod.ts";

/** Problems of a spec with `selector` and `template`, as Deployments, ReplicaSets, StatefulSets and DaemonSets have it. */
export function checkWorkload(spec: Fields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const selector = spec["selector"];
  const labels = spec["template"]?.metadata?.labels;
  if (selector === undefined) problems.push(required("spec.selector"));
  else if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
    problems.push(invalidValue("spec.selector", selector, "empty selector is invalid for deployment"));
  }
  const claims: string[] = (spec["volumeClaimTemplates"] ?? []).map((one: Fields) => one["metadata"]?.name);
  problems.push(...checkTemplate(spec["template"], "spec.template", claims));
  if (spec["template"] !== undefined && !selects(selector, labels)) {
    problems.push(invalidValue("spec.template.metadata.labels", labels ?? {}, "`selector` does not match template `labels`"));
  }
  if (spec["template"]?.spec?.restartPolicy !== undefined && spec["template"].spec.restartPolicy !== "Always") {
    problems.push(unsupportedValue("spec.template.spec.restartPolicy", spec["template"].spec.restartPolicy, ["Always"]));
  }
  problems.push(...atLeastZero(spec["replicas"], "spec.replicas"));
  return problems;
}

export const checkTemplate = (template: Fields | undefined, field = "spec.template", claims: readonly string[] = []): FieldProblem[] =>
  template === undefined
    ? [required(field)]
    : [...checkLabels(template["metadata"]?.labels, `${field}.labels`), ...checkPodSpec(template["spec"], `${field}.spec`, claims)];

export const atLeastZero = (value: unknown, field: string): FieldProblem[] =>
  typeof value === "number" && value < 0 ? [invalidValue(field, value, "must be greater than or equal to 0")] : [];

/** A number of pods, or a share of them. */
export const checkShare = (value: unknown, field: string): FieldProblem[] => {
  if (typeof value === "string" && !/^\d+%$/.test(value)) {
    return [
      invalidValue(
        field,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return atLeastZero(value, field);
};

export function checkRollingUpdate(spec: Fields): FieldProblem[] {
  const strategy: Fields = spec["strategy"] ?? {};
  if (strategy["type"] === "Recreate" && strategy["rollingUpdate"] !== undefined) {
    return [
      {
        reason: "FieldValueForbidden",
        field: "spec.strategy.rollingUpdate",
        message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
      },
    ];
  }
  const zero = (value: unknown): boolean => value === 0 || value === "0%" || value === "0";
  const rolling: Fields | undefined = strategy["rollingUpdate"];
  const problems = ["maxUnavailable", "maxSurge"].flatMap((name) => checkShare(rolling?.[name], `spec.strategy.rollingUpdate.${name}`));
  if (problems.length > 0) return problems;
  if (rolling !== undefined && zero(rolling["maxUnavailable"]) && zero(rolling["maxSurge"])) {
    return [invalidValue("spec.strategy.rollingUpdate.maxUnavailable", rolling["maxUnavailable"], "may not be 0 when `maxSurge` is 0")];
  }
  return [];
}

export function checkJob(spec: Fields, field: string): FieldProblem[] {
  const problems = checkTemplate(spec["template"], `${field}.template`);
  const policy = spec["template"]?.spec?.restartPolicy;
  if (policy === undefined || policy === "Always") {
    problems.push({
      reason: "FieldValueRequired",
      field: `${field}.template.spec.restartPolicy`,
      message: `Required value: valid values: "OnFailure", "Never"`,
    });
  }
  return [
    ...problems,
    ...atLeastZero(spec["parallelism"], `${field}.parallelism`),
    ...atLeastZero(spec["completions"], `${field}.completions`),
  ];
}

const SCHEDULE = /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every \S+|(\S+\s+){4}\S+)$/;

export function checkCronJob(spec: Fields): FieldProblem[] {
  const schedule = spec["schedule"];
  const problems: FieldProblem[] = [];
  if (schedule === undefined || schedule === "") problems.push(required("spec.schedule"));
  else if (!SCHEDULE.test(schedule)) {
    problems.push(
      invalidValue("spec.schedule", schedule, `expected exactly 5 fields, found ${String(schedule).split(/\s+/).length}: [${schedule}]`),
    );
  }
  return [
    ...problems,
    ...(spec["jobTemplate"] === undefined ? [required("spec.jobTemplate")] : checkJob(spec["jobTemplate"].spec, "spec.jobTemplate.spec")),
  ];
}
