import type { Connection, Impact, Principal } from "@interlock/protocol";

/** Who would run what, where and when. `room` is undefined where nobody is in one. */
export interface JudgeInput {
  principal: Pick<Principal, "id" | "name" | "groups">;
  connection: Pick<Connection, "name" | "connector" | "environment" | "labels">;
  room: { id: string; severity?: string | undefined; incident: boolean } | undefined;
  impact: Impact;
  /** It puts back what a command changed. */
  undo?: boolean;
  now: Date;
}
