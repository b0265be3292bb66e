import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLayout } from "./json-layout.ts";

test("one member a line", () => {
  expect(jsonLayout('{"a":[1,{"b": null}],"c":{ }}')).toBe(
    ["{", '  "a": [', "    1,", "    {", '      "b": null', "    }", "  ],", '  "c": {}', "}"].join("\n"),
  );
});

test("large numbers, double keys and white space within strings stay as they are", () => {
  expect(jsonLayout('{"n":12345678901234567890,"n":1.10,"s":"a , b: {\\" }"}')).toBe(
    ["{", '  "n": 12345678901234567890,', '  "n": 1.10,', '  "s": "a , b: {\\" }"', "}"].join("\n"),
  );
});

test("means the same as what it was made of", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.parse(jsonLayout(text))).toEqual(JSON.parse(text));
    }),
  );
});
