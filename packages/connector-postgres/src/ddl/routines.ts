import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { nameOf, type Node } from "../tree.ts";
import { lockBodyText, lockNamed } from "./query-locks.ts";
import { affect, creationSchema, fails } from "./subject.ts";
import { quoteIdent } from "../query.ts";
import { typeText } from "./object-address.ts";

const option = (body: Node, name: string): Node | undefined =>
  (body.options ?? []).find((item: Node) => item.DefElem?.defname === name)?.DefElem.arg;

/** CREATE FUNCTION and PROCEDURE run nothing; a body in SQL is looked through, which opens what it names. */
export async function describeRoutine(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const ref = nameOf(body.funcname);
  affect(draft, `${creationSchema(context, ref)}.${ref.name}`, body.is_procedure ? "procedure" : "function");
  if (!body.replace) {
    const inputs: Node[] = (body.parameters ?? [])
      .map((item: Node) => item.FunctionParameter)
      .filter((item: Node) => !/OUT$|TABLE$/.test(item.mode) || item.mode === "FUNC_PARAM_INOUT");
    const args = inputs.map((item) => typeText(item.argType)).join(", ");
    const name = [creationSchema(context, ref), ref.name].map(quoteIdent).join(".");
    const taken = await context.session.attempt(1_000, () =>
      context.session.query("select to_regprocedure($1) is not null as taken", [`${name}(${args})`]),
    );
    if (taken.ok && taken.value[0]?.taken) fails(draft, "42723", `${name}(${args}) exists already`);
  }
  if (body.sql_body) return lockNamed(context, body.sql_body, draft, true);
  const source: string | undefined = option(body, "as")?.List?.items?.[0]?.String?.sval;
  if ((option(body, "language")?.String?.sval ?? "").toLowerCase() !== "sql" || source === undefined) return;
  const [checked] = await context.session.query("select current_setting('check_function_bodies') = 'on' as checked");
  if (checked!.checked) lockBodyText(context, source, draft);
}
