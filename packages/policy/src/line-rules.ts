import { EFFECTS, type Effect, type ReviewDemand } from "@interlock/protocol";

/** What a rule of `terminals` says about lines, by their effects. What it does not name it lets run. */
export interface GuardRule {
  /** Whoever types says once more that it is meant. */
  confirm: readonly Effect[];
  /** Others agree first. */
  ask: readonly Effect[];
  /** It does not run. */
  deny: readonly Effect[];
  /** Who agrees to what is asked; empty: any one other responder of the room. */
  reviews: readonly ReviewDemand[];
}

/** The same, with the rule that says so. */
export interface GuardTerms extends GuardRule {
  rule: string;
  message?: string;
}

/** What becomes of one line. */
export interface LineVerdict {
  decision: "allow" | "confirm" | "ask" | "deny";
  /** The rules that decided so. */
  rules: string[];
  /** Which effects of the line made it so, strongest first. */
  effects: Effect[];
  /** Of a line that is asked about, who has to agree; empty: any one other responder of the room. */
  reviews: ReviewDemand[];
}

const STRICTNESS = ["allow", "confirm", "ask", "deny"] as const;

/** Every rule is judged over every effect of the line: the strictest answer holds, and the reviews of all that ask add up. */
export function judgeLine(guard: readonly GuardTerms[], effects: ReadonlySet<Effect>): LineVerdict {
  const found = guard.map((terms) => {
    const decision = STRICTNESS.findLast((one) => one !== "allow" && terms[one].some((effect) => effects.has(effect))) ?? "allow";
    return { terms, decision };
  });
  const decision = STRICTNESS.findLast((one) => found.some((each) => each.decision === one)) ?? "allow";
  if (decision === "allow") return { decision, rules: [], effects: [], reviews: [] };
  const deciding = found.filter((each) => each.decision === decision).map(({ terms }) => terms);
  const counts = new Map<string, number>();
  if (decision === "ask")
    for (const { count, group } of deciding.flatMap(({ reviews }) => reviews)) counts.set(group, Math.max(count, counts.get(group) ?? 0));
  return {
    decision,
    rules: deciding.map(({ rule }) => rule),
    effects: EFFECTS.filter((effect) => effects.has(effect) && deciding.some((terms) => terms[decision].includes(effect))).toReversed(),
    reviews: [...counts].map(([group, count]) => ({ group, count })),
  };
}
