import type { Risk } from "@interlock/protocol";
import type { Catalog, SessionFacts } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { StatementTree } from "../statement-tree.ts";
import type { Node } from "../tree.ts";
import type { Fact } from "../versions.data.ts";

/** What a rule may look at. Nothing here asks the server: a rule is pure. */
export interface RiskInput {
  type: string;
  body: Node;
  tree: Node;
  draft: DraftStatement;
  catalog: Catalog;
  facts: SessionFacts;
  /** Every statement of the text; `draft.index` is the place of this one. */
  text: readonly StatementTree[];
  /** What those before it would do. */
  before: readonly DraftStatement[];
}

/** What a rule found. */
export interface Finding {
  message: string;
  /** Where it is other than the rule's own. */
  severity?: Risk["severity"] | undefined;
  /** The whole replacement for the statement, without a closing semicolon; `why` says what is safer about it. */
  suggestion?: { text: string | undefined; why: string } | undefined;
}

export interface RiskRule {
  /** Stable: policies and docs/risks.md name it. */
  code: string;
  severity: Risk["severity"];
  /** One line for docs/risks.md: what is risky and why. */
  about: string;
  /** Codes that are left out where this rule finds something, since it says the same and more. */
  covers?: readonly string[];
  find(input: RiskInput): Finding | readonly Finding[] | undefined;
}

/** What a rule must find and must leave alone: texts run against test/risks/schema.sql. */
export interface RiskCases {
  /** Texts with the exact text that is suggested, or without where nothing can be; and the versions in which it is. */
  warns: readonly (readonly [text: string, suggestion?: string, since?: Fact])[];
  quiet: readonly string[];
  /** What another session does, in a transaction that it keeps open, while the texts that must warn are analysed. */
  meanwhile?: string;
}
