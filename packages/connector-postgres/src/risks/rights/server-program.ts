import type { RiskRule } from "../risk-rule.ts";

export const serverProgram: RiskRule = {
  code: "server-program",
  severity: "danger",
  about: "COPY to or from a program, or a file of the server: it runs and reaches there what the server's own user may.",
  find({ type, body }) {
    if (type !== "CopyStmt" || body.filename === undefined) return undefined;
    if (body.is_program) return { message: "The server runs this program as its own user, with everything that user may do there" };
    return {
      message: body.is_from
        ? "The server reads a file of its own machine"
        : "The server writes a file on its own machine, over one that is there",
    };
  },
};
