import { expect, test } from "vitest";
import { csvLine, uniqueNames } from "./table-text.ts";

test.each([
  [["a", "b"], "a,b"],
  [["a,b", 'say "x"', "line\nend"], '"a,b","say ""x""","line\nend"'],
  [[null, ""], ',""'],
  [["=1+1", "+44 20", "-x", "@SUM(A1)", "\tx", "\rx"], `'=1+1,'+44 20,'-x,'@SUM(A1),'\tx,"'\rx"`],
  [['=HYPERLINK("http://x","y")'], `"'=HYPERLINK(""http://x"",""y"")"`],
  [["-1", "+2.5", "-1e-9", "-.5", "--1", "-1-1"], "-1,+2.5,-1e-9,-.5,'--1,'-1-1"],
] as const)("%j becomes %s", (row, line) => {
  expect(csvLine([...row])).toBe(line);
});

test("columns of one name stay apart", () => {
  expect(uniqueNames(["id", "id", "id_2", "x"])).toEqual(["id", "id_2", "id_2_2", "x"]);
});
