import type { Session } from "./session.ts";

/** Modes that keep others from reading or writing while they are held. */
const BLOCKING = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];

/** What a rollback of the current transaction will not take back, in words for people. Asked while it is still open. */
export async function outlivesRollback(session: Session): Promise<string[]> {
  const rows = await session.query(
    `SELECT pg_catalog.concat(n.nspname, '.', c.relname) AS object, c.relkind::pg_catalog.text AS kind,
       pg_catalog.array_agg(DISTINCT l.mode) AS modes
     FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.granted
       AND n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[])
     GROUP BY 1, 2 ORDER BY 1`,
  );
  const said: string[] = [];
  for (const row of rows) {
    const object = String(row["object"]);
    const modes = row["modes"] as string[];
    if (row["kind"] === "S" && modes.includes("RowExclusiveLock")) said.push(`The sequence ${object} keeps the numbers it gave out.`);
    else if (row["kind"] === "f" && modes.includes("RowExclusiveLock"))
      said.push(`${object} is kept on another server, which may not take back what was written to it.`);
    else if (["r", "p", "m"].includes(String(row["kind"]))) {
      const held = modes.filter((mode) => BLOCKING.includes(mode));
      if (held.length > 0) said.push(`${object} was held under ${held.join(", ")} while it ran: others had to wait.`);
    }
  }
  said.push("Dead rows stay for vacuum, and what functions do outside this database is not taken back.");
  return said;
}
