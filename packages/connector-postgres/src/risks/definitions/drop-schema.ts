import type { RiskRule } from "../risk-rule.ts";

export const dropSchema: RiskRule = {
  code: "drop-schema",
  severity: "danger",
  about: "DROP SCHEMA … CASCADE and DROP DATABASE take every table with them, and nothing brings them back.",
  covers: ["drop-cascade"],
  find({ type, body, catalog }) {
    if (type === "DropdbStmt") return { message: `The whole database ${body.dbname} is gone for good` };
    if (type !== "DropStmt" || body.removeType !== "OBJECT_SCHEMA" || body.behavior !== "DROP_CASCADE") return undefined;
    const wanted: string[] = body.objects.map((item: { String?: { sval: string } }) => item.String?.sval ?? "");
    const tables = [...catalog.relations.values()].filter(({ schema, kind }) => wanted.includes(schema) && (kind === "r" || kind === "p"));
    return tables.length === 0
      ? undefined
      : { message: `All of ${wanted.join(", ")} is gone for good, ${tables.length === 1 ? "a table" : `${tables.length} tables`} with it` };
  },
};
