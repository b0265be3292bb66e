import { duplicateValue, type FieldProblem, invalidValue, required, unsupportedValue } from "../api-error.ts";
import type { Fields } from "../object.ts";
import { label1123, subdomain } from "./names.ts";

/** Problems of a pod spec; `field` is its path, e.g. `spec.template.spec`. `claims` are volumes that a StatefulSet will add. */
export function checkPodSpec(spec: Fields | undefined, field: string, claims: readonly string[] = []): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const containers: Fields[] = spec?.["containers"] ?? [];
  if (containers.length === 0) problems.push(required(`${field}.containers`));
  const volumes = new Set<string>();
  (spec?.["volumes"] ?? []).forEach((volume: Fields, at: number) => {
    const path = `${field}.volumes[${at}]`;
    checkName(volume["name"], `${path}.name`, problems);
    if (volumes.has(volume["name"])) problems.push(duplicateValue(`${path}.name`, volume["name"]));
    volumes.add(volume["name"]);
    if (Object.keys(volume).length > 2)
      problems.push({ reason: "FieldValueForbidden", field: path, message: "Forbidden: may not specify more than 1 volume type" });
  });
  for (const name of claims) volumes.add(name);
  const names = new Set<string>();
  const check = (list: Fields[], path: string): void =>
    list.forEach((container, at) => {
      problems.push(...checkContainer(container, `${path}[${at}]`, volumes));
      if (container["name"] !== undefined && names.has(container["name"]))
        problems.push(duplicateValue(`${path}[${at}].name`, container["name"]));
      names.add(container["name"]);
    });
  check(spec?.["initContainers"] ?? [], `${field}.initContainers`);
  check(containers, `${field}.containers`);
  if (spec?.["nodeName"] !== undefined) {
    const wrong = subdomain(spec["nodeName"]);
    if (wrong !== undefined) problems.push(invalidValue(`${field}.nodeName`, spec["nodeName"], wrong));
  }
  if (spec?.["terminationGracePeriodSeconds"] < 0) {
    problems.push(
      invalidValue(`${field}.terminationGracePeriodSeconds`, spec!["terminationGracePeriodSeconds"], "must be greater than or equal to 0"),
    );
  }
  return problems;
}

function checkName(name: string | undefined, field: string, problems: FieldProblem[]): void {
  if (name === undefined || name === "") problems.push(required(field));
  else {
    const wrong = label1123(name);
    if (wrong !== undefined) problems.push(invalidValue(field, name, wrong));
  }
}

function checkContainer(container: Fields, field: string, volumes: ReadonlySet<string>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  checkName(container["name"], `${field}.name`, problems);
  const image = container["image"];
  if (image === undefined || image === "") problems.push(required(`${field}.image`));
  else if (image !== image.trim()) problems.push(invalidValue(`${field}.image`, image, "must not have leading or trailing whitespace"));
  (container["ports"] ?? []).forEach((port: Fields, at: number) => {
    if (port["containerPort"] === undefined || port["containerPort"] === 0) problems.push(required(`${field}.ports[${at}].containerPort`));
    else problems.push(...checkPort(port["containerPort"], `${field}.ports[${at}].containerPort`));
  });
  (container["env"] ?? []).forEach((env: Fields, at: number) => {
    if (env["name"] === undefined || env["name"] === "") problems.push(required(`${field}.env[${at}].name`));
    if (env["value"] && env["valueFrom"] !== undefined) {
      problems.push(invalidValue(`${field}.env[${at}].valueFrom`, "", "may not be specified when `value` is not empty"));
    }
  });
  (container["volumeMounts"] ?? []).forEach((mount: Fields, at: number) => {
    if (!volumes.has(mount["name"])) {
      problems.push({
        reason: "FieldValueInvalid",
        field: `${field}.volumeMounts[${at}].name`,
        message: `Not found: ${JSON.stringify(mount["name"])}`,
      });
    }
    if (!mount["mountPath"]) problems.push(required(`${field}.volumeMounts[${at}].mountPath`));
  });
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe: Fields | undefined = container[name];
    if (probe === undefined) continue;
    const handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter((one) => probe[one] !== undefined);
    if (handlers.length === 0) problems.push(required(`${field}.${name}`, "must specify a handler type"));
  }
  const { requests, limits } = container["resources"] ?? {};
  for (const [resource, amount] of Object.entries<string>(requests ?? {})) {
    const limit = limits?.[resource];
    if (limit !== undefined && quantity(amount) > quantity(limit)) {
      problems.push(invalidValue(`${field}.resources.requests`, amount, `must be less than or equal to ${resource} limit of ${limit}`));
    }
  }
  if (container["imagePullPolicy"] !== undefined && !["Always", "IfNotPresent", "Never"].includes(container["imagePullPolicy"])) {
    problems.push(unsupportedValue(`${field}.imagePullPolicy`, container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"]));
  }
  return problems;
}

export const checkPort = (port: unknown, field: string): FieldProblem[] =>
  typeof port === "number" && port >= 1 && port <= 65_535 ? [] : [invalidValue(field, port, "must be between 1 and 65535, inclusive")];

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number a Kubernetes quantity stands for: `250m` is 0.25, `1Ki` is 1024. */
export function quantity(text: string | number): number {
  const parts = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(String(text));
  if (parts === null) return Number.NaN;
  return Number(parts[1]) * (parts[2] === "" ? 1 : (UNITS[parts[2]!] ?? Number.NaN));
}
