import { combine, nothing, type Classification } from "./classification.ts";
import { classify } from "./classify.ts";
import { parseGrammar } from "./grammar.ts";
import { embeddedSql, plpgsqlTree } from "./plpgsql.ts";

/** The consequences of a function body. Other languages than SQL and PL/pgSQL, and dynamic SQL, are `unknown`. */
export function classifyBody(language: string, source: string, signature: string): Classification {
  if (language === "sql") return classifySqlBody(source);
  if (language !== "plpgsql") return nothing("unknown", `The body is written in ${language}`);
  const tree = plpgsqlTree(source, signature);
  const embedded = tree && embeddedSql(tree);
  if (!embedded) return nothing("unknown", "The body cannot be read");
  return combine(
    embedded.map(({ text, dynamic }) => (dynamic ? nothing("unknown", "The body builds SQL while it runs") : classifySqlBody(text))),
  );
}

function classifySqlBody(source: string): Classification {
  const parsed = parseGrammar(source);
  if (!parsed.ok) return nothing("unknown", "The body cannot be parsed");
  return combine(parsed.statements.map((statement) => classify(statement.stmt)));
}
