import type { Statement } from "@interlock/protocol";
import { WENT_WITH } from "./settings-versions.data.ts";
import { OPTIONS } from "./syntax-options.data.ts";
import { SYNTAX } from "./syntax.data.ts";
import { unwrap, walk, type Node } from "./tree.ts";

/**
 * Why a server of this version (e.g. 130023) would refuse a statement that our grammar, that of PostgreSQL 18, reads. Sound for what the
 * table holds; whatever it lacks is refused by the server when it plans or runs the statement, before anything is done.
 */
export function unreadable(tree: Node, version: number): Statement["willFail"] {
  const major = Math.floor(version / 10_000);
  const found = new Map<string, Statement["willFail"][number]>();
  const whole = unwrap(tree)?.[1];
  walk(tree, (type, body) => {
    // What is kept with a role or a database can be taken back whatever it is called.
    if (type === "VariableSetStmt" && body.kind === "VAR_RESET" && body !== whole) return;
    for (const { since, what, code = "42601", found: isCase } of [...(SYNTAX[type] ?? []), ...(OPTIONS[type] ?? [])])
      if (major < since && (isCase?.(body) ?? true))
        found.set(what, { code, reason: `${what} needs PostgreSQL ${since}; the server is ${major}` });
    const went = type === "VariableSetStmt" ? WENT_WITH.get(String(body.name ?? "").toLowerCase()) : undefined;
    if (went !== undefined && major >= went)
      found.set(body.name, { code: "42704", reason: `The setting ${body.name} went with PostgreSQL ${went}; the server is ${major}` });
  });
  return [...found.values()];
}
