import type { RiskRule } from "../risk-rule.ts";

export const systemCatalogueWrite: RiskRule = {
  code: "system-catalogue-write",
  severity: "danger",
  about:
    "A direct write to a system catalogue, such as a DELETE from pg_enum to take an enum value away: rows that hold it cannot be read any more.",
  find({ type, body }) {
    if (!["InsertStmt", "UpdateStmt", "DeleteStmt"].includes(type)) return undefined;
    const { schemaname, relname } = body.relation ?? {};
    if (!/^pg_(enum|attribute|class|type|constraint|proc|index|depend|authid|database|namespace)$/.test(relname ?? "")) return undefined;
    if (schemaname !== undefined && schemaname !== "pg_catalog") return undefined;
    return { message: `${relname} is PostgreSQL's own: a row changed by hand there can make tables unreadable` };
  },
};
