import { classify } from "./classify.ts";
import { parseGrammar } from "./grammar.ts";
import { BLOCK_SIGNATURE, embeddedSql, plpgsqlTree } from "./plpgsql.ts";
import { tableReferences } from "./table-references.ts";
import { statementTrees } from "./statement-tree.ts";
import { nameKey, nameOf, names, rangeName, walk, type NameRef, type Node } from "./tree.ts";

/** Every name in a text that stands for something in a database. */
export interface MentionedNames {
  relations: NameRef[];
  functions: NameRef[];
  types: NameRef[];
  operators: NameRef[];
  schemas: string[];
  roles: string[];
}

/** Collects names from the trees of a text; what does not parse has none. CTE names are included: a table of that name may exist or come to exist. */
export function mentionedNames(text: string): MentionedNames {
  const relations = new Map<string, NameRef>();
  const functions = new Map<string, NameRef>();
  const types = new Map<string, NameRef>();
  const operators = new Map<string, NameRef>();
  const schemas = new Set<string>();
  const roles = new Set<string>();
  const add = (map: Map<string, NameRef>, ref: NameRef) => {
    if (ref.name && ref.name !== "*") map.set(nameKey(ref), ref);
  };
  const trees = statementTrees(text).statements.flatMap(({ tree }) => (tree ? [tree, ...blockTrees(tree)] : []));
  for (const tree of trees) {
    // What is not written out: `BETWEEN`, `USING`, `IN`, and what built-ins run that is given to them as text.
    const found = classify(tree);
    for (const ref of found.operators) add(operators, ref);
    for (const ref of found.calls) add(functions, ref);
    for (const { ref } of tableReferences(found.followed)) add(relations, ref);
    walk(tree, (type, body) => {
      switch (type) {
        case "RangeVar":
          add(relations, rangeName(body));
          if (body.schemaname) schemas.add(body.schemaname);
          break;
        case "FuncCall":
          add(functions, nameOf(body.funcname));
          break;
        case "ColumnRef": {
          // `alias.name` that is no column is a function call on the row.
          const parts = names(body.fields);
          if (parts.length > 1 && parts.at(-1) !== "*") add(functions, { name: parts.at(-1)! });
          break;
        }
        case "A_Indirection":
          for (const name of names(body.indirection)) add(functions, { name });
          break;
        case "A_Expr":
          add(operators, nameOf(body.name));
          break;
        case "SubLink":
          if (body.operName) add(operators, nameOf(body.operName));
          break;
        case "TypeName":
          add(types, nameOf(body.names));
          break;
        case "ObjectWithArgs":
          add(functions, nameOf(body.objname));
          break;
        case "RoleSpec":
          if (body.rolename) roles.add(body.rolename);
          break;
        case "DropStmt":
          for (const object of body.objects ?? [])
            dropped(
              body.removeType,
              object,
              (ref) => add(relations, ref),
              (ref) => add(types, ref),
              schemas,
            );
          break;
        case "CreateTrigStmt":
          add(functions, nameOf(body.funcname));
          break;
      }
    });
  }
  return {
    relations: [...relations.values()],
    functions: [...functions.values()],
    types: [...types.values()],
    operators: [...operators.values()],
    schemas: [...schemas],
    roles: [...roles],
  };
}

/** Trees of the SQL in a DO block. */
function blockTrees(tree: Node): Node[] {
  const source = (tree["DoStmt"]?.args ?? []).find((item: Node) => item.DefElem?.defname === "as")?.DefElem.arg?.String?.sval;
  const block = typeof source === "string" ? plpgsqlTree(source, BLOCK_SIGNATURE) : undefined;
  return (block ? (embeddedSql(block) ?? []) : []).flatMap(({ text }) => {
    const parsed = parseGrammar(text);
    return parsed.ok ? parsed.statements.map((statement) => statement.stmt) : [];
  });
}

function dropped(kind: string, object: Node, relation: (ref: NameRef) => void, type: (ref: NameRef) => void, schemas: Set<string>): void {
  if (kind === "OBJECT_SCHEMA") schemas.add(object.String?.sval ?? "");
  else if (object.List && (kind === "OBJECT_TRIGGER" || kind === "OBJECT_RULE" || kind === "OBJECT_POLICY"))
    relation(nameOf(object.List.items.slice(0, -1)));
  else if (object.List) relation(nameOf(object.List.items));
  else if (object.TypeName) type(nameOf(object.TypeName.names));
}
