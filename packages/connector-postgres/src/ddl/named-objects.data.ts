import { names, type Node } from "../tree.ts";

const one = (field: string) => (body: Node) => [String(body[field] ?? "")];
const list = (field: string) => (body: Node) => [names(body[field]).join(".")];
const role = (spec: Node | undefined): string => spec?.rolename ?? (spec?.roletype === "ROLESPEC_CURRENT_USER" ? "current_user" : "public");

/**
 * Definitions of objects that are no relations and lock none: the server's word for the object and its name. Verified against
 * PostgreSQL 18 by the cases of test/ddl; those that reach other servers or run outside of transactions by their documentation.
 */
export const NAMED_OBJECTS: Record<string, [kind: string, names: (body: Node) => string[]]> = {
  AlterCollationStmt: ["collation", list("collname")],
  AlterDatabaseRefreshCollStmt: ["database", one("dbname")],
  AlterDatabaseSetStmt: ["database", one("dbname")],
  AlterDatabaseStmt: ["database", one("dbname")],
  AlterDefaultPrivilegesStmt: ["default privileges", () => ["default privileges"]],
  AlterEnumStmt: ["type", list("typeName")],
  AlterEventTrigStmt: ["event trigger", one("trigname")],
  AlterFdwStmt: ["foreign-data wrapper", one("fdwname")],
  AlterForeignServerStmt: ["server", one("servername")],
  AlterFunctionStmt: ["function", (body) => [names(body.func?.objname).join(".")]],
  AlterOpFamilyStmt: ["operator family", list("opfamilyname")],
  AlterOperatorStmt: ["operator", (body) => [names(body.opername?.objname).join(".")]],
  AlterRoleSetStmt: ["role", (body) => [body.role ? role(body.role) : "all"]],
  AlterRoleStmt: ["role", (body) => [role(body.role)]],
  AlterStatsStmt: ["statistics object", list("defnames")],
  AlterSystemStmt: ["server configuration", (body) => [body.setstmt?.name ?? "all"]],
  AlterTSConfigurationStmt: ["text search configuration", list("cfgname")],
  AlterTSDictionaryStmt: ["text search dictionary", list("dictname")],
  AlterTableSpaceOptionsStmt: ["tablespace", one("tablespacename")],
  AlterTypeStmt: ["type", list("typeName")],
  AlterUserMappingStmt: ["user mapping", (body) => [`${role(body.user)} on ${body.servername}`]],
  CheckPointStmt: ["server", () => ["checkpoint"]],
  CompositeTypeStmt: ["type", (body) => [[body.typevar?.schemaname, body.typevar?.relname].filter(Boolean).join(".")]],
  CreateAmStmt: ["access method", one("amname")],
  CreateCastStmt: ["cast", (body) => [`${names(body.sourcetype?.names).at(-1)} AS ${names(body.targettype?.names).at(-1)}`]],
  CreateConversionStmt: ["conversion", list("conversion_name")],
  CreateDomainStmt: ["domain", list("domainname")],
  CreateEnumStmt: ["type", list("typeName")],
  CreateEventTrigStmt: ["event trigger", one("trigname")],
  CreateFdwStmt: ["foreign-data wrapper", one("fdwname")],
  CreateForeignServerStmt: ["server", one("servername")],
  CreateOpClassStmt: ["operator class", list("opclassname")],
  CreateOpFamilyStmt: ["operator family", list("opfamilyname")],
  CreatePLangStmt: ["language", one("plname")],
  CreateRangeStmt: ["type", list("typeName")],
  CreateRoleStmt: ["role", one("role")],
  CreateTableSpaceStmt: ["tablespace", one("tablespacename")],
  CreateTransformStmt: ["transform", (body) => [`for ${names(body.type_name?.names).at(-1)} language ${body.lang}`]],
  CreateUserMappingStmt: ["user mapping", (body) => [`${role(body.user)} on ${body.servername}`]],
  CreatedbStmt: ["database", one("dbname")],
  DefineStmt: ["object", list("defnames")],
  DropTableSpaceStmt: ["tablespace", one("tablespacename")],
  DropUserMappingStmt: ["user mapping", (body) => [`${role(body.user)} on ${body.servername}`]],
};

const text = (field: string) => (body: Node) => ({ String: { sval: body[field] ?? "" } });
const qualified = (field: string) => (body: Node) => ({ List: { items: body[field] ?? [] } });
const type = (field: string) => (body: Node) => ({ TypeName: { names: body[field] ?? [] } });

/** Of those, the ones that change what must be there: its kind and where it is named, as objectAddress asks for them. */
export const ALTERED: Record<string, [kind: string | ((body: Node) => string), object: (body: Node) => Node]> = {
  AlterCollationStmt: ["OBJECT_COLLATION", qualified("collname")],
  AlterDatabaseSetStmt: ["OBJECT_DATABASE", text("dbname")],
  AlterDatabaseStmt: ["OBJECT_DATABASE", text("dbname")],
  AlterEnumStmt: ["OBJECT_TYPE", type("typeName")],
  AlterEventTrigStmt: ["OBJECT_EVENT_TRIGGER", text("trigname")],
  AlterFdwStmt: ["OBJECT_FDW", text("fdwname")],
  AlterForeignServerStmt: ["OBJECT_FOREIGN_SERVER", text("servername")],
  AlterFunctionStmt: [(body) => body.objtype ?? "OBJECT_FUNCTION", (body) => ({ ObjectWithArgs: body.func })],
  AlterOperatorStmt: ["OBJECT_OPERATOR", (body) => ({ ObjectWithArgs: body.opername })],
  AlterRoleStmt: ["OBJECT_ROLE", (body) => ({ RoleSpec: body.role })],
  AlterTSConfigurationStmt: ["OBJECT_TSCONFIGURATION", qualified("cfgname")],
  AlterTSDictionaryStmt: ["OBJECT_TSDICTIONARY", qualified("dictname")],
  AlterTableSpaceOptionsStmt: ["OBJECT_TABLESPACE", text("tablespacename")],
  AlterTypeStmt: ["OBJECT_TYPE", type("typeName")],
};

/** Definitions whose reach cannot be read from here, with the reason that people are told. They are never complete. */
export const OUT_OF_REACH: Record<string, [kind: string, names: (body: Node) => string[], reason: string]> = {
  AlterExtensionStmt: ["extension", one("extname"), "An extension is updated by scripts that lie on the server"],
  AlterSubscriptionStmt: ["subscription", one("subname"), "A subscription reaches another server and works in the background"],
  CreateExtensionStmt: ["extension", one("extname"), "An extension is made by a script that lies on the server"],
  CreateSubscriptionStmt: ["subscription", one("subname"), "A subscription reaches another server and copies in the background"],
  DropSubscriptionStmt: ["subscription", one("subname"), "A subscription has a slot on another server"],
  DropdbStmt: ["database", one("dbname"), "What the database holds is not seen from this one"],
  ImportForeignSchemaStmt: ["schema", one("local_schema"), "Which tables are made depends on the other server"],
  LoadStmt: ["library", one("filename"), "The library runs its own code in the server"],
};

/** Statement kinds that define nothing: queries, sessions and transactions, worked out where those are. */
export const NO_DEFINITIONS: ReadonlySet<string> = new Set(
  `SelectStmt InsertStmt UpdateStmt DeleteStmt MergeStmt CopyStmt ExplainStmt CallStmt DoStmt PrepareStmt ExecuteStmt DeallocateStmt
DeclareCursorStmt FetchStmt ClosePortalStmt ListenStmt UnlistenStmt NotifyStmt DiscardStmt TransactionStmt VariableSetStmt VariableShowStmt
ConstraintsSetStmt`.split(/\s+/),
);

/** Nodes that are parts of other statements, never statements of their own (gram.y, stmt). */
export const ONLY_INSIDE: ReadonlySet<string> = new Set([
  "RawStmt",
  "ReturnStmt",
  "PLAssignStmt",
  "SetOperationStmt",
  "ReplicaIdentityStmt",
]);
