import { impactRows, type Effect, type Impact, type ReviewDemand, type Rows, type Verdict } from "@interlock/protocol";
import { count, duration } from "./figures.ts";

/** A verdict in words: the lead is what one must know, the rest what follows from it. */
export interface VerdictSentence {
  lead: string;
  /** Shown after the lead, joined by ` · `. `code` parts are names of rules. */
  rest: { text: string; code?: boolean }[];
}

export function verdictSentence(verdict: Verdict, impact: Impact, maxRows?: number): VerdictSentence {
  const { obligations } = verdict;
  const rest: VerdictSentence["rest"] = [];
  if (verdict.decision === "review" && obligations.reviews.length > 0) rest.push({ text: "not by an author" });
  for (const rule of verdict.rules.slice(0, 2)) rest.push({ text: rule, code: true });
  if (verdict.rules.length > 2) rest.push({ text: `and ${verdict.rules.length - 2} more` });
  if (verdict.decision !== "deny") {
    if (obligations.guard) rest.push({ text: guardWords(impact, maxRows) });
    if (obligations.reason) rest.push({ text: "say why" });
    if (obligations.rowCap !== undefined) rest.push({ text: `shows ${count(obligations.rowCap)} rows at most` });
    if (obligations.countdownMs > 0 && verdict.decision === "review")
      rest.push({ text: `${duration(obligations.countdownMs).replace(".0 s", " s")} to hold it` });
  }
  return { lead: leadWords(verdict), rest };
}

function leadWords(verdict: Verdict): string {
  switch (verdict.decision) {
    case "allow":
      return "Runs at once";
    case "deny":
      return verdict.message === "" ? "Denied: no rule allows it" : `Denied: ${verdict.message.replace(/\.$/u, "")}`;
    case "review":
      return verdict.obligations.reviews.length === 0 ? "Needs a review" : `Needs ${demandWords(verdict.obligations.reviews)}`;
  }
}

/** `1 review from payments-reviewers and 2 reviews from platform`. */
export function demandWords(demands: readonly ReviewDemand[]): string {
  const words = demands.map(({ count: n, group }) => `${n} ${n === 1 ? "review" : "reviews"} from ${group}`);
  return words.length < 2 ? (words[0] ?? "no review") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function guardWords(impact: Impact, maxRows: number | undefined): string {
  if (maxRows !== undefined) return `commits only if ≤ ${count(maxRows)} rows a table`;
  if ([...writes(impact)].some(({ rows }) => rows.kind !== "exact")) return "commits only within a row limit you set";
  const { value } = impactRows(impact);
  return value === 0 ? "commits only if it writes no row" : `commits only if ≤ ${count(value)} ${value === 1 ? "row" : "rows"}`;
}

/** Whether the author has to state the most rows: the guard compares with figures, and these are not exact. */
export function needsMaxRows(verdict: Verdict | undefined, impact: Impact | undefined): boolean {
  if (!verdict || !impact || verdict.decision === "deny" || !verdict.obligations.guard) return false;
  return [...writes(impact)].some(({ rows }) => rows.kind !== "exact");
}

/** Effects that write rows, which the guard counts. */
const WRITING: ReadonlySet<Effect> = new Set(["append", "modify", "delete"]);

function* writes(impact: Impact): Generator<{ object: string; rows: Rows }> {
  for (const statement of impact.statements) {
    for (const effect of statement.effects) if (WRITING.has(effect.effect)) yield effect;
    yield* statement.cascades;
    for (const side of statement.sideEffects) for (const write of side.writes ?? []) if (WRITING.has(write.effect)) yield write;
  }
}

/** A row limit to begin with: the largest inexact figure of one object and half as much again, rounded up to two leading digits. */
export function suggestedMaxRows(impact: Impact): number {
  const byObject = new Map<string, { value: number; exact: boolean }>();
  for (const { object, rows } of writes(impact)) {
    const known = byObject.get(object) ?? { value: 0, exact: true };
    byObject.set(object, { value: known.value + rows.value, exact: known.exact && rows.kind === "exact" });
  }
  const figures = [...byObject.values()];
  // When the figures here are exact and the server's were not, these are the better guess.
  const vague = figures.some(({ exact }) => !exact) ? figures.filter(({ exact }) => !exact) : figures;
  const expected = 1.5 * Math.max(0, ...vague.map(({ value }) => value));
  if (expected <= 10) return 10;
  const unit = 10 ** (Math.floor(Math.log10(expected)) - 1);
  return Math.ceil(expected / unit) * unit;
}
