import { bareStatement, type Statement } from "@interlock/protocol";
import type { StatementTree } from "./statement-tree.ts";
import { LockSet } from "./locks.ts";
import type { PlanFacts } from "./explain.ts";

/** A Statement while it is worked out. */
export interface DraftStatement extends Omit<Statement, "locks"> {
  locks: LockSet;
  /** Nothing may rely on what is absent here. */
  incomplete: boolean;
  notes: string[];
  planned?: PlanFacts;
}

export function draftStatement(place: StatementTree, title: string, effect: Statement["effect"]): DraftStatement {
  return { ...bareStatement({ ...place, title, effect }), locks: new LockSet(), incomplete: false, notes: [] };
}

export function finished({ locks, incomplete: _incomplete, notes: _notes, planned: _planned, ...statement }: DraftStatement): Statement {
  return { ...statement, locks: locks.list() };
}
