import { expect, it } from "vitest";
import { ERRORS, ErrorCode, Problem, problem } from "./errors.ts";

it("makes a valid problem document of every code", () => {
  for (const code of ErrorCode.options) {
    expect(Problem.parse(problem(code, "detail"))).toMatchObject({
      code,
      status: ERRORS[code].status,
      type: `urn:interlock:error:${code}`,
    });
  }
});
