import { isRecord, type Json, type KubeObject } from "../json.ts";
import type { FieldPath } from "../workload/pod-templates.ts";
import { pathText, type SchemaProblem } from "./check.ts";

/** As deep as any built-in type has a selector; aliases of YAML make deeper nesting. */
const DEEPEST = 20;

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];
/** Those of node selectors have two more. */
const COMPARING = ["Gt", "Lt"];

/** What a server refuses in `matchExpressions`, wherever they are (API reference, LabelSelectorRequirement and NodeSelectorRequirement). */
export function checkSelectors(object: KubeObject, group: string): SchemaProblem[] {
  // A custom type may mean something else by the word.
  if (group.includes(".") && !group.endsWith(".k8s.io")) return [];
  const problems: SchemaProblem[] = [];
  const look = (value: Json, path: FieldPath): void => {
    if (path.length > DEEPEST) return;
    if (Array.isArray(value)) return value.forEach((one: Json, at) => look(one, [...path, at]));
    if (!isRecord(value)) return;
    for (const [key, child] of Object.entries(value)) {
      const at = [...path, key];
      if (key === "matchExpressions" && Array.isArray(child))
        child.forEach((one: Json, index) => problems.push(...checkExpression(one, [...at, index], path)));
      else look(child, at);
    }
  };
  look(object["spec"], ["spec"]);
  return problems;
}

function checkExpression(expression: Json, path: FieldPath, selector: FieldPath): SchemaProblem[] {
  if (!isRecord(expression)) return [];
  const wrong = (field: string, message: string): SchemaProblem[] => [
    { path: [...path, field], message: `${pathText([...path, field])} ${message}` },
  ];
  const { operator } = expression;
  const values: Json[] = Array.isArray(expression["values"]) ? expression["values"] : [];
  const ofNodes = selector.some((step) => typeof step === "string" && (step.startsWith("nodeSelector") || step === "preference"));
  const known = ofNodes ? [...OPERATORS, ...COMPARING] : OPERATORS;
  if (typeof operator !== "string" || !known.includes(operator)) return wrong("operator", `is none of ${known.join(", ")}.`);
  if (operator.includes("Exist")) return values.length === 0 ? [] : wrong("values", `must not be there: ${operator} takes none.`);
  if (COMPARING.includes(operator)) return values.length === 1 ? [] : wrong("values", `must be one: ${operator} compares with a number.`);
  return values.length > 0 ? [] : wrong("values", `must be there: ${operator} wants one at least.`);
}
