import { has, kind, option, options, subtype, word, type Syntax } from "./syntax-case.ts";
import type { Node } from "./tree.ts";

/** Options of one list that are told apart by their names alone. */
const named = (since: number, what: string, field: string, names: string, code?: string): Syntax => ({
  since,
  what: `${names.replaceAll(" ", ", ").toUpperCase()} of ${what}`,
  ...(code ? { code } : {}),
  found: option(field, names.split(" ")),
});

const subscription = (what: string): Syntax[] => [
  named(14, what, "options", "binary streaming"),
  named(15, what, "options", "two_phase disable_on_error"),
  { since: 16, what: "STREAMING = PARALLEL", found: option("options", ["streaming"], word("parallel")) },
  named(16, what, "options", "origin password_required run_as_owner"),
  named(17, what, "options", "failover"),
];

const publication: Syntax[] = [named(18, "a publication", "options", "publish_generated_columns")];

/** Storage parameters; the server says "unrecognized parameter". */
const storage = (field: string): Syntax[] => [
  named(18, "a table", field, "autovacuum_vacuum_max_threshold vacuum_max_eager_freeze_failure_rate", "22023"),
  { since: 14, what: "VACUUM_INDEX_CLEANUP = AUTO", code: "22023", found: option(field, ["vacuum_index_cleanup"], word("auto")) },
];

const invoker = (field: string): Syntax => named(15, "a view", field, "security_invoker", "22023");
const argument = (arg: Node | undefined): boolean => arg !== undefined;

/** A header in COPY's text format, which is the one where none is named. */
const textHeader = (body: Node): boolean => {
  const list = options(body, "options");
  const format = list.find((item) => item.defname === "format")?.arg;
  const header = list.find((item) => item.defname === "header");
  return header !== undefined && !word("false", "off", "0")(header.arg) && (format === undefined || word("text")(format));
};

/** Options and words within statements that every version has, by node type of the parse tree. */
export const OPTIONS: Readonly<Record<string, readonly Syntax[]>> = {
  AlterDefaultPrivilegesStmt: [
    { since: 18, what: "default rights of large objects", found: (body) => body.action?.objtype === "OBJECT_LARGEOBJECT" },
  ],
  AlterOperatorStmt: [named(17, "ALTER OPERATOR", "options", "commutator negator merges hashes")],
  AlterPublicationStmt: publication,
  AlterSubscriptionStmt: [
    ...subscription("a subscription"),
    { since: 14, what: "ADD PUBLICATION of a subscription", found: kind("kind", "ALTER_SUBSCRIPTION_ADD_PUBLICATION") },
    { since: 14, what: "DROP PUBLICATION of a subscription", found: kind("kind", "ALTER_SUBSCRIPTION_DROP_PUBLICATION") },
    { since: 15, what: "SKIP of a subscription", found: kind("kind", "ALTER_SUBSCRIPTION_SKIP") },
  ],
  AlterTableCmd: [
    ...storage("def").map((item) => ({ ...item, found: (body: Node) => subtype("AT_SetRelOptions")(body) && item.found!(body) })),
    { ...invoker("def"), found: (body) => subtype("AT_SetRelOptions")(body) && option("def", ["security_invoker"])(body) },
  ],
  ClusterStmt: [{ since: 14, what: "options of CLUSTER", found: option("params", ["verbose"], argument) }],
  CopyStmt: [
    { since: 15, what: "HEADER of COPY in text format", code: "0A000", found: textHeader },
    { since: 15, what: "HEADER MATCH of COPY", found: option("options", ["header"], word("match")) },
    named(16, "COPY", "options", "default"),
    named(17, "COPY", "options", "on_error log_verbosity"),
    {
      since: 17,
      what: "* in FORCE_NULL and FORCE_NOT_NULL of COPY",
      code: "22023",
      found: option("options", ["force_null", "force_not_null"], (arg) => arg?.A_Star !== undefined),
    },
    named(18, "COPY", "options", "reject_limit"),
  ],
  CreateEventTrigStmt: [{ since: 17, what: "the event login", found: kind("eventname", "login") }],
  CreatePublicationStmt: publication,
  CreateRangeStmt: [named(14, "a range type", "params", "multirange_type_name")],
  CreateStmt: storage("options"),
  CreateSubscriptionStmt: subscription("a subscription"),
  CreatedbStmt: [
    named(15, "CREATE DATABASE", "options", "strategy locale_provider icu_locale collation_version oid"),
    named(16, "CREATE DATABASE", "options", "icu_rules"),
    named(17, "CREATE DATABASE", "options", "builtin_locale"),
  ],
  DefineStmt: [
    { since: 16, what: "RULES of a collation", found: (body) => isCollation(body) && option("definition", ["rules"])(body) },
    {
      since: 17,
      what: "the provider builtin of a collation",
      code: "42P17",
      found: (body) => isCollation(body) && option("definition", ["provider"], word("builtin"))(body),
    },
  ],
  ExplainStmt: [named(16, "EXPLAIN", "options", "generic_plan"), named(17, "EXPLAIN", "options", "serialize memory")],
  GrantRoleStmt: [
    named(16, "a membership", "opt", "inherit set"),
    { since: 16, what: "ADMIN FALSE of a membership", found: option("opt", ["admin"], (arg) => arg?.Boolean?.boolval !== true) },
  ],
  GrantStmt: [
    { since: 14, what: "GRANTED BY of rights", found: has("grantor") },
    { since: 15, what: "GRANT … ON PARAMETER", found: kind("objtype", "OBJECT_PARAMETER_ACL") },
  ],
  ReindexStmt: [
    named(14, "REINDEX", "params", "tablespace"),
    { since: 14, what: "arguments of REINDEX's options", found: option("params", ["concurrently", "verbose"], argument) },
  ],
  VacuumStmt: [
    named(14, "VACUUM", "options", "process_toast"),
    { since: 14, what: "INDEX_CLEANUP AUTO of VACUUM", found: option("options", ["index_cleanup"], word("auto")) },
    named(16, "VACUUM", "options", "process_main skip_database_stats only_database_stats buffer_usage_limit"),
  ],
  ViewStmt: [invoker("options")],
};

function isCollation(body: Node): boolean {
  return body.kind === "OBJECT_COLLATION";
}
