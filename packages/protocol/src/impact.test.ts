import { describe, expect, it } from "vitest";
import { bareStatement, impactRows, strongest, sumRows, type Impact, type Statement } from "./impact.ts";

describe("strongest", () => {
  it("follows the order of the effect words, unknown above all", () => {
    expect(strongest([])).toBe("read");
    expect(strongest(["append", "read"])).toBe("append");
    expect(strongest(["delete", "modify", "append"])).toBe("delete");
    expect(strongest(["privilege", "unknown", "schema"])).toBe("unknown");
  });
});

describe("sumRows", () => {
  it("adds values and keeps the least certain kind", () => {
    expect(sumRows([])).toEqual({ value: 0, kind: "exact" });
    expect(
      sumRows([
        { value: 2, kind: "exact" },
        { value: 3, kind: "estimate" },
        { value: 1, kind: "capped" },
      ]),
    ).toEqual({ value: 6, kind: "estimate" });
    expect(
      sumRows([
        { value: 2, kind: "exact" },
        { value: 0, kind: "unknown" },
      ]).kind,
    ).toBe("unknown");
  });
});

describe("impactRows", () => {
  it("counts targets and cascades, not what is only read", () => {
    const statement: Statement = {
      ...bareStatement({ index: 0, start: 0, end: 1, text: "x", title: "DELETE a", effect: "delete" }),
      effects: [
        { effect: "delete", object: "s.a", kind: "table", rows: { value: 10, kind: "exact" } },
        { effect: "read", object: "s.b", kind: "table", rows: { value: 999, kind: "estimate" } },
      ],
      cascades: [{ object: "s.c", effect: "delete", rows: { value: 5, kind: "exact" }, via: ["fk"], depth: 1 }],
    };
    const impact: Impact = { effect: "delete", complete: true, tookMs: 1, warnings: [], statements: [statement] };
    expect(impactRows(impact)).toEqual({ value: 15, kind: "exact" });
  });
});
