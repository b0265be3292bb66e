/** Catalogue facts of one database, as far as impact needs them. OIDs are numbers (they have 32 bits). */
export interface CatalogColumn {
  name: string;
  attnum: number;
  type: string;
  typeOid: number;
  notNull: boolean;
  /** Expression of a default or of a generated column. */
  expression?: string;
  generated: boolean;
  identity: boolean;
}

export interface CatalogRelation {
  oid: number;
  schema: string;
  name: string;
  /** pg_class.relkind. */
  kind: string;
  /** Rows by the server's statistics; -1 when it has none. */
  tuples: number;
  pages: number;
  rowSecurity: boolean;
  partition: boolean;
  /** Of its whole, the partition for all that no other takes. */
  defaultPartition: boolean;
  /** Defined by PostgreSQL itself. */
  system: boolean;
  columns: CatalogColumn[];
  /** Attribute numbers a partitioned table is divided by; 0 for an expression. */
  partitionKey: number[];
  /** A view that reads with the rights, and under the policies, of whoever uses it (security_invoker). */
  invoker: boolean;
  /** Definition of a view or materialised view. */
  definition?: string;
}

/** Actions as in pg_constraint: a NO ACTION, r RESTRICT, c CASCADE, n SET NULL, d SET DEFAULT. */
export interface ForeignKey {
  oid: number;
  name: string;
  child: number;
  parent: number;
  childColumns: number[];
  parentColumns: number[];
  onDelete: string;
  onUpdate: string;
  deferrable: boolean;
  /** Columns SET NULL or SET DEFAULT touches when they are not all. */
  setColumns: number[];
  temporal: boolean;
  /** Its triggers on the parent fire: rows that go, or whose key changes, take others along or are kept. Off after DISABLE TRIGGER ALL. */
  acts: boolean;
  /** Its triggers on the child fire: what a row refers to must be there. */
  checks: boolean;
  /** Share of the child's rows that refer to nothing since a column of the key is NULL, 0…1, by pg_stats where it tells this role. */
  nullShare?: number;
  /** The server holds rows to it; false for keys declared NOT ENFORCED (since 18). */
  enforced: boolean;
}

export interface CatalogIndex {
  oid: number;
  table: number;
  name: string;
  /** Leading attribute numbers; 0 for an expression. */
  columns: number[];
  unique: boolean;
  primary: boolean;
  /** How many of `columns`, from the first, are its key; others are only carried along. */
  keyColumns: number;
  valid: boolean;
  /** Uniqueness is held to row by row; not so for constraints that are deferrable. */
  immediate: boolean;
  partial: boolean;
  /** More than equal values decide what may not be there twice: an exclusion constraint, WITHOUT OVERLAPS, or NULLs that are one another's equals. */
  special: boolean;
}

/** A policy of row security. */
export interface Policy {
  /** USING and WITH CHECK. */
  expressions: string[];
  /** pg_policy.polcmd. */
  command: "*" | "r" | "a" | "w" | "d";
  /** It is for the session's role. */
  applies: boolean;
}

export interface CatalogTrigger {
  table: number;
  name: string;
  function: number;
  row: boolean;
  when: "before" | "after" | "instead";
  events: ("insert" | "delete" | "update" | "truncate")[];
  /** Columns of UPDATE OF; empty: any. */
  columns: number[];
  conditional: boolean;
  /** TG_ARGV; absent where one holds more than plain characters. */
  arguments?: readonly string[];
  /** Names of its transition tables. */
  oldTable?: string;
  newTable?: string;
}

/** A rule that rewrites what is written to a relation. */
export interface CatalogRule {
  oid: number;
  name: string;
  event: "insert" | "update" | "delete";
  /** CREATE RULE as the server prints it; names as the session that read the catalogue finds them. */
  definition: string;
}

export interface CatalogFunction {
  oid: number;
  schema: string;
  name: string;
  volatility: "i" | "s" | "v";
  definer: boolean;
  language: string;
  source: string;
  /** Body of a SQL-standard function, as the server prints it. */
  sqlBody?: string;
  extension?: string;
  /** Arguments and result as CREATE FUNCTION would write them, e.g. `(n integer) returns text`; without a result, a procedure. */
  signature: string;
  returnsTrigger: boolean;
  aggregate: boolean;
  /** Functions, not built in, that an aggregate is made of. */
  parts?: number[];
  /** `row.name` calls it where `name` is no column. */
  rowArgument: boolean;
  superuserOwned: boolean;
  /** Names of the settings it runs with (SET clauses). */
  settings: string[];
}

/** One way in which a type runs code. */
export interface CodedType {
  name: string;
  function: number;
  /** It may run where a value is only read (casts, text forms); else where one is made (checks, defaults) or estimated. */
  read: boolean;
  /** The relation whose row type it is; 0 for any other type. */
  relation: number;
}

export interface Catalog {
  database: string;
  /** e.g. 180004. */
  version: number;
  /** What the catalogue looked like; equal marks mean nothing was defined or analysed since. */
  mark: string;
  /** Relations whose definitions (view, defaults, policies) could not be read, since somebody had them, or what they are made of, to himself. */
  unread: ReadonlySet<number>;
  relations: ReadonlyMap<number, CatalogRelation>;
  byName: ReadonlyMap<string, CatalogRelation>;
  foreignKeys: readonly ForeignKey[];
  indexes: readonly CatalogIndex[];
  triggers: readonly CatalogTrigger[];
  functions: ReadonlyMap<number, CatalogFunction>;
  functionsByName: ReadonlyMap<string, CatalogFunction[]>;
  /** Enabled rules beyond a view's own, by relation, in the order of their names: that in which the server applies them. */
  rules: ReadonlyMap<number, CatalogRule[]>;
  /** Expressions that run when a relation is read or planned: row security, checks, index expressions. */
  policies: ReadonlyMap<number, Policy[]>;
  /** User functions a relation's definitions depend on, triggers left out. */
  functionReach: ReadonlyMap<number, number[]>;
  /** Relations a view's query depends on; what its rules write to is none of them. */
  relationReach: ReadonlyMap<number, number[]>;
  parents: ReadonlyMap<number, number[]>;
  children: ReadonlyMap<number, number[]>;
  /** Sequences that feed a table's columns. */
  sequences: readonly { table: number; attnum: number; sequence: number }[];
  /** Functions of operators that are not built in, by the operator's name. */
  operators: ReadonlyMap<string, number[]>;
  /** Types whose values run code that is not built in, by OID; arrays, domains and rows of such types included. */
  codedTypes: ReadonlyMap<number, CodedType[]>;
  schemas: readonly string[];
  /** Enabled event triggers: name and function. They run whenever something is defined. */
  eventTriggers: readonly { name: string; function: number }[];
}

/** What depends on the role that looks: its name and the way it finds unqualified names. */
export interface SessionFacts {
  role: string;
  /** Schemas in the order they are searched, pg_catalog included. */
  path: string[];
  /** Settings under which the parser and the server read a text alike. */
  readsAlike: boolean;
  /** The server replays another's log and takes no writes. */
  standby: boolean;
  /** Tables with row security that does not hold for this role. */
  unpoliced: ReadonlySet<number>;
}
