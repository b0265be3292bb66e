import { missKind, type Case } from "./case.ts";
import type { FigureName } from "./compare.ts";
import type { Failure } from "./generated.ts";
import { errorOf } from "./peer.ts";
import { misses } from "./reduce.ts";

/** Everything that was counted over all cases. */
export class Tally {
  /** Statements the server accepted. */
  accepted = 0;
  refused = 0;
  /** Accepted or not, those whose code can be seen through. */
  ordinary = 0;
  unknown = 0;
  incomplete = 0;
  claimedExact = 0;
  wereExact = 0;
  /** Accepted statements with at least one miss of a figure. */
  readonly missed = new Map<FigureName, number>();
  readonly families = new Map<string, number>();
  /** Relative errors. */
  readonly errors = { targets: { ours: [] as number[], peer: [] as number[] }, all: { ours: [] as number[], peer: [] as number[] } };
  readonly failures = new Map<string, Failure>();

  add(found: Case, parts: readonly string[], ordinary: boolean): void {
    const { compared, truth, estimate, family, text } = found;
    const figures = new Set(compared.misses.map((miss) => miss.figure));
    if (ordinary) {
      this.ordinary++;
      if (figures.has("unknown")) this.unknown++;
      if (figures.has("incomplete")) this.incomplete++;
    }
    if (truth.refused) {
      this.refused++;
      return;
    }
    this.accepted++;
    this.families.set(family, (this.families.get(family) ?? 0) + 1);
    this.claimedExact += compared.claimedExact;
    this.wereExact += compared.wereExact;
    for (const figure of figures) this.missed.set(figure, (this.missed.get(figure) ?? 0) + 1);
    for (const miss of compared.misses) {
      if ((miss.figure === "unknown" || miss.figure === "incomplete") && !ordinary) continue;
      const kind = `${missKind(miss)}`;
      const known = this.failures.get(`${family}/${kind}`);
      if (known) known.count++;
      else this.failures.set(`${family}/${kind}`, { kind, count: 1, first: { parts, text, detail: miss.detail }, check: misses(kind) });
    }
    if (!estimate) return;
    for (const part of ["targets", "all"] as const)
      for (const who of ["ours", "peer"] as const) this.errors[part][who].push(errorOf(estimate[part][who], estimate[part].true));
  }

  /** A statement that was seen to wait for a lock; `missed` says which lock was not named, `unsafe` that nothing said so. */
  addOutside(text: string, parts: readonly string[], missed: string | undefined, unsafe: boolean): void {
    this.accepted++;
    this.families.set("outside transactions", (this.families.get("outside transactions") ?? 0) + 1);
    if (missed === undefined) return;
    for (const figure of unsafe ? (["unsafe", "locks"] as const) : (["locks"] as const)) {
      this.missed.set(figure, (this.missed.get(figure) ?? 0) + 1);
      this.failures.set(`outside/${figure}/${text}`, {
        kind: `${figure}: outside a transaction`,
        count: 1,
        first: { parts, text, detail: missed },
      });
    }
  }

  /** Share of accepted statements without a miss of the figure, 0…1. */
  right(figure: FigureName): number {
    return this.accepted === 0 ? 0 : 1 - (this.missed.get(figure) ?? 0) / this.accepted;
  }
}
