import type { Effect } from "@interlock/protocol";
import { combine, nothing, type Classification } from "./classification.ts";
import { classifyQuery } from "./classify-expression.ts";
import { walk, type Node } from "./tree.ts";

/** Statements about definitions, by kind. Only what is listed is understood. */
const EFFECTS: Record<string, Effect> = Object.fromEntries(
  (
    [
      [
        "schema",
        `CreateStmt IndexStmt CreateSchemaStmt CreateSeqStmt AlterSeqStmt CreateTrigStmt CreateEnumStmt CompositeTypeStmt AlterEnumStmt
AlterTypeStmt CreateDomainStmt AlterDomainStmt CreateRangeStmt DefineStmt CommentStmt RuleStmt CreateStatsStmt AlterStatsStmt AlterCollationStmt
CreatePublicationStmt AlterPublicationStmt CreateCastStmt CreateConversionStmt CreateOpClassStmt CreateOpFamilyStmt AlterOpFamilyStmt
AlterOperatorStmt CreateTransformStmt AlterTSDictionaryStmt AlterTSConfigurationStmt CreateForeignTableStmt CreatedbStmt DropdbStmt
RenameStmt AlterObjectSchemaStmt AlterObjectDependsStmt DropStmt AlterTableMoveAllStmt AlterFunctionStmt CreateFunctionStmt AlterTableStmt
ReplicaIdentityStmt`,
      ],
      [
        "privilege",
        `GrantStmt GrantRoleStmt AlterDefaultPrivilegesStmt CreateRoleStmt AlterRoleStmt AlterRoleSetStmt DropRoleStmt AlterOwnerStmt
ReassignOwnedStmt DropOwnedStmt CreatePolicyStmt AlterPolicyStmt SecLabelStmt CreateExtensionStmt AlterExtensionStmt
AlterExtensionContentsStmt CreateFdwStmt AlterFdwStmt CreateForeignServerStmt AlterForeignServerStmt CreateUserMappingStmt
AlterUserMappingStmt DropUserMappingStmt ImportForeignSchemaStmt CreateSubscriptionStmt AlterSubscriptionStmt DropSubscriptionStmt
CreatePLangStmt CreateAmStmt CreateEventTrigStmt AlterEventTrigStmt AlterDatabaseStmt AlterDatabaseSetStmt AlterDatabaseRefreshCollStmt
CreateTableSpaceStmt DropTableSpaceStmt AlterTableSpaceOptionsStmt AlterSystemStmt`,
      ],
    ] as const
  ).flatMap(([effect, list]) => list.split(/\s+/).map((name) => [name, effect])),
);

/** Sub-commands of ALTER TABLE that are about rights or identity. */
const PRIVILEGE_COMMANDS = new Set([
  "AT_ChangeOwner",
  "AT_EnableRowSecurity",
  "AT_DisableRowSecurity",
  "AT_ForceRowSecurity",
  "AT_NoForceRowSecurity",
  "AT_EnableReplicaTrig",
  "AT_EnableAlwaysTrig",
  "AT_EnableAlwaysRule",
  "AT_EnableReplicaRule",
]);

/** Objects whose removal takes or gives rights. */
const PRIVILEGE_OBJECTS = new Set([
  "OBJECT_POLICY",
  "OBJECT_ROLE",
  "OBJECT_EXTENSION",
  "OBJECT_FDW",
  "OBJECT_FOREIGN_SERVER",
  "OBJECT_USER_MAPPING",
  "OBJECT_EVENT_TRIGGER",
  "OBJECT_LANGUAGE",
  "OBJECT_ACCESS_METHOD",
]);

const option = (body: Node, name: string): Node | undefined =>
  (body.options ?? body.actions ?? []).find((item: Node) => item.DefElem?.defname === name)?.DefElem.arg;

export function classifyDefinition(type: string, body: Node): Classification {
  const effect = EFFECTS[type];
  if (effect === undefined) return nothing("unknown", `${type} is not understood`);
  if (type === "AlterTableStmt") {
    const privileged = (body.cmds ?? []).some((cmd: Node) => PRIVILEGE_COMMANDS.has(cmd.AlterTableCmd?.subtype));
    return evaluated(nothing(privileged ? "privilege" : effect), body);
  }
  if (type === "DropStmt" || type === "RenameStmt") {
    const kind = body.removeType ?? body.renameType;
    return nothing(PRIVILEGE_OBJECTS.has(kind) ? "privilege" : effect);
  }
  if (type === "CreateFunctionStmt" || type === "AlterFunctionStmt") {
    const language = option(body, "language")?.String?.sval;
    const definer = option(body, "security")?.Boolean?.boolval === true;
    const trusted = language === undefined || language === "sql" || language === "plpgsql";
    return nothing(definer || !trusted ? "privilege" : effect);
  }
  if (type === "CreateStmt" || type === "IndexStmt" || type === "CreateSchemaStmt" || type === "AlterDomainStmt") {
    // CREATE SCHEMA may carry grants of its own.
    const grants = (body.schemaElts ?? []).some((element: Node) => element.GrantStmt);
    return evaluated(nothing(grants || body.authrole ? "privilege" : effect), body);
  }
  return nothing(effect);
}

/** Definitions that may be evaluated while they are made (defaults, expressions, checks): what they call, cast and compare counts. */
function evaluated(base: Classification, body: Node): Classification {
  const parts = [base];
  walk(body, (type, inner) => {
    if (type !== "FuncCall" && type !== "A_Expr" && type !== "TypeName") return;
    parts.push(classifyQuery({ [type]: inner }));
    return type === "TypeName";
  });
  return combine(parts);
}
