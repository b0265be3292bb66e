import { combine, nothing, type Classification } from "./classification.ts";
import { classify } from "./classify.ts";
import { classifyQuery } from "./classify-expression.ts";
import { parseGrammar } from "./grammar.ts";
import { declaredTypes, embeddedSql, plpgsqlTree } from "./plpgsql.ts";
import type { Node } from "./tree.ts";

/** The consequences of a function body. Other languages than SQL and PL/pgSQL, and dynamic SQL, are `unknown`. */
export function classifyBody(language: string, source: string, signature: string): Classification {
  if (language === "sql") return classifySqlBody(source);
  if (language !== "plpgsql") return nothing("unknown", `The body is written in ${language}`);
  const tree = plpgsqlTree(source, signature);
  const embedded = tree && embeddedSql(tree);
  if (!embedded) return nothing("unknown", "The body cannot be read");
  return combine([
    { ...nothing(), types: declaredTypes(tree) },
    ...embedded.map(({ text, dynamic }) => (dynamic ? nothing("unknown", "The body builds SQL while it runs") : classifySqlBody(text))),
  ]);
}

/** What a function's arguments and result run: defaults of arguments that a call leaves out, and code of their types. */
export function classifySignature(signature: string): Classification {
  const kind = signature.includes(") returns ") ? "function" : "procedure";
  const parsed = parseGrammar(`create ${kind} f${signature} language sql as ''`);
  const body: Node | undefined = parsed.ok ? parsed.statements[0]?.stmt["CreateFunctionStmt"] : undefined;
  // An aggregate's direct and ordered arguments have no such form; they have no defaults.
  if (!body) return /\bdefault\b/i.test(signature) ? nothing("unknown", "The arguments cannot be read") : nothing();
  const parameters: Node[] = (body.parameters ?? []).map((item: Node) => item.FunctionParameter);
  return combine([
    ...parameters.flatMap((item) => (item.argType ? [classifyQuery({ TypeName: item.argType })] : [])),
    ...(body.returnType ? [classifyQuery({ TypeName: body.returnType })] : []),
    ...parameters.flatMap((item) => (item.defexpr ? [classifyQuery(item.defexpr)] : [])),
  ]);
}

function classifySqlBody(source: string): Classification {
  const trees = sqlBodyTrees(source);
  return trees ? combine(trees.map(classifyInside)) : nothing("unknown", "The body cannot be parsed");
}

/** Statements that give a name another meaning for the session after them: seen at the top level of a text only. */
const RENAMING = ["PrepareStmt", "DeallocateStmt", "DiscardStmt"];

const classifyInside = (tree: Node): Classification =>
  RENAMING.some((type) => type in tree) ? nothing("unknown", "The body changes what the session has prepared") : classify(tree);

/** Statements of a SQL function's body: a text of statements, or `BEGIN ATOMIC … END` or `RETURN …` as the server prints it. */
export function sqlBodyTrees(source: string): Node[] | undefined {
  const parsed = parseGrammar(source);
  if (parsed.ok) return parsed.statements.map((statement) => statement.stmt);
  const wrapped = parseGrammar(`create function f() returns int ${source}`);
  const body: Node | undefined =
    wrapped.ok && wrapped.statements.length === 1 ? wrapped.statements[0]!.stmt["CreateFunctionStmt"]?.sql_body : undefined;
  if (!body) return undefined;
  const lists: Node[] = body["List"]?.items ?? [{ List: { items: [body] } }];
  return lists.flatMap((list) => (list["List"]?.items ?? []) as Node[]).map(returned);
}

/** `RETURN x` is `SELECT x`. */
const returned = (statement: Node): Node =>
  statement["ReturnStmt"]
    ? { SelectStmt: { targetList: [{ ResTarget: { val: statement["ReturnStmt"].returnval } }], op: "SETOP_NONE" } }
    : statement;
