import type { Impact, Statement } from "@interlock/protocol";
import { type Expression, ExpressionFault } from "./expression.ts";
import { type CommonFacts, type Facts, factsOf } from "./facts.ts";
import { doubt, open } from "./figures.ts";
import type { JudgeInput } from "./judge-input.ts";
import { mismatch } from "./match.ts";
import type { Rule } from "./policy.ts";

/**
 * What one rule says of one statement. `possible`: its condition hangs on something not known, and may hold; then it forbids, demands and
 * masks as if it did (an allow, too, has obligations), but permits nothing.
 */
export interface Finding {
  holds: "yes" | "possible" | "no" | "error";
  why: string;
  /** What is not known, where it is possible. */
  unsure?: string;
}

/** One statement with its facts, made when the first expression asks for them. */
export class Subject {
  readonly statement: Statement;
  readonly impact: Impact;
  readonly #common: CommonFacts;
  #facts: Facts | undefined;
  #worst: Facts | undefined;

  constructor(common: CommonFacts, impact: Impact, statement: Statement) {
    this.#common = common;
    this.impact = impact;
    this.statement = statement;
  }

  /** Every figure at face value. */
  get facts(): Facts {
    return (this.#facts ??= factsOf(this.#common, this.impact, this.statement, false));
  }

  /** Figures without an upper bound at the largest number there is. */
  get worst(): Facts {
    return (this.#worst ??= factsOf(this.#common, this.impact, this.statement, true));
  }
}

/** Judges one enabled rule on one statement. */
export function findingOf(rule: Rule, input: JudgeInput, subject: Subject): Finding {
  const other = mismatch(rule, input, subject.statement.effect);
  if (other !== undefined) return { holds: "no", why: other };
  if (rule.when === undefined) return { holds: "yes", why: "matches" };
  try {
    return rule.effect === "allow" ? permission(rule, subject) : restriction(rule, subject);
  } catch (error) {
    if (error instanceof ExpressionFault) return { holds: "error", why: `cannot be evaluated: ${error.message}` };
    throw error;
  }
}

function permission({ when }: Rule, subject: Subject): Finding {
  const unsure = doubt(when!.reads, subject.impact, subject.statement, "exact");
  if (unsure === undefined) return plain(when!.evaluate(subject.facts));
  const why = `does not allow: ${unsure}, and its condition depends on that`;
  return couldHold(when!, subject) ? { holds: "possible", why, unsure } : { holds: "no", why };
}

function restriction({ when }: Rule, subject: Subject): Finding {
  if (when!.evaluate(subject.facts)) return plain(true);
  const unsure = doubt(when!.reads, subject.impact, subject.statement, "trusted");
  if (unsure === undefined || !couldHold(when!, subject)) return plain(false);
  return { holds: "possible", why: `cannot be ruled out: ${unsure}`, unsure };
}

/** What was not worked out could be anything; a figure without an upper bound is tried at its largest. */
function couldHold(when: Expression, subject: Subject): boolean {
  const { impact, statement } = subject;
  if (when.evaluate(subject.facts)) return true;
  return when.couldHold(subject.facts, (reads) => open(reads, impact, statement)) || when.evaluate(subject.worst);
}

function plain(value: boolean): Finding {
  return value ? { holds: "yes", why: "matches, and its condition holds" } : { holds: "no", why: "its condition does not hold" };
}
