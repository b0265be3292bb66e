import type { AskedToken, Breakage, Cascade, Loss, ObjectEffect, Statement } from "@interlock/protocol";
import type { Closure } from "./closure.ts";

/** What is found out about one write, before it becomes a statement. */
export interface Analysis {
  /** Of a delete. */
  closure?: Closure;
  cascades: Cascade[];
  /** The object that the write names, where data is lost with it. */
  effects?: Pick<ObjectEffect, "object" | "dataLoss">[];

  breaks: Breakage[];
  risks: Statement["risks"];
  willFail: Statement["willFail"];
  reversible: Statement["reversible"];
  reversibleReason?: string;
  /** What cannot come back. */
  lost?: Loss[];
  /** The token it asks for. */
  token?: AskedToken;
}

/** An object is one row. */
export const ONE = { value: 1, kind: "exact" } as const;

export const remark = (code: string, severity: Statement["risks"][number]["severity"], message: string): Statement["risks"][number] => ({
  code,
  severity,
  message,
});
