import { appendAudit, type Db } from "@interlock/db";
import type { AuditEvent } from "@interlock/protocol";
import type { Timeline } from "../timeline.ts";

/** Analyses closer together than this, in milliseconds, belong to one burst, audited once. */
const BURST_MS = 60_000;

export interface AnalysedDraft {
  /** Principal name. */
  actor: string;
  roomId?: string;
  data: AuditEvent["data"];
}

/** Puts live analysis into the log before anything is asked of a target: once per draft and person while they keep typing (I1). */
export class AnalysisAudit {
  readonly #db: Db;
  readonly #timeline: Pick<Timeline, "publish">;
  readonly #bursts = new Map<string, number>();

  constructor(db: Db, timeline: Pick<Timeline, "publish">) {
    this.#db = db;
    this.#timeline = timeline;
  }

  /** Rejects when the log cannot be written; then nothing may be asked. */
  async once(draft: string, { actor, roomId, data }: AnalysedDraft): Promise<void> {
    const key = `${draft} ${actor}`;
    const now = Date.now();
    for (const [old, at] of this.#bursts) if (now - at >= BURST_MS) this.#bursts.delete(old);
    const within = this.#bursts.has(key);
    this.#bursts.set(key, now);
    if (within) return;
    try {
      const event = await this.#db.$transaction((tx) => appendAudit(tx, { type: "draft.analysed", actor, roomId, data }));
      await this.#timeline.publish(event);
    } catch (error) {
      this.#bursts.delete(key);
      throw error;
    }
  }
}
