import type { Effect } from "@interlock/protocol";
import type { ObjectKind, Reason, Risk, RiskCode, ShellObject, Span } from "./line.ts";

/** Objects and reasons kept of one line; a line that names more is not read to its end by anybody. */
const KEPT = 200;

/** Where the facts about one line are written down while it is walked. */
export class Sheet {
  readonly reasons: Reason[] = [];
  readonly objects: ShellObject[] = [];
  readonly risks: Risk[] = [];
  opaque: string | undefined;
  follows = false;
  needsTty: string | undefined;
  changesHost = false;
  runsAs: string | undefined;

  /** How often anything was noted, repetitions included. */
  noted = 0;

  note(effect: Effect, text: string, at: Span): void {
    this.noted++;
    const last = this.reasons.at(-1);
    if (last?.effect === effect && last.text === text && last.start === at.start) return;
    // What raises the effect is never left out for want of room.
    if (this.reasons.length < KEPT || !this.reasons.some((reason) => reason.effect === effect))
      this.reasons.push({ effect, text, start: at.start, end: at.end });
  }

  unclear(why: string, at: Span): void {
    this.opaque ??= why;
    this.note("unknown", why, at);
  }

  object(effect: Effect, object: string, kind: ObjectKind, at: Span, dynamic: boolean): void {
    if (this.objects.length >= KEPT) return;
    if (this.objects.some((known) => known.object === object && known.effect === effect && known.kind === kind)) return;
    this.objects.push({ effect, object, kind, start: at.start, end: at.end, ...(dynamic ? { dynamic: true as const } : {}) });
  }

  risk(code: RiskCode, message: string, at: Span): void {
    if (this.risks.length >= KEPT || this.risks.some((risk) => risk.code === code && risk.message === message)) return;
    this.risks.push({ code, message, start: at.start, end: at.end });
  }
}
