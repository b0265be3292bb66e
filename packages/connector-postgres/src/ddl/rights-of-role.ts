import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { names, type Node } from "../tree.ts";
import { holds } from "../versions.data.ts";

/** What denies a statement to the session's role: a condition in SQL over `me` (its row of pg_roles), and what the server would say. */
interface Denial {
  condition: string;
  parameters?: unknown[];
  words: string;
}

const CREATE_HERE = "has_database_privilege(current_database(), 'CREATE')";

/** Statements about the whole server, database or role, by kind; the rights to a relation or a schema are in rights.ts. */
const DENIALS: Record<string, (body: Node, version: number) => Denial | undefined> = {
  CreateSchemaStmt: () => ({ condition: `not ${CREATE_HERE}`, words: "permission denied to create in the database" }),
  CreatePublicationStmt: (body) => ({
    condition: body.for_all_tables ? "not me.rolsuper" : `not ${CREATE_HERE}`,
    words: "permission denied to create a publication",
  }),
  CreateEventTrigStmt: () => ({ condition: "not me.rolsuper", words: "permission denied to create an event trigger" }),
  CreateExtensionStmt: (body) => ({
    // A trusted one needs no more than the right to create (extension.c).
    condition: `not me.rolsuper and exists (select from pg_available_extension_versions v where v.name = $1)
      and not exists (select from pg_available_extension_versions v where v.name = $1 and (not v.superuser or (v.trusted and ${CREATE_HERE})))`,
    parameters: [body.extname],
    words: `permission denied to create extension ${body.extname}`,
  }),
  CreateRoleStmt: () => ({ condition: "not (me.rolsuper or me.rolcreaterole)", words: "permission denied to create a role" }),
  DropRoleStmt: () => ({ condition: "not (me.rolsuper or me.rolcreaterole)", words: "permission denied to drop a role" }),
  AlterRoleStmt: (body) => {
    const password = (body.options ?? []).every((item: Node) => item.DefElem?.defname === "password");
    return {
      condition: `not (me.rolsuper or me.rolcreaterole) and not ($1 and coalesce($2, current_user) = current_user)`,
      parameters: [password, body.role?.rolename ?? null],
      words: "permission denied to alter a role",
    };
  },
  GrantRoleStmt: (body, version) => ({
    // Before 16 who may create roles may grant them (user.c).
    condition: `not me.rolsuper and not (${holds("rolesNeedAdmin", version) ? "false" : "me.rolcreaterole"})
      and exists (select from pg_roles r where r.rolname = any($1) and not pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION'))`,
    parameters: [names((body.granted_roles ?? []).map((item: Node) => ({ String: { sval: item.AccessPriv?.priv_name ?? "" } })))],
    words: "permission denied to grant a role",
  }),
  VariableSetStmt: (body, version) => {
    const role: string | undefined = body.args?.[0]?.A_Const?.sval?.sval;
    if (body.kind !== "VAR_SET_VALUE" || role === undefined) return undefined;
    if (body.name === "role" && role !== "none")
      return {
        condition: `exists (select from pg_roles r where r.rolname = $1 and not pg_has_role(r.oid, '${holds("rolesNeedAdmin", version) ? "SET" : "MEMBER"}'))`,
        parameters: [role],
        words: `permission denied to set role ${role}`,
      };
    if (body.name === "session_authorization")
      return {
        condition: "not me.rolsuper and $1 <> session_user::text",
        parameters: [role],
        words: "permission denied to set the session authorization",
      };
    return undefined;
  },
  CopyStmt: (body) => {
    if (!body.filename) return undefined;
    const right = body.is_program ? "pg_execute_server_program" : body.is_from ? "pg_read_server_files" : "pg_write_server_files";
    return { condition: `not pg_has_role('${right}', 'USAGE')`, words: `permission denied: it takes the rights of ${right}` };
  },
};

/** Says beforehand what the session's role may not do at all. */
export async function foretellRole(
  { session, catalog, facts }: AnalysisContext,
  type: string,
  body: Node,
  draft: DraftStatement,
): Promise<void> {
  const denial = DENIALS[type]?.(body, catalog.version);
  if (!denial) return;
  const [denied] = await session.query(
    `select from pg_roles me where me.rolname = current_user and ${denial.condition}`,
    denial.parameters ?? [],
  );
  if (denied) draft.willFail.push({ code: "42501", reason: `${facts.role}: ${denial.words}` });
}
