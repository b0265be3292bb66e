import { appendAudit, type Db } from "@interlock/db";
import type { AuditEvent, AuditType } from "@interlock/protocol";
import type { Timeline } from "../timeline.ts";

/** Analyses closer together than this, in milliseconds, belong to one burst, audited once. */
const BURST_MS = 60_000;

export interface AnalysedDraft {
  /** Principal name. */
  actor: string;
  roomId?: string | undefined;
  data: AuditEvent["data"];
}

/** Puts what is asked of a target by the way into the log before it is asked: once per subject and person while they keep at it (I1). */
export class AnalysisAudit {
  readonly #db: Db;
  readonly #timeline: Pick<Timeline, "publish">;
  readonly #type: AuditType;
  readonly #bursts = new Map<string, { at: number; written: Promise<void> }>();

  constructor(db: Db, timeline: Pick<Timeline, "publish">, type: AuditType = "draft.analysed") {
    this.#type = type;
    this.#db = db;
    this.#timeline = timeline;
  }

  /** Rejects when the log cannot be written; then nothing may be asked. */
  async once(draft: string, { actor, roomId, data }: AnalysedDraft): Promise<void> {
    const key = `${draft} ${actor}`;
    const now = Date.now();
    for (const [old, { at }] of this.#bursts) if (now - at >= BURST_MS) this.#bursts.delete(old);
    const known = this.#bursts.get(key);
    // Whoever comes while the event is being written waits for it, too: nothing is asked before the log has it.
    const written = known?.written ?? this.#write({ actor, roomId, data });
    this.#bursts.set(key, { at: now, written });
    try {
      await written;
    } catch (error) {
      if (this.#bursts.get(key)?.written === written) this.#bursts.delete(key);
      throw error;
    }
  }

  async #write({ actor, roomId, data }: AnalysedDraft): Promise<void> {
    await this.#timeline.publish(await this.#db.$transaction((tx) => appendAudit(tx, { type: this.#type, actor, roomId, data })));
  }
}
