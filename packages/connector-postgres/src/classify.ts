import type { Effect, SideEffect } from "@interlock/protocol";
import { combine, nothing, type Classification } from "./classification.ts";
import { classifyBody } from "./classify-body.ts";
import { classifyDefinition } from "./classify-definition.ts";
import { classifyQuery } from "./classify-expression.ts";
import { BLOCK_SIGNATURE } from "./plpgsql.ts";
import { settingEffect } from "./settings.ts";
import { constant, isCatalogName, names, unwrap, type Node } from "./tree.ts";

/** The consequences of one statement by its tree. What is not positively understood is `unknown` (I3). */
export function classify(tree: Node | undefined): Classification {
  const wrapped = tree && unwrap(tree);
  if (!wrapped) return nothing("unknown", "The statement does not parse");
  try {
    return classifyStatement(wrapped[0], wrapped[1], tree);
  } catch (error) {
    if (error instanceof RangeError) return nothing("unknown", "The statement is nested too deeply");
    throw error;
  }
}

function classifyStatement(type: string, body: Node, tree: Node): Classification {
  const session = (...notes: string[]) => nothing("session", ...notes);
  const side = (effect: Effect, kind: SideEffect["kind"], name: string, ...notes: string[]): Classification => ({
    ...nothing(effect, ...notes),
    sideEffects: [{ kind, name, effect }],
  });
  switch (type) {
    case "SelectStmt":
    case "InsertStmt":
    case "UpdateStmt":
    case "DeleteStmt":
    case "MergeStmt":
      return classifyQuery(tree);
    case "TruncateStmt":
      return nothing("delete");
    case "ExplainStmt":
      return classifyExplain(body);
    case "CopyStmt":
      return classifyCopy(body);
    case "TransactionStmt":
      return /PREPARE|PREPARED/.test(body.kind)
        ? nothing("unknown", "Two-phase commit leaves or ends a transaction that is not the command's own")
        : session("The guard owns the transaction; this is understood, never a way around it");
    case "VariableShowStmt":
      return nothing();
    case "VariableSetStmt":
      return classifySet(body);
    case "ConstraintsSetStmt":
      return session();
    case "PrepareStmt":
      // Nothing is planned or run before EXECUTE, which is read as what was prepared (Prepared).
      return session();
    case "ExecuteStmt":
      return nothing("unknown", "What EXECUTE runs was prepared elsewhere");
    case "DeallocateStmt":
    case "ClosePortalStmt":
    case "FetchStmt":
    case "ListenStmt":
    case "UnlistenStmt":
    case "LockStmt":
    case "DiscardStmt":
      return session();
    case "DeclareCursorStmt":
      return combine([session(), classify(body.query)]);
    case "NotifyStmt":
      return side("modify", "notify", body.conditionname ?? "");
    case "DoStmt":
      return classifyDo(body);
    case "CallStmt":
      return combine([nothing("read"), classifyQuery({ FuncCall: body.funccall })]);
    case "CreateTableAsStmt":
      return combine([
        nothing("schema"),
        ...(unwrap(body.query)?.[0] === "ExecuteStmt" ? [nothing("unknown", "It runs a prepared statement")] : [classifyQuery(body.query)]),
      ]);
    case "ViewStmt":
      // Defining a view evaluates nothing, but its functions are named here.
      return nothing("schema");
    case "RefreshMatViewStmt":
      return nothing("modify");
    case "VacuumStmt":
    case "ClusterStmt":
    case "ReindexStmt":
      return side("modify", "background", type.replace("Stmt", "").toUpperCase());
    case "CheckPointStmt":
      return side("modify", "background", "CHECKPOINT");
    case "LoadStmt":
      return side("privilege", "program", "LOAD");
    case "AlterSystemStmt":
      return nothing("privilege");
    default:
      return classifyDefinition(type, body);
  }
}

function classifyExplain(body: Node): Classification {
  const inner = classify(body.query);
  const analyze = (body.options ?? []).some((option: Node) => {
    if (option.DefElem?.defname !== "analyze") return false;
    const value = option.DefElem.arg;
    const text = value?.String?.sval ?? value?.Boolean?.boolval ?? value?.Integer?.ival ?? constant(value);
    return !(value !== undefined && ["false", "off", "0"].includes(String(text ?? "0").toLowerCase()));
  });
  if (analyze) return inner;
  // Planning evaluates functions declared IMMUTABLE, truly or falsely; reviewed ones change nothing.
  return { ...inner, effect: inner.effect === "unknown" ? "unknown" : "read", sideEffects: [] };
}

function classifyCopy(body: Node): Classification {
  const query = body.query ? [classify(body.query)] : [];
  const where = body.whereClause ? [classifyQuery(body.whereClause)] : [];
  const place = (effect: Effect, kind: SideEffect["kind"]): Classification => ({
    ...nothing(effect),
    sideEffects: [{ kind, name: "COPY", effect }],
  });
  if (body.is_program) return combine([place("privilege", "program"), ...query, ...where]);
  if (body.filename) return combine([place("privilege", "file"), ...query, ...where]);
  if (body.is_from && isCatalogName(body.relation)) return combine([nothing("privilege"), ...where]);
  return combine([nothing(body.is_from ? "append" : "read"), ...query, ...where]);
}

function classifySet(body: Node): Classification {
  // SET TRANSACTION and its like carry their own name; RESET ALL has none.
  const name: string = body.kind === "VAR_RESET_ALL" ? "all" : (body.name ?? "").toLowerCase();
  const effect = settingEffect(name);
  return { ...nothing(effect), sideEffects: [{ kind: "session", name, effect }] };
}

function classifyDo(body: Node): Classification {
  const option = (name: string) => (body.args ?? []).find((item: Node) => item.DefElem?.defname === name)?.DefElem.arg;
  const language = option("language")?.String?.sval ?? "plpgsql";
  const source = option("as")?.String?.sval ?? names(option("as")?.List?.items)[0];
  if (source === undefined) return nothing("unknown", "The block has no body");
  const inside = classifyBody(language, source, BLOCK_SIGNATURE);
  return { ...inside, volatile: true };
}
