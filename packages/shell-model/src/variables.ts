import { type Assignment, forEachChild, type SyntaxNode } from "unbash";
import { HARMLESS_VALUES, LOADED_BY_ALL, NAMES_OF_PROGRAMS, RUN_AS_PROMPT, RUN_AS_TEXT, SECRET_NAMES } from "./data/variables.ts";
import type { Span } from "./line.ts";
import { placed, type Scope } from "./scope.ts";
import { type Arg, constant, isArray, readWord } from "./words.ts";

/** Builtins whose operands are names they assign. */
const ASSIGNING = new Set([
  "read",
  "mapfile",
  "readarray",
  "getopts",
  "declare",
  "typeset",
  "local",
  "export",
  "readonly",
  "unset",
  "printf",
  "let",
  "wait",
  "coproc",
]);

/** How often each variable is assigned anywhere in a tree, functions and substitutions included. */
export function assignedNames(root: SyntaxNode): Map<string, number> {
  const out = new Map<string, number>();
  const add = (name: string | undefined): void => {
    const plain = name === undefined ? undefined : /^[A-Za-z_]\w*/u.exec(name)?.[0];
    if (plain) out.set(plain, (out.get(plain) ?? 0) + 1);
  };
  let left = 100_000;
  const visit = (node: SyntaxNode): void => {
    if (left-- <= 0) return;
    if (node.type === "Assignment") {
      add(node.name);
      if (node.append || node.index) add(node.name);
    } else if (node.type === "For" || node.type === "Select") {
      add(node.name.value);
      add(node.name.value);
    } else if (node.type === "ParameterExpansion") {
      if (node.operation?.type === "Default" && node.operation.operator.endsWith("=")) {
        add(node.parameter);
        add(node.parameter);
      }
    } else if (node.type === "ArithmeticBinary") {
      if (node.operator.endsWith("=") && !/^[=!<>]=$/u.test(node.operator))
        add(node.left.type === "ArithmeticWord" ? node.left.value : undefined);
    } else if (node.type === "ArithmeticUnary") {
      if (/^(?:\+\+|--)$/u.test(node.operator)) add(node.operand.type === "ArithmeticWord" ? node.operand.value : undefined);
    } else if (node.type === "Command" && node.name && ASSIGNING.has(node.name.value)) {
      for (const arg of node.args) if (arg.type === "Word") add(arg.value.replace(/^-v/u, ""));
    }
    forEachChild(node, visit);
  };
  visit(root);
  return out;
}

/** No program and no part of the shell looks at what it holds. */
export function isOrdinary(name: string): boolean {
  return !/^(?:PATH|IFS)$/u.test(name) && !LOADED_BY_ALL.test(name) && !RUN_AS_PROMPT.test(name) && !RUN_AS_TEXT.test(name);
}

/** Judges `NAME=value`, alone or before a command (`prefixOf`); variables that others read as commands are told apart. */
export function judgeVariable(name: string, value: Arg, at: Span, scope: Scope, prefixOf: string | undefined): void {
  const { sheet, session } = scope;
  const text = value.text;
  if (SECRET_NAMES.test(name) && text !== "" && value.hole === undefined)
    sheet.risk("secret_on_command_line", `The value of ${name} stands in the line and stays in histories and recordings.`, at);
  if (name === "PATH") {
    if (text !== undefined || value.variables.every((variable) => variable === "PATH"))
      if (NAMES_OF_PROGRAMS.test(value.shown)) {
        sheet.note("session", "Sets PATH to the usual folders", at);
        return;
      }
    sheet.unclear("PATH decides which programs names stand for", at);
    if (prefixOf === undefined) session.distrust ??= "PATH was changed";
    return;
  }
  if (name === "IFS") {
    // How `read` splits its own line is of no consequence beyond it.
    if (prefixOf !== undefined && /^(?:read|mapfile|readarray)$/u.test(prefixOf)) return;
    sheet.unclear("IFS decides where words end", at);
    return;
  }
  if (LOADED_BY_ALL.test(name)) {
    sheet.unclear(`${name} makes programs load or run something else`, at);
    if (prefixOf === undefined) session.distrust ??= `${name} was changed`;
    return;
  }
  if (RUN_AS_PROMPT.test(name)) {
    if (text === undefined || /[$`]/u.test(text) || (name === "PROMPT_COMMAND" && text !== ""))
      sheet.unclear(`What ${name} holds is expanded, and run, at every prompt or trace`, at);
    else sheet.note("session", `Sets ${name}`, at);
    return;
  }
  if (RUN_AS_TEXT.test(name)) {
    if (text !== undefined && HARMLESS_VALUES.test(text)) sheet.note("read", `Sets ${name}`, at);
    else sheet.unclear(`What ${name} holds is run by other programs`, at);
    return;
  }
  if (prefixOf === undefined) sheet.note("session", `Sets the variable ${name}`, at);
}

/** An assignment as it stands in the text. */
export function judgeAssignment(node: Assignment, scope: Scope, prefixOf: string | undefined): void {
  const at = placed(scope, node);
  if (isArray(node.value) || node.index) {
    const unknown = { ...constant(node.text, at, false), text: undefined, hole: "computed" as const };
    judgeVariable(node.name, unknown, at, scope, prefixOf);
    return;
  }
  const values = readWord(node.value, scope);
  const value = values.length === 1 ? values[0]! : { ...constant(node.value.value, at, false), text: undefined, hole: "computed" as const };
  judgeVariable(node.name, value, at, scope, prefixOf);
  if (prefixOf !== undefined || node.append) return;
  if (scope.conditional || scope.session.assigned.get(node.name) !== 1 || value.text === undefined)
    scope.session.constants.delete(node.name);
  else scope.session.constants.set(node.name, value.text);
}
