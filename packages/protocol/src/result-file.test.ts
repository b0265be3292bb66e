import { expect, test } from "vitest";
import type { Command } from "./command.ts";
import { resultFileName } from "./result-file.ts";

const command = (title: string, ...titles: string[]) =>
  ({ id: "0198-4f2a91", title, impact: { statements: titles.map((one, index) => ({ index, title: one })) } }) as unknown as Command;

test.each([
  [command("SELECT orders", "SELECT orders"), 0, "select-orders-4f2a91.csv"],
  [command("SELECT a and 1 more", "SELECT a", "SELECT b"), 1, "select-b-2-4f2a91.csv"],
  [command('SELECT "Zoë\r\n; x"'), 0, "select-zo-x-4f2a91.csv"],
  [command("…"), 0, "result-4f2a91.csv"],
] as const)("a result's file is named after its statement", (of, statement, name) => {
  expect(resultFileName(of, statement, "csv")).toBe(name);
});
