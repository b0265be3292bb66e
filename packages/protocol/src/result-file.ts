import type { Command } from "./command.ts";

/**
 * The name of the file a result is saved as: what it is of, then the end of the command's id, so that two of the same statement differ:
 * `select-orders-4f2a91.csv`. Letters, digits and hyphens only: it travels in a header.
 */
export function resultFileName({ id, title, impact }: Pick<Command, "id" | "title" | "impact">, statement: number, format: string): string {
  const own = impact.statements.length > 1 ? impact.statements.find(({ index }) => index === statement)?.title : undefined;
  const words = (own ?? title)
    .replaceAll(/[^A-Za-z0-9]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "")
    .toLowerCase()
    .slice(0, 60);
  const place = impact.statements.length > 1 ? `-${statement + 1}` : "";
  return `${words || "result"}${place}-${id.slice(-6)}.${format}`;
}
