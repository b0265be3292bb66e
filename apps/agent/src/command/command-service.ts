import type { Command, Outcome, Principal } from "@interlock/protocol";

export interface Proposal {
  principal: Principal;
  roomId: string;
  connectionId: string;
  text: string;
  /** User ids of everybody who inserted or deleted inside the frozen range. The proposer is added. */
  authors: string[];
  documentId?: string;
  reason?: string;
  maxRows?: number;
  /** Makes a resend harmless: the same key by the same person answers with the same command. */
  key?: string;
}

export interface ReviewInput {
  principal: Principal;
  commandId: string;
  digest: string;
  decision: "approve" | "reject";
  comment?: string;
}

export interface CommandAct {
  principal: Principal;
  commandId: string;
}

export declare class CommandService {
  constructor(parts: unknown);
  propose(input: Proposal): Promise<Outcome<Command>>;
  review(input: ReviewInput): Promise<Outcome<Command>>;
  hold(input: CommandAct): Promise<Outcome<Command>>;
  run(input: CommandAct & { digest: string }): Promise<Outcome<Command>>;
  cancel(input: CommandAct): Promise<Outcome<Command>>;
  withdraw(input: CommandAct): Promise<Outcome<Command>>;
  get(commandId: string): Promise<Command | undefined>;
  /** Newest first. */
  list(roomId: string, limit: number): Promise<Command[]>;
  recover(): Promise<void>;
  stop(): Promise<void>;
}
