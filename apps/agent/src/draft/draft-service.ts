import type { Completion, DraftAnalysis, Principal } from "@interlock/protocol";

/** A Yjs relative position in its JSON form. */
export type PositionJson = Record<string, unknown>;

export declare class DraftService {
  constructor(parts: unknown);
  focus(input: { principal: Principal; roomId: string; documentId: string; anchor: PositionJson; head: PositionJson }): void;
  blur(input: { principal: Principal; roomId: string; documentId: string }): void;
  drafts(roomId: string): DraftAnalysis[];
  complete(input: { documentId: string; text: string; offset: number }): Promise<Completion[]>;
  stop(): void;
}
