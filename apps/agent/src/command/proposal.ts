import type { Principal } from "@interlock/protocol";

export interface Proposal {
  principal: Principal;
  roomId: string;
  connectionId: string;
  text: string;
  /** User ids of everybody who inserted or deleted inside the frozen range. The proposer is added. */
  authors: string[];
  documentId?: string;
  reason?: string;
  /** Most rows the author agrees to per object where a figure is not exact. */
  maxRows?: number;
  /** Makes a resend harmless: the same key by the same person answers with the same command. */
  key?: string;
}
