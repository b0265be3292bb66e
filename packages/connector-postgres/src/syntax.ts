import type { Statement } from "@interlock/protocol";
import { SYNTAX } from "./syntax.data.ts";
import { walk, type Node } from "./tree.ts";

/**
 * Why a server of this version (e.g. 130023) would refuse a statement that PostgreSQL 18 reads: our grammar is that of 18. Sound for what the
 * table holds; whatever it lacks is refused by the server when it plans or runs the statement, before anything is done.
 */
export function unreadable(tree: Node, version: number): Statement["willFail"] {
  const major = Math.floor(version / 10_000);
  const found = new Map<string, Statement["willFail"][number]>();
  walk(tree, (type, body) => {
    for (const { since, what, code = "42601", found: isCase } of SYNTAX[type] ?? [])
      if (major < since && (isCase?.(body) ?? true))
        found.set(what, { code, reason: `${what} needs PostgreSQL ${since}; the server is ${major}` });
  });
  return [...found.values()];
}
