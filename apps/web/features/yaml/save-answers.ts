import { type ErrorCode, Impact, Verdict } from "@interlock/protocol";

interface Reader<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** Answer of `POST /analyze`. */
export const AnalysisAnswer: Reader<{ impact: Impact; verdict: Verdict }> = {
  safeParse(value) {
    const { impact, verdict } = (value ?? {}) as { impact?: unknown; verdict?: unknown };
    const read = { impact: Impact.safeParse(impact), verdict: Verdict.safeParse(verdict) };
    return read.impact.success && read.verdict.success
      ? { success: true, data: { impact: read.impact.data, verdict: read.verdict.data } }
      : { success: false };
  },
};

/** Of a proposed command its id; everything else of it comes over the room's socket. */
export const ProposedCommand: Reader<{ id: string }> = {
  safeParse(value) {
    const id = (value as { id?: unknown } | null)?.id;
    return typeof id === "string" ? { success: true, data: { id } } : { success: false };
  },
};

export type Proposed = { ok: true; commandId: string } | { ok: false; code: ErrorCode; detail?: string };
