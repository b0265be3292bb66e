import type { Parsed } from "@interlock/connector";
import { textEffect } from "./classification.ts";
import { classify } from "./classify.ts";
import { Prepared } from "./prepared.ts";
import { statementTrees } from "./statement-tree.ts";
import { titleOf } from "./title.ts";

/** Splits and classifies by the text alone; see Connector.parse. */
export function parse(text: string): Parsed {
  const { statements, diagnostics } = statementTrees(text);
  const prepared = new Prepared();
  return {
    statements: statements.map(({ tree, ...place }) => ({
      ...place,
      effect: textEffect(classify(tree && prepared.follow(tree))),
      title: titleOf(tree),
    })),
    diagnostics,
  };
}
