import { duplicateValue, type FieldProblem, invalidValue, required } from "../api-error.ts";
import type { Fields } from "../object.ts";
import { checkLabels } from "./metadata.ts";
import { label1123, subdomain } from "./names.ts";
import { checkPort } from "./pod.ts";

export function checkService(spec: Fields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const ports: Fields[] = spec["ports"] ?? [];
  if (spec["type"] === "ExternalName") {
    if (!spec["externalName"]) problems.push(required("spec.externalName"));
    else {
      const wrong = subdomain(spec["externalName"].replace(/\.$/, ""));
      if (wrong !== undefined) problems.push(invalidValue("spec.externalName", spec["externalName"], wrong));
    }
  } else if (ports.length === 0 && spec["clusterIP"] !== "None") problems.push(required("spec.ports"));
  problems.push(...checkLabels(spec["selector"], "spec.selector"));
  const names = new Set<string>();
  ports.forEach((port, at) => {
    const field = `spec.ports[${at}]`;
    if (ports.length > 1 && !port["name"]) problems.push(required(`${field}.name`));
    if (port["name"] !== undefined) {
      const wrong = label1123(port["name"]);
      if (wrong !== undefined) problems.push(invalidValue(`${field}.name`, port["name"], wrong));
      if (names.has(port["name"])) problems.push(duplicateValue(`${field}.name`, port["name"]));
      names.add(port["name"]);
    }
    problems.push(...checkPort(port["port"], `${field}.port`));
    if (typeof port["targetPort"] === "number") problems.push(...checkPort(port["targetPort"], `${field}.targetPort`));
  });
  return problems;
}

export function checkServiceUpdate(before: Fields, after: Fields): FieldProblem[] {
  const was = before["clusterIP"];
  const external = before["type"] === "ExternalName" || after["type"] === "ExternalName";
  if (external || was === undefined || was === "" || was === after["clusterIP"]) return [];
  return [invalidValue("spec.clusterIPs[0]", after["clusterIPs"] ?? [after["clusterIP"] ?? ""], "may not change once set")];
}

export function checkIngress(spec: Fields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (spec["defaultBackend"] === undefined && (spec["rules"] ?? []).length === 0) {
    problems.push(invalidValue("spec", "", "either `defaultBackend` or `rules` must be specified"));
  }
  (spec["rules"] ?? []).forEach((rule: Fields, at: number) => {
    (rule["http"]?.paths ?? []).forEach((path: Fields, index: number) => {
      const field = `spec.rules[${at}].http.paths[${index}]`;
      if (path["pathType"] === undefined) problems.push(required(`${field}.pathType`, "pathType must be specified"));
      if (path["backend"]?.service !== undefined && !path["backend"].service.name) problems.push(required(`${field}.backend.service.name`));
    });
  });
  return problems;
}
