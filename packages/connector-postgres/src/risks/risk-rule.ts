import type { Risk } from "@interlock/protocol";
import type { Catalog, SessionFacts } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { Node } from "../tree.ts";

/** What a rule may look at. */
export interface RiskInput {
  type: string;
  body: Node;
  tree: Node;
  draft: DraftStatement;
  catalog: Catalog;
  facts: SessionFacts;
}

/** One risk: says what it found, or nothing. */
export type RiskRule = (input: RiskInput) => Risk | undefined;

/** Relations from this many rows on are large: reading one whole takes noticeable time. */
export const LARGE_ROWS = 100_000;
