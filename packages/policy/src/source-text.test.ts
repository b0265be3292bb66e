import type { ASTNode } from "@marcbachmann/cel-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LOOSE } from "./cel-environment.ts";
import { sourceText } from "./source-text.ts";
import { childrenOf } from "./syntax-tree.ts";

const partsOf = (node: ASTNode): ASTNode[] => [node, ...childrenOf(node).flatMap(partsOf)];
/** A tree without its places. */
const shape = (node: ASTNode): unknown => [node.op, childrenOf(node).length > 0 ? childrenOf(node).map(shape) : String(node.args)];

/** Every part of `text`, and the same parts read by themselves from their own text. */
function bothWays(text: string): [unknown[], unknown[]] {
  const parts = partsOf(LOOSE.parse(text).ast);
  return [parts.map((part) => shape(LOOSE.parse(sourceText(part)).ast)), parts.map(shape)];
}

test.each([
  "1 - (2 - 3) == 2",
  "(1 + 2) * 3 == 9",
  "((1)) == (1)",
  "-(1 + 2) == -3",
  '(["a"] + ["b"])[1] == "b"',
  '("a" + ")").size() == (2)',
  "'(' == (')') && r'\\(' == (\"\\\"(\")",
  '"""(""" == ("x") // (\n',
  '{"a": (1)}.a == (1)',
  "[1].exists(x, (x > 0) && !(x == (2)))",
  "(true ? false : (true)) ? (true) : false",
])("%s", (text) => {
  const [read, written] = bothWays(text);
  expect(read).toEqual(written);
});

test("any nesting of brackets and operators", () => {
  const expression = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom("1", "2.5", '"("', "')'", "a.b", "[1, (2)]"),
      fc.tuple(tie("node"), fc.constantFrom("+", "-", "*", "==", "<", "&&", "||"), tie("node")).map(([l, op, r]) => `(${l}) ${op} (${r})`),
      fc.tuple(fc.constantFrom("!", "-", "(", "size("), tie("node")).map(([op, of]) => (op.endsWith("(") ? `${op}${of})` : `${op}(${of})`)),
    ),
  })).node;
  fc.assert(
    fc.property(expression, (text) => {
      const [read, written] = bothWays(text);
      expect(read).toEqual(written);
    }),
    { numRuns: 300 },
  );
});
