import { expect, test } from "vitest";
import { meant } from "./in-front.ts";

test.each<[inSight: string[], last: string | undefined, expected: string | undefined]>([
  [["document a", "result 1"], undefined, "document a"],
  // Somebody looked at a result in between.
  [["document a", "object b", "result 1"], "object b", "object b"],
  // The document is behind the object.
  [["object b", "result 1"], "document a", "object b"],
  [["result 1"], "document a", undefined],
  [["document a", "object b"], undefined, undefined],
])("of %j, with %s in front last", (inSight, last, expected) => expect(meant(inSight, last)).toBe(expected));
