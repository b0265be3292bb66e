import type { ArithmeticWord, SyntaxNode, Word } from "unbash";
import { placed, type Scope } from "./scope.ts";
import { judgeVariable } from "./variables.ts";
import { constant, isArray } from "./words.ts";
import { judgeValue, judgeValues, literalOf } from "./hidden.ts";

/** Expansions that evaluate what a variable holds as a command line or an expression, whatever stands in the text. */
export function hazardsOfExpansions(node: SyntaxNode, scope: Scope): void {
  const { sheet } = scope;
  const at = placed(scope, node);
  if (node.type === "ParameterExpansion") {
    const { operation } = node;
    if (operation?.type === "Transform" && operation.operand.value.includes("P"))
      sheet.unclear(`${node.text} expands commands in what ${node.parameter} holds`, at);
    else if (operation?.type === "Unknown" || node.parameter === "") sheet.unclear(`What ${node.text} does is not known`, at);
    else if (node.prefix === "!" && operation?.type !== "Names" && !/^[@*]$/u.test(node.index?.value ?? ""))
      sheet.unclear(`${node.text} takes a name from what ${node.parameter} holds, and evaluates a subscript in it`, at);
    if (operation?.type === "Default" && operation.operator.endsWith("=")) {
      const value = constant(operation.operand.value, at, false);
      judgeValue(literalOf(operation.operand), at, scope);
      judgeVariable(
        node.parameter,
        operation.operand.parts ? { ...value, text: undefined, hole: "computed" } : value,
        at,
        scope,
        undefined,
      );
    }
    if (operation?.type === "Slice") evaluated([operation.offset, operation.length], node, scope);
    if (node.index) evaluated([node.index], node, scope);
  } else if (node.type === "ArithmeticWord") evaluated([node], node, scope);
  else if (node.type === "ArithmeticBinary") {
    if (node.operator.endsWith("=") && node.left.type === "ArithmeticWord" && /^(?:PATH|IFS|LD_\w+|BASH_ENV)$/u.test(node.left.value))
      sheet.unclear(`${node.left.value} is changed`, at);
  } else if (node.type === "TestUnary") {
    if (/^-[vR]$/u.test(node.operator)) evaluated([node.operand], node, scope);
  } else if (node.type === "TestBinary") {
    if (/^-(?:eq|ne|lt|le|gt|ge)$/u.test(node.operator)) evaluated([node.left, node.right], node, scope);
  } else if (node.type === "Assignment") {
    if (node.index) evaluated([node.index], node, scope);
    const values = isArray(node.value) ? node.value.elements : [node.value];
    judgeValues(values, at, scope);
    // `a=([x]=1)`: the subscript of an element is calculated.
    if (isArray(node.value))
      evaluated(
        values.filter((word) => word.text.startsWith("[")),
        node,
        scope,
      );
  } else if (node.type === "CommandExpansion" && node.script === undefined) sheet.unclear("A command within the line cannot be read", at);
}

/** What is calculated is looked up by name, and what a name holds is calculated in turn. */
function evaluated(words: readonly (Word | ArithmeticWord | undefined)[], node: SyntaxNode, scope: Scope): void {
  for (const word of words) {
    if (word === undefined) continue;
    // A command that stands there openly is judged as one; here it is hidden from the parser by quotes.
    if (/\$\(|`/u.test(literalOf(word))) scope.sheet.unclear(`What is calculated in ${word.value} runs commands`, placed(scope, node));
    if (scope.session.hiding && /[A-Za-z_$]/u.test(word.value))
      scope.sheet.unclear(`Calculating with ${word.value} may run a command that it holds`, placed(scope, node));
  }
}
