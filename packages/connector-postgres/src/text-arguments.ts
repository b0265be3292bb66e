import { nothing, type Classification } from "./classification.ts";
import { classifyQuery } from "./classify-expression.ts";
import { parseGrammar } from "./grammar.ts";
import { constant, names, type Node } from "./tree.ts";

/** Built-ins whose first argument is a query that they run, by name and number of arguments (0: any). */
const QUERY_ARGUMENT: Record<string, { argument: number; count: number }> = {
  query_to_xml: { argument: 0, count: 0 },
  query_to_xmlschema: { argument: 0, count: 0 },
  query_to_xml_and_xmlschema: { argument: 0, count: 0 },
  ts_stat: { argument: 0, count: 0 },
  ts_rewrite: { argument: 1, count: 2 },
};

/** Built-ins that read the whole relation they are given. */
const RELATION_ARGUMENT = new Set(["table_to_xml", "table_to_xmlschema", "table_to_xml_and_xmlschema"]);

/** Input checks of these types run no code but the server's own; a domain, say, may run somebody's. */
const PLAIN_TYPES = new Set(
  `bool boolean bytea char name int8 bigint int2 smallint int4 integer int text oid json xml point float4 real float8 inet cidr macaddr bpchar
varchar date time timestamp timestamptz interval timetz bit varbit numeric uuid jsonb jsonpath tsvector tsquery int4range int8range numrange
tsrange tstzrange daterange`
    .trim()
    .split(/\s+/),
);

export interface FollowedText {
  tree: Node;
  inside: Classification;
}

/**
 * What a built-in runs that was given to it as literal text; undefined where the text is not a literal, or not one query. An empty list:
 * nothing is run.
 */
export function followedText(name: string, args: readonly Node[]): FollowedText[] | undefined {
  // ts_rewrite(query, target, substitute) is about three values.
  if (name === "ts_rewrite" && args.length === 3) return [];
  if (name === "pg_input_is_valid" || name === "pg_input_error_info")
    return args.length === 2 && PLAIN_TYPES.has((literal(args[1]) ?? "").toLowerCase()) ? [] : undefined;
  const query = QUERY_ARGUMENT[name];
  if (query && (query.count === 0 || query.count === args.length)) return followed(literal(args[query.argument]));
  if (RELATION_ARGUMENT.has(name)) {
    const relation = literal(args[0]);
    return relation === undefined ? undefined : followed(`table ${relation}`);
  }
  return undefined;
}

function followed(text: string | undefined): FollowedText[] | undefined {
  if (text === undefined) return undefined;
  const parsed = parseGrammar(text);
  if (!parsed.ok || parsed.statements.length !== 1) return undefined;
  const tree = parsed.statements[0]!.stmt;
  // Anything but a query is refused by these functions, which run read-only.
  if (!["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].some((type) => type in tree))
    return [{ tree, inside: nothing("unknown") }];
  return [{ tree, inside: classifyQuery(tree) }];
}

/** The text of a literal, cast to a plain type or not; a named argument is no literal, since its place says nothing. */
function literal(node: Node | undefined): string | undefined {
  const cast = node?.TypeCast;
  if (cast && !["text", "regclass", "unknown", "varchar"].includes(names(cast.typeName?.names).at(-1) ?? "")) return undefined;
  return constant(cast ? cast.arg : node);
}
