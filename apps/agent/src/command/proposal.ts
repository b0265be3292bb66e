import type { Resolution } from "@interlock/connector";
import type { HostOrder, Impact, Principal, Upload } from "@interlock/protocol";

/** What an undo would do, as the target said it. */
export interface Undoing {
  /** The command whose changes are put back. */
  of: string;
  /** SHA-256 (hex) of the sealed rows. */
  digest: string;
  impact: Impact;
  resolution: Resolution;
  /** What will be sent, where that was made beforehand. */
  work?: Uint8Array;
}

/** A file on its way to a host, as the target said what it would do. */
export interface Uploading extends Upload {
  /** Of the bytes as they were received. */
  id: string;
  impact: Impact;
  resolution: Resolution;
}

export interface Proposal {
  principal: Principal;
  roomId: string;
  connectionId: string;
  text: string;
  /** What is sent with the text; what it names beyond that is a document of the room. */
  files?: Readonly<Record<string, string>>;
  stdin?: string;
  /** User ids of everybody who inserted or deleted inside the frozen range. The proposer is added. */
  authors: string[];
  documentId?: string;
  reason?: string;
  /** Most rows the author agrees to per object where a figure is not exact. */
  maxRows?: number;
  /** Does everything but commit. */
  dryRun?: boolean;
  /** Ids of further connections it is to run on, after its own. */
  hosts?: readonly string[];
  hostOrder?: HostOrder;
  /** Puts bytes in place that were received beforehand; `text` is then made of it for people to read. */
  upload?: Uploading;
  /** Puts back what a command changed; `text` is then made from it for people to read. */
  undo?: Undoing;
  /** Makes a resend harmless: the same key by the same person answers with the same command. */
  key?: string;
}
