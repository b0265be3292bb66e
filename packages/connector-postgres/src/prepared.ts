import { unwrap, type Node } from "./tree.ts";

/**
 * Statements prepared in the same text, so that EXECUTE can be read as what it runs. Only PREPARE at the top level of a text is known;
 * inside a body it makes that body unknown (see classifyBody), so nothing changes a name unseen.
 */
export class Prepared {
  readonly #known = new Map<string, Node>();

  /** The tree that a statement really runs; to be asked for each statement in turn. Without a known name it is the statement's own. */
  follow(tree: Node): Node {
    const [type, body] = unwrap(tree) ?? ["", {} as Node];
    switch (type) {
      case "PrepareStmt":
        // Preparing a name again is an error of the server's.
        if (!this.#known.has(body.name)) this.#known.set(body.name, body);
        return tree;
      case "DeallocateStmt":
        if (body.isall) this.#known.clear();
        else this.#known.delete(body.name);
        return tree;
      case "DiscardStmt":
        this.#known.clear();
        return tree;
      case "ExecuteStmt":
        return this.#executed(body) ?? tree;
      case "ExplainStmt":
      case "CreateTableAsStmt": {
        const inner = body.query?.ExecuteStmt && this.#executed(body.query.ExecuteStmt);
        return inner ? { [type]: { ...body, query: inner } } : tree;
      }
      default:
        return tree;
    }
  }

  /** The prepared query with its parameters in place; undefined when the name is unknown or the parameters are not as many as prepared. */
  #executed(execute: Node): Node | undefined {
    const prepared = this.#known.get(execute.name);
    if (!prepared) return undefined;
    const types: Node[] = prepared.argtypes ?? [];
    const values: Node[] = execute.params ?? [];
    if (types.length > 0 && types.length !== values.length) return undefined;
    const used = new Set<number>();
    const query = withParameters(prepared.query, (number) => {
      used.add(number);
      const value = values[number - 1];
      const typeName = types[number - 1]?.TypeName;
      return value && typeName ? { TypeCast: { arg: value, typeName } } : value;
    });
    const expected = types.length > 0 ? types.length : Math.max(0, ...used);
    return expected === values.length ? query : undefined;
  }
}

/** A copy of a tree in which `$n` is what `value` gives for it. */
function withParameters<T>(node: T, value: (number: number) => Node | undefined): T {
  if (Array.isArray(node)) return node.map((item) => withParameters(item, value)) as T;
  if (typeof node !== "object" || node === null) return node;
  const parameter = (node as Node)["ParamRef"];
  if (parameter) return (value(parameter.number ?? 0) ?? node) as T;
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, withParameters(inner, value)])) as T;
}
