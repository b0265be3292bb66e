import {
  type CommandNode,
  type Command,
  forEachChild,
  parse,
  type PipelineNode,
  type Redirection,
  type Script,
  type Statement,
  type SyntaxNode,
  type AndOr,
} from "unbash";
import { hazardsOfExpansions } from "./hazards.ts";
import { Call, type Input, quoted, type Walk } from "./call.ts";
import { judge } from "./judge.ts";
import { judgeHereDocument, judgeValue, judgeValues, literalOf } from "./hidden.ts";
import type { Span } from "./line.ts";
import { programOf } from "./names.ts";
import { judgeRedirections, type Redirected } from "./redirections.ts";
import { MAX_DEPTH, MAX_WRAPPED, placed, type Scope, spend } from "./scope.ts";
import { assignedNames, isOrdinary, judgeAssignment, judgeVariable } from "./variables.ts";
import { type Arg, constant, isArray, readAssignment, readWord } from "./words.ts";

const TERMINAL: Input = { kind: "terminal" };

const walk: Walk = { run: runCommand, text: walkText };

/** Judges a statement of a text and everything in it. */
export function walkStatement(statement: Statement, scope: Scope): void {
  walkList(statement.command, statement.background ? { ...scope, conditional: true } : scope, TERMINAL, statement.background === true);
}

function walkList(node: PipelineNode | AndOr, scope: Scope, input: Input, forks: boolean): void {
  if (!spend(scope, node)) return;
  if (node.type === "AndOr") {
    // The first always runs; whether the others do depends on it.
    for (const [i, command] of node.commands.entries()) walkList(command, i === 0 ? scope : { ...scope, conditional: true }, input, forks);
    return;
  }
  if (node.type === "Pipeline") {
    const many = node.commands.length > 1;
    if (node.commands.length === 0) scope.sheet.note("read", "Measures nothing", placed(scope, node));
    for (const [i, command] of node.commands.entries())
      walkNode(command, many ? { ...scope, conditional: true } : scope, i === 0 ? input : namesFrom(node.commands[i - 1]!), forks || many);
    return;
  }
  walkNode(node, scope, input, forks);
}

/** What comes through the pipe: `find` prints names that begin as its starting points do, `pgrep` and `seq` print numbers. */
function namesFrom(node: CommandNode): Input {
  if (node.type !== "Command" || !node.name || node.name.parts) return { kind: "pipe" };
  const words = node.args.map((arg) => (arg.type === "Word" && !arg.parts ? arg.value : "$"));
  const plain =
    /^(?:pgrep|pidof|seq)$/u.test(node.name.value) ||
    (node.name.value === "find" && /^[./]/u.test(words[0] ?? ".") && !words.some((word) => /^-(?:printf|exec|ok)/u.test(word)));
  return plain ? { kind: "pipe", names: true } : { kind: "pipe" };
}

function walkBody(statements: readonly Statement[], scope: Scope, input: Input): void {
  for (const statement of statements) {
    if (!spend(scope, statement)) return;
    const inner = statement.background ? { ...scope, conditional: true } : scope;
    walkList(statement.command, inner, input, statement.background === true);
  }
}

/** A command of any kind. Conditions do not lessen what follows: every branch is taken. */
function walkNode(node: CommandNode, scope: Scope, input: Input, forks: boolean): void {
  if (!spend(scope, node)) return;
  const maybe = scope.conditional ? scope : { ...scope, conditional: true };
  switch (node.type) {
    case "Command":
      walkCommand(node, scope, input, forks);
      return;
    case "Redirected": {
      const redirected = redirect(node.redirects, scope, input, "something");
      walkNode(node.command, scope, redirected.input, forks);
      return;
    }
    case "If":
      walkBody(node.clause.commands, maybe, input);
      walkBody(node.then.commands, maybe, input);
      for (const branch of node.elif) {
        walkBody(branch.clause.commands, maybe, input);
        walkBody(branch.then.commands, maybe, input);
      }
      if (node.else) walkBody(node.else.commands, maybe, input);
      return;
    case "For":
    case "Select":
      if (node.type === "Select") scope.sheet.needsTty ??= "select";
      for (const word of node.wordlist ?? []) walkParts(word, scope);
      judgeValues(node.wordlist ?? [], placed(scope, node), scope);
      if (!isOrdinary(node.name.value)) judgeName(node.name.value, placed(scope, node.name), scope);
      walkBody(node.body.commands, maybe, input);
      return;
    case "ArithmeticFor":
      for (const part of [node.initialize, node.test, node.update]) if (part) walkParts(part, scope);
      walkBody(node.body.commands, maybe, input);
      return;
    case "While":
      walkBody(node.clause.commands, maybe, input);
      walkBody(node.body.commands, maybe, input);
      if (isEndless(node.clause.commands, node.kind === "until")) scope.sheet.follows = true;
      return;
    case "Case":
      walkParts(node.word, scope);
      for (const item of node.items) {
        for (const word of item.pattern) walkParts(word, scope);
        walkBody(item.body.commands, maybe, input);
      }
      if (scope.sheet.noted === 0) scope.sheet.note("read", "Compares with patterns", placed(scope, node));
      return;
    case "Subshell":
      walkBody(node.body.commands, maybe, input);
      return;
    case "BraceGroup":
      walkBody(node.body.commands, scope, input);
      return;
    case "TestCommand":
      scope.sheet.note("read", "Tests a condition", placed(scope, node));
      walkParts(node, scope);
      return;
    case "ArithmeticCommand":
      scope.sheet.note("read", "Calculates", placed(scope, node));
      walkParts(node, scope);
      return;
    case "Function":
      defineFunction(node.name.value, node, scope);
      return;
    case "Coproc":
      if (node.body.type === "CompoundList") scope.sheet.unclear("This coproc cannot be read", placed(scope, node));
      else walkNode(node.body, maybe, { kind: "pipe" }, true);
      return;
  }
}

/** `while true`, `while :`, `until false`: only a break or a person ends it. */
function isEndless(clause: readonly Statement[], until: boolean): boolean {
  const only = clause.length === 1 ? clause[0]!.command : undefined;
  if (only?.type !== "Command" || only.args.length > 0) return false;
  const name = only.name?.value;
  return until ? name === "false" : name === "true" || name === ":";
}

/** A name that a loop or a redirection assigns, to something that is only known then. */
function judgeName(name: string, at: Span, scope: Scope): void {
  judgeVariable(name, { ...constant("?", at, false), text: undefined, hole: "computed" }, at, scope, undefined);
}

function defineFunction(name: string, node: CommandNode & { type: "Function" }, scope: Scope): void {
  const at = placed(scope, node);
  const bodies = scope.session.functions.get(name) ?? [];
  bodies.push(node);
  scope.session.functions.set(name, bodies);
  if (programOf(name)) scope.sheet.unclear(`Gives the name ${name} another meaning from here on`, at);
  else scope.sheet.note("session", `Defines the function ${quoted(name)}`, at);
  // A function that is only defined now may be called by a later line, which is judged without this text.
  if (node.body.type === "CompoundList") scope.sheet.unclear("The body of this function cannot be read", at);
}

function redirect(redirects: readonly Redirection[], scope: Scope, input: Input, writer: string): Redirected {
  for (const one of redirects) {
    if (one.type === "HereDoc") {
      walkParts(one.body, scope);
      judgeHereDocument(one, scope);
    } else if (one.target) {
      walkParts(one.target, scope);
      if (one.type === "HereString") judgeValue(literalOf(one.target), placed(scope, one), scope);
    }
    if (one.descriptor?.type === "FileDescriptorVariable") {
      scope.session.constants.delete(one.descriptor.name);
      judgeName(one.descriptor.name, placed(scope, one), scope);
    }
  }
  return judgeRedirections(redirects, scope, input, writer);
}

function walkCommand(node: Command, scope: Scope, input: Input, forks: boolean): void {
  for (const item of node.prefix) if (item.type === "Assignment") walkParts(item, scope);
  for (const arg of node.args) walkParts(arg, scope);
  if (!node.name) {
    for (const item of node.prefix) if (item.type === "Assignment") judgeAssignment(item, scope, undefined);
    redirect(node.redirects, scope, input, "nothing");
    if (node.prefix.length === node.redirects.length) scope.sheet.note("read", "Opens files", placed(scope, node));
    return;
  }
  walkParts(node.name, scope);
  // What a substitution prints may be put into a variable, and be evaluated there.
  if (scope.substituted && /^(?:echo|printf)$/u.test(node.name.value))
    for (const arg of node.args) if (arg.type === "Word" && /[$`]/u.test(literalOf(arg))) scope.session.hiding = true;
  const args: Arg[] = [
    ...readWord(node.name, scope),
    ...node.args.flatMap((arg) => (arg.type === "Word" ? readWord(arg, scope) : readAssignment(arg, scope))),
  ];
  const first = args[0]?.text;
  for (const item of node.prefix) if (item.type === "Assignment") judgeAssignment(item, scope, first ?? "");
  const redirected = redirect(node.redirects, scope, input, silent(args) ? "nothing" : (first ?? "something"));
  checkSameFile(args, redirected, scope);
  if (
    args.some((arg) => arg.text === undefined && arg.shown.includes("=(") && isDeclaration(first)) &&
    node.args.some((arg) => arg.type === "Assignment" && isArray(arg.value))
  )
    scope.sheet.note("session", "Sets an array", placed(scope, node));
  runNamed(args, node, scope, redirected.input, redirected.output, forks);
}

function isDeclaration(name: string | undefined): boolean {
  return name !== undefined && /^(?:declare|typeset|local|export|readonly)$/u.test(name);
}

/** Commands whose output is empty: a redirection of it empties the file. */
function silent(args: readonly Arg[]): boolean {
  const words = args.map((arg) => arg.text);
  if (words.length === 1) return words[0] === ":" || words[0] === "true";
  if (words[0] === "cat") return words.length === 2 && words[1] === "/dev/null";
  return (
    (words[0] === "echo" && words[1] === "-n" && (words.length === 2 || (words.length === 3 && words[2] === ""))) ||
    (words[0] === "printf" && words.length === 2 && words[1] === "")
  );
}

/** `sort f > f`: the shell empties the file before anything reads it. */
function checkSameFile(args: readonly Arg[], redirected: Redirected, scope: Scope): void {
  if (redirected.output === undefined || !redirected.truncates) return;
  const same = args.slice(1).find((arg) => arg.shown === redirected.output && !arg.shown.startsWith("/dev/"));
  if (!same) return;
  scope.sheet.note("delete", `Empties ${quoted(redirected.output)} before it is read`, same);
  scope.sheet.risk("same_file", `${quoted(redirected.output)} is emptied before it is read.`, same);
}

function runCommand(args: readonly Arg[], scope: Scope, input: Input): void {
  const at = args[0] ?? scope.place ?? { start: 0, end: 0 };
  if (args.length === 0) {
    scope.sheet.unclear("A command is run that is not named", at);
    return;
  }
  if (!spend(scope, { pos: at.start, end: at.end })) return;
  if (scope.wrapped >= MAX_WRAPPED) {
    scope.sheet.unclear("Commands within commands, too deep to follow", at);
    return;
  }
  runNamed(
    args,
    { pos: at.start, end: args.at(-1)!.end },
    { ...scope, conditional: true, wrapped: scope.wrapped + 1 },
    input,
    undefined,
    false,
  );
}

/** A command whose words are known as far as they can be: an alias, a function, a builtin, a program. */
function runNamed(
  args: readonly Arg[],
  node: { pos: number; end: number },
  scope: Scope,
  input: Input,
  output: string | undefined,
  forks: boolean,
): void {
  const nameArg = args[0];
  const at = placed(scope, node);
  if (!nameArg) {
    scope.sheet.unclear("What runs is only known once it runs", at);
    return;
  }
  const name = nameArg.text;
  if (name === undefined || nameArg.braces) {
    scope.sheet.unclear(`What runs is only known once it runs: ${quoted(nameArg.shown)}`, nameArg);
    return;
  }
  if (name === "") {
    scope.sheet.unclear("The name of the command is empty", nameArg);
    return;
  }
  const rest = args.slice(1);
  const aliased = nameArg.bare && followAlias(name, nameArg, rest, scope, input);
  const followed = followFunction(name, rest, scope, input, forks, at);
  const known = programOf(name);
  if (!known) {
    if (!followed && !aliased) scope.sheet.note("unknown", strangeName(name), nameArg);
    return;
  }
  if (followed) return;
  if (scope.session.distrust !== undefined && !known.program.builtin) {
    scope.sheet.unclear(`${scope.session.distrust}: what ${name} stands for is not known`, nameArg);
    return;
  }
  const before = scope.sheet.noted;
  judge(new Call(known.name, rest, at, scope, input, walk, output), known.program);
  // A command about which nothing was noted is one that nobody thought of.
  if (scope.sheet.noted === before) scope.sheet.note("unknown", `What ${name} does here is not known`, at);
}

function strangeName(name: string): string {
  if (/[^\u0020-\u007E]/u.test(name)) return `${quoted(name)} is no known program; it holds letters that may look like others`;
  return name.includes("/") ? `What ${quoted(name)} does is not known: it is not read` : `${quoted(name)} is no program that is known here`;
}

/** Judges what the aliases of a name stand for; false where it has none. */
function followAlias(name: string, nameArg: Arg, rest: readonly Arg[], scope: Scope, input: Input): boolean {
  const key = `alias ${name}`;
  const texts = scope.session.aliases.get(name);
  if (!texts || scope.calling.has(key)) return false;
  for (const text of texts) {
    const inner: Scope = { ...scope, place: nameArg, conditional: true, calling: new Set([...scope.calling, key]) };
    const script = parse(text);
    const only = script.commands.length === 1 && !script.errors?.length ? script.commands[0]!.command : undefined;
    if (only?.type === "Command" && only.name && only.redirects.length === 0 && only.prefix.length === 0) {
      for (const word of [only.name, ...only.args]) walkParts(word, inner);
      const words = [only.name, ...only.args].flatMap((word) =>
        word.type === "Word" ? readWord(word, inner) : readAssignment(word, inner),
      );
      runCommand([...words, ...rest], inner, input);
    } else walkText(text, nameArg, inner, false);
  }
  return true;
}

/** Judges the bodies a name was given; false where it has none. */
function followFunction(name: string, rest: readonly Arg[], scope: Scope, input: Input, forks: boolean, at: Span): boolean {
  const bodies = scope.session.functions.get(name);
  if (!bodies) return false;
  if (scope.calling.has(name)) {
    scope.sheet.note("unknown", `${quoted(name)} calls itself; when that ends is not known`, at);
    if (forks) scope.sheet.risk("fork_bomb", `${quoted(name)} starts itself over and over until the host has no processes left.`, at);
    return true;
  }
  for (const arg of rest) judgeValue(arg.text ?? arg.shown, arg, scope);
  const inner: Scope = { ...scope, conditional: true, calling: new Set([...scope.calling, name]) };
  for (const node of bodies) {
    if (!spend(scope, node)) break;
    if (node.body.type === "CompoundList") walkBody(node.body.commands, inner, input);
    else walkNode(node.body, inner, input, false);
  }
  return true;
}

/** A text that a shell reads: the argument of `bash -c`, an alias, a trap, a here-document of a shell. */
function walkText(text: string, at: Span, scope: Scope, child: boolean): void {
  if (scope.depth >= MAX_DEPTH || text.length > 100_000) {
    scope.sheet.unclear("Commands within commands, too deep to follow", at);
    return;
  }
  const script = parse(text);
  if (script.errors?.length) {
    scope.sheet.unclear(`${quoted(text)} cannot be read as a command line`, at);
    return;
  }
  const names = assignedNames(script);
  const session = child
    ? { ...scope.session, constants: new Map<string, string>(), assigned: names, aliases: new Map<string, Set<string>>() }
    : scope.session;
  if (!child) for (const name of names.keys()) session.constants.delete(name);
  const inner: Scope = { ...scope, session, place: at, depth: scope.depth + 1, conditional: true };
  walkBody(script.commands, inner, TERMINAL);
  if (child) scope.session.budget = session.budget;
}

/** Judges what is expanded in a word, an assignment, a condition or a calculation: commands in it run. */
function walkParts(node: SyntaxNode, scope: Scope): void {
  if (!spend(scope, node)) return;
  hazardsOfExpansions(node, scope);
  if (node.type === "CommandExpansion" || node.type === "ProcessSubstitution" || node.type === "ArithmeticCommandExpansion")
    walkSubstitution(node.script, node, scope);
  else forEachChild(node, (child) => walkParts(child, scope));
}

function walkSubstitution(
  script: (Script & { errors?: readonly unknown[] | undefined }) | undefined,
  node: { pos: number; end: number },
  scope: Scope,
): void {
  const at = placed(scope, node);
  if (!script || (script.errors?.length ?? 0) > 0) {
    scope.sheet.unclear("A command within the line cannot be read", at);
    return;
  }
  if (scope.depth >= MAX_DEPTH * 4) {
    scope.sheet.unclear("Commands within commands, too deep to follow", at);
    return;
  }
  // In escaped backquotes the places are of the text with the escapes taken off.
  const place = scope.place ?? (script.source === undefined ? undefined : at);
  walkBody(
    script.commands,
    { ...scope, place, conditional: true, substituted: true, depth: scope.depth + (script.source === undefined ? 0 : 1) },
    TERMINAL,
  );
}
