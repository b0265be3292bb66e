import type { AnalysisContext } from "./analysis-context.ts";
import type { DraftStatement } from "./draft-statement.ts";
import type { Node } from "./tree.ts";

export function isDefinition(_type: string): boolean {
  return false;
}
export async function describeDefinition(_context: AnalysisContext, _type: string, _body: Node, _draft: DraftStatement): Promise<void> {}
