import { constantText } from "./dynamic-text.ts";
import { parseGrammar } from "./grammar.ts";
import { names, unwrap, type Node } from "./tree.ts";

/** How often a statement of a trigger body runs at one firing. */
export type Certainty = "always" | "maybe" | "repeated";

export interface BodyStatement {
  /** The SQL; empty when it is only known while the trigger runs. */
  text: string;
  /** The SQL is the value of an expression: what it does stays unknown, even where the text can be read. */
  dynamic: boolean;
  certainty: Certainty;
  /** Conditions, as SQL expressions, that all hold when it runs; undefined where anything else decides. */
  under?: readonly string[] | undefined;
}

export interface BodyWalk {
  statements: BodyStatement[];
  /** It raises an error at every firing. */
  raises: boolean;
  /** A BEFORE trigger may swallow the row. */
  skips: boolean;
  /** It holds something this walk does not follow. */
  unknown: boolean;
}

/**
 * Follows a PL/pgSQL trigger body for one event (`INSERT`, `UPDATE` …), deciding conditions on TG_OP, and on TG_ARGV where its values are
 * given, and keeping both sides of all others.
 */
export function walkTriggerBody(tree: Node, event: string, given?: readonly string[]): BodyWalk {
  const walk: BodyWalk = { statements: [], raises: false, skips: false, unknown: false };
  const kept = event === "DELETE" ? ["old"] : event === "UPDATE" ? ["new", "old"] : ["new"];
  const rows = new Map<number, string>();
  (tree.datums ?? []).forEach((datum: Node, i: number) => {
    if (datum.PLpgSQL_rec?.refname) rows.set(i, datum.PLpgSQL_rec.refname);
  });

  /** Whether what follows still runs: `on` for sure, `maybe`, or `off`. */
  type Flow = "on" | "maybe" | "off";
  const weaker = (flow: Flow, certainty: Certainty): Certainty =>
    certainty === "repeated" ? "repeated" : flow === "maybe" ? "maybe" : certainty;
  let under: readonly string[] | undefined = [];
  /** Under more conditions, or under what cannot be told. */
  const within = <T>(more: readonly (string | undefined)[] | undefined, work: () => T): T => {
    const outside = under;
    under = !under || !more || more.includes(undefined) ? undefined : [...under, ...(more as readonly string[])];
    const result = work();
    under = outside;
    return result;
  };
  const sql = (node: Node | undefined, certainty: Certainty): void => {
    const expression = node?.PLpgSQL_expr;
    if (!expression) return;
    const mode: number = expression.parseMode ?? 0;
    const assigned = mode >= 3 ? /:?=/.exec(expression.query) : undefined;
    const text: string = assigned ? expression.query.slice(assigned.index + assigned[0].length) : expression.query;
    walk.statements.push({ text: mode === 0 ? text : `select ${text}`, dynamic: false, certainty, under });
  };
  const dynamic = (node: Node | undefined, certainty: Certainty): void =>
    void walk.statements.push({ text: constantText(node?.PLpgSQL_expr?.query, event) ?? "", dynamic: true, certainty, under });
  /** A cursor declared with its query runs it when it is opened. */
  const cursor = (number: number | undefined, certainty: Certainty): void =>
    sql(tree.datums?.[number ?? 0]?.PLpgSQL_var?.cursor_explicit_expr, certainty);
  const run = (list: Node[] | undefined, certainty: Certainty): Flow => {
    let flow: Flow = "on";
    for (const node of list ?? []) {
      const open = flow === "on" && certainty !== "repeated";
      const next = within(open ? [] : undefined, () => one(node, weaker(flow, certainty)));
      if (next === "off") return flow === "maybe" ? "maybe" : "off";
      if (next === "maybe") flow = "maybe";
    }
    return flow;
  };
  const either = (flows: Flow[]): Flow =>
    flows.every((flow) => flow === "off") ? "off" : flows.every((flow) => flow === "on") ? "on" : "maybe";

  const one = (node: Node, certainty: Certainty): Flow => {
    const [type, body] = unwrap(node) ?? ["", {} as Node];
    switch (type) {
      case "PLpgSQL_stmt_block": {
        if (!body.exceptions) return run(body.body, certainty);
        const inside = certainty === "always" ? "maybe" : certainty;
        within(undefined, () => {
          run(body.body, inside);
          for (const handler of body.exceptions.PLpgSQL_exception_block?.exc_list ?? []) run(handler.PLpgSQL_exception?.action, inside);
        });
        return "maybe";
      }
      case "PLpgSQL_stmt_if": {
        const branches: { condition: Node | undefined; list: Node[] }[] = [
          { condition: body.cond, list: body.then_body },
          ...(body.elsif_list ?? []).map((item: Node) => ({ condition: item.PLpgSQL_if_elsif.cond, list: item.PLpgSQL_if_elsif.stmts })),
        ];
        const flows: Flow[] = [];
        let open = true;
        let sure = true;
        const before: (string | undefined)[] = [];
        for (const { condition, list } of branches) {
          if (!open) break;
          const truth = decide(condition?.PLpgSQL_expr?.query, event, given);
          const query: string | undefined = condition?.PLpgSQL_expr?.query;
          if (truth === undefined) within(before, () => sql(condition, sure ? certainty : "maybe"));
          if (truth === false) continue;
          const inside = truth === true && sure ? certainty : certainty === "repeated" ? certainty : "maybe";
          flows.push(within(truth === true ? before : [...before, query], () => run(list, inside)));
          if (truth === true) open = false;
          else sure = false;
          before.push(query === undefined ? undefined : `(${query}) IS NOT TRUE`);
        }
        if (open) flows.push(within(before, () => run(body.else_body, sure ? certainty : certainty === "repeated" ? certainty : "maybe")));
        return either(flows);
      }
      case "PLpgSQL_stmt_case": {
        sql(body.t_expr, certainty);
        within(undefined, () => {
          for (const item of body.case_when_list ?? []) sql(item.PLpgSQL_case_when?.expr, certainty === "repeated" ? certainty : "maybe");
          for (const item of body.case_when_list ?? []) run(item.PLpgSQL_case_when?.stmts, certainty === "repeated" ? certainty : "maybe");
          run(body.else_stmts, certainty === "repeated" ? certainty : "maybe");
        });
        return "maybe";
      }
      case "PLpgSQL_stmt_while":
      case "PLpgSQL_stmt_loop":
      case "PLpgSQL_stmt_fori":
      case "PLpgSQL_stmt_fors":
      case "PLpgSQL_stmt_foreach_a":
        for (const key of ["cond", "lower", "upper", "step", "query", "expr"]) sql(body[key], "repeated");
        run(body.body, "repeated");
        return "maybe";
      case "PLpgSQL_stmt_forc":
        cursor(body.curvar, "repeated");
        sql(body.argquery, "repeated");
        run(body.body, "repeated");
        return "maybe";
      case "PLpgSQL_stmt_open":
        if (body.dynquery) dynamic(body.dynquery, certainty);
        else if (body.query) sql(body.query, certainty);
        else cursor(body.curvar, certainty);
        sql(body.argquery, certainty);
        return "on";
      case "PLpgSQL_stmt_fetch":
      case "PLpgSQL_stmt_close":
        return "on";
      case "PLpgSQL_stmt_return_query":
        if (body.dynquery) dynamic(body.dynquery, certainty);
        else sql(body.query, certainty);
        return "on";
      case "PLpgSQL_stmt_return_next":
        sql(body.expr, certainty);
        return "on";
      case "PLpgSQL_stmt_exit":
        // It leaves a loop or a block that a label names: what follows may not run.
        sql(body.cond, certainty);
        return "maybe";
      case "PLpgSQL_stmt_return":
        if (body.expr) {
          if (/^\s*(select\s+)?null\s*$/i.test(body.expr.PLpgSQL_expr?.query ?? "")) walk.skips = true;
          else {
            walk.skips = true;
            sql(body.expr, certainty);
          }
        } else if (!kept.includes(rows.get(body.retvarno ?? -1) ?? "")) walk.skips = true;
        return "off";
      case "PLpgSQL_stmt_raise":
        for (const item of body.params ?? []) sql(item, certainty);
        // 21 is ERROR; RAISE without a level is an error, too.
        if ((body.elog_level ?? 21) < 21) return "on";
        if (certainty === "always") walk.raises = true;
        walk.skips = walk.skips || certainty !== "always";
        return "off";
      case "PLpgSQL_stmt_execsql":
        sql(body.sqlstmt, certainty);
        return "on";
      case "PLpgSQL_stmt_perform":
      case "PLpgSQL_stmt_assign":
      case "PLpgSQL_stmt_call":
        sql(body.expr, certainty);
        return "on";
      case "PLpgSQL_stmt_assert":
        sql(body.cond, certainty);
        return "on";
      case "PLpgSQL_stmt_getdiag":
        return "on";
      case "PLpgSQL_stmt_dynexecute":
      case "PLpgSQL_stmt_dynfors":
        dynamic(body.query, certainty);
        if (type === "PLpgSQL_stmt_dynfors") run(body.body, "repeated");
        return "maybe";
      default:
        walk.unknown = true;
        return "maybe";
    }
  };
  // Declared values are computed when a block begins; at the earliest at the beginning of all.
  for (const datum of tree.datums ?? []) sql(datum.PLpgSQL_var?.default_val, "always");
  one(tree.action ?? {}, "always");
  return walk;
}

/** The truth of a condition that only asks for the operation or the trigger's arguments; undefined for any other. */
export function decide(condition: string | undefined, event: string, given?: readonly string[]): boolean | undefined {
  const parsed = condition === undefined ? undefined : parseGrammar(`select ${condition}`);
  const tree = parsed?.ok ? parsed.statements[0]?.stmt.SelectStmt?.targetList?.[0]?.ResTarget?.val : undefined;
  return truth(tree, event, given);
}

function truth(node: Node | undefined, event: string, given: readonly string[] | undefined): boolean | undefined {
  if (node?.BoolExpr) {
    const parts: (boolean | undefined)[] = node.BoolExpr.args.map((arg: Node) => truth(arg, event, given));
    if (node.BoolExpr.boolop === "NOT_EXPR") return parts[0] === undefined ? undefined : !parts[0];
    const decisive = node.BoolExpr.boolop === "OR_EXPR";
    if (parts.includes(decisive)) return decisive;
    return parts.includes(undefined) ? undefined : !decisive;
  }
  if (node?.A_Const?.boolval) return node.A_Const.boolval.boolval === true;
  const compare = node?.A_Expr;
  const asked = compare && askedFor(compare.lexpr, event, given);
  if (!compare || asked === undefined) return undefined;
  // A trigger that has no such argument compares NULL, which is never true.
  if (asked === null) return compare.kind === "AEXPR_OP" || compare.kind === "AEXPR_IN" ? false : undefined;
  const value = (item: Node | undefined): string | undefined => item?.A_Const?.sval?.sval;
  const operator = names(compare.name)[0];
  if (compare.kind === "AEXPR_IN") {
    const list: (string | undefined)[] = (compare.rexpr?.List?.items ?? []).map(value);
    if (list.includes(undefined)) return undefined;
    return list.includes(asked) === (operator === "=");
  }
  const wanted = value(compare.rexpr);
  if (compare.kind !== "AEXPR_OP" || wanted === undefined) return undefined;
  return operator === "=" ? wanted === asked : operator === "<>" ? wanted !== asked : undefined;
}

/** What stands on the left of a comparison: the operation, or an argument, null where there is none; undefined for anything else. */
function askedFor(node: Node | undefined, event: string, given: readonly string[] | undefined): string | null | undefined {
  if (names(node?.ColumnRef?.fields).join(".").toLowerCase() === "tg_op") return event;
  const element: Node | undefined = node?.A_Indirection;
  const [index, ...more]: Node[] = element?.indirection ?? [];
  const at: Node | undefined = index?.A_Indices?.is_slice ? undefined : index?.A_Indices?.uidx?.A_Const;
  if (!given || more.length > 0 || !at?.ival || names(element?.arg?.ColumnRef?.fields).join(".").toLowerCase() !== "tg_argv")
    return undefined;
  return given[at.ival.ival ?? 0] ?? null;
}

/** Columns of NEW that a trigger body assigns; undefined when it may put any row in its place. */
export function assignedColumnsOfNew(tree: Node): ReadonlySet<string> | undefined {
  let any = false;
  const written = new Set<number>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const [type, body] = unwrap(node) ?? ["", node as Node];
    // Numbers 0 and 1 are NEW and OLD themselves; PL/pgSQL leaves a zero out.
    if (type === "PLpgSQL_stmt_assign") written.add(body.varno ?? 0);
    for (const field of body.target?.PLpgSQL_row?.fields ?? []) written.add(field.varno ?? 0);
    if (["new", "old"].includes(body.target?.PLpgSQL_rec?.refname)) any = true;
    if (type === "PLpgSQL_stmt_return" && (body.retvarno ?? 0) > 1) any = true;
    if (type === "PLpgSQL_stmt_return" && body.expr && !/^\s*null\s*$/i.test(body.expr.PLpgSQL_expr?.query ?? "")) any = true;
    Object.values(body).forEach(visit);
  };
  visit(tree.action);
  if (any || written.has(0) || written.has(1)) return undefined;
  const fields = [...written].flatMap((number): string[] => tree.datums?.[number]?.PLpgSQL_recfield?.fieldname ?? []);
  return new Set(fields);
}
