import { EFFECTS, type Impact, type Statement, strongest, type TraceLine, type Verdict } from "@interlock/protocol";
import { commonFacts } from "./facts.ts";
import { type Finding, findingOf, Subject } from "./finding.ts";
import type { JudgeInput } from "./judge-input.ts";
import { combineObligations, noObligations } from "./obligations.ts";
import type { Policy, Rule } from "./policy.ts";

/** What the rules say of one statement. */
interface Judgement {
  decision: Verdict["decision"];
  statement: Statement;
  /** The rules that permit, demand or mask; for a deny, the rules that deny. */
  rules: Rule[];
  findings: Map<Rule, Finding>;
}

/**
 * What a policy says of a command: every statement is judged by every rule, and the strictest answer over statements and rules is the
 * verdict. deny > review > allow; what no rule permits is denied; a rule that cannot be evaluated denies. Pure: the same input gives the same
 * verdict, whatever the order of the rules (but for the order of names).
 */
export function judge(policy: Policy, input: JudgeInput): Verdict {
  const common = commonFacts(input);
  const judgements = statementsOf(input.impact).map((statement) =>
    judgeStatement(policy, input, new Subject(common, input.impact, statement)),
  );
  const trace = policy.rules.map((rule) => traceLine(rule, judgements));
  const verdict = { trace, policyVersion: policy.version };

  const denied = judgements.filter(({ decision }) => decision === "deny");
  if (denied.length > 0) {
    const rules = inOrder(policy, denied);
    return { decision: "deny", rules: rules.map(({ id }) => id), message: denial(rules, denied), obligations: noObligations(), ...verdict };
  }
  const rules = inOrder(policy, judgements);
  const obligations = combineObligations(rules);
  const reviews = rules.filter(({ effect }) => effect === "review").toSorted((a, b) => seats(b) - seats(a));
  if (reviews.length > 0) {
    return { decision: "review", rules: reviews.map(({ id }) => id), message: firstMessage(reviews, judgements), obligations, ...verdict };
  }
  const allows = rules.filter((rule) => rule.effect === "allow" && judgements.some(({ findings }) => findings.get(rule)?.holds === "yes"));
  return { decision: "allow", rules: allows.map(({ id }) => id), message: firstMessage(allows, judgements), obligations, ...verdict };
}

/** What one rule says of one statement that it speaks up about. */
export interface RuleFinding {
  /** Empty: no rule permits the statement. */
  rule: string;
  effect: Rule["effect"];
  /** `possible`: it hangs on something that is not known; `error`: it could not be evaluated. */
  holds: Exclude<Finding["holds"], "no">;
  /** For people: the rule's message, and what is not known. */
  message: string;
}

/** The same judgement statement by statement, with every rule that has something to say, also where another one decides. */
export function judgeEach(
  policy: Policy,
  input: JudgeInput,
): { statement: Statement; decision: Verdict["decision"]; findings: RuleFinding[] }[] {
  const common = commonFacts(input);
  return statementsOf(input.impact).map((statement) => {
    const judgement = judgeStatement(policy, input, new Subject(common, input.impact, statement));
    const findings = [...judgement.findings].flatMap(([rule, { holds }]): RuleFinding[] => {
      if (holds === "no") return [];
      const message = holds === "error" ? denial([rule], [judgement]) : firstMessage([rule], [judgement]);
      return [{ rule: rule.id, effect: holds === "error" ? "deny" : rule.effect, holds, message }];
    });
    if (judgement.decision === "deny" && judgement.rules.length === 0)
      findings.push({ rule: "", effect: "deny", holds: "yes", message: denial([], [judgement]) });
    return { statement, decision: judgement.decision, findings };
  });
}

function judgeStatement(policy: Policy, input: JudgeInput, subject: Subject): Judgement {
  const findings = new Map<Rule, Finding>();
  const denying: Rule[] = [];
  const speaking: Rule[] = [];
  let permitted = false;
  for (const rule of policy.rules) {
    if (!rule.enabled) continue;
    const finding = findingOf(rule, input, subject);
    findings.set(rule, finding);
    if (finding.holds === "no") continue;
    if (finding.holds === "error" || rule.effect === "deny") denying.push(rule);
    else speaking.push(rule);
    if (finding.holds === "yes" && (rule.effect === "allow" || rule.effect === "review")) permitted = true;
  }
  const { statement } = subject;
  if (denying.length > 0 || !permitted) return { decision: "deny", statement, rules: denying, findings };
  const decision = speaking.some(({ effect }) => effect === "review") ? "review" : "allow";
  return { decision, statement, rules: speaking, findings };
}

/**
 * The statements to judge. An impact that says less about its statements than about the whole, or that has none, is judged once more as a
 * whole, so that nothing passes because it is in no list (I3).
 */
function statementsOf(impact: Impact): Statement[] {
  const listed = strongest(impact.statements.map(({ effect }) => effect));
  if (impact.statements.length > 0 && EFFECTS.indexOf(listed) >= EFFECTS.indexOf(impact.effect)) return impact.statements;
  const effect = impact.statements.length > 0 ? impact.effect : "unknown";
  const title = impact.statements.length > 0 ? "the whole command" : "a command without a statement";
  const nothing = { effects: [], cascades: [], locks: [], rewrites: [], scans: [], sideEffects: [], willFail: [], waits: [], risks: [] };
  const whole: Statement = { index: impact.statements.length, start: 0, end: 0, text: "", effect, title, reversible: "no", ...nothing };
  return [...impact.statements, whole];
}

/** One line for a rule over all statements: the statement where it says most. */
function traceLine(rule: Rule, judgements: readonly Judgement[]): TraceLine {
  const { id, effect } = rule;
  if (!rule.enabled) return { rule: id, matched: false, why: "switched off", effect };
  const rank = { error: 3, yes: 2, possible: 1, no: 0 } as const;
  const all = judgements.map(({ findings, statement }) => ({ ...findings.get(rule)!, index: statement.index }));
  const told = all.reduce((most, each) => (rank[each.holds] > rank[most.holds] ? each : most));
  const where = judgements.length > 1 && all.some(({ why }) => why !== told.why) ? `statement ${told.index + 1}: ` : "";
  const matched = told.holds !== "no" && !(told.holds === "possible" && effect === "allow");
  return { rule: id, matched, why: where + told.why, effect };
}

/** Every rule of the judgements once, in the policy's order. */
function inOrder(policy: Policy, judgements: readonly Judgement[]): Rule[] {
  const named = new Set(judgements.flatMap(({ rules }) => rules));
  return policy.rules.filter((rule) => named.has(rule));
}

function seats({ reviews }: Rule): number {
  return reviews.reduce((sum, { count }) => sum + count, 0);
}

function denial(rules: readonly Rule[], denied: readonly Judgement[]): string {
  const broken = rules.find((rule) => denied.some(({ findings }) => findings.get(rule)?.holds === "error"));
  const denying = rules.filter((rule) => rule.effect === "deny" && rule !== broken);
  if (denying.length > 0) return firstMessage(denying, denied);
  if (broken !== undefined) {
    const why = denied.map(({ findings }) => findings.get(broken)).find((finding) => finding?.holds === "error")!.why;
    return `Rule ${broken.id} ${why}. It denies until it is mended.`;
  }
  return `No rule permits ${denied[0]!.statement.title}, and what no rule permits is denied.`;
}

/** Of the first that holds; where each only may hold, of the first with what is not known. */
function firstMessage(rules: readonly Rule[], judgements: readonly Judgement[]): string {
  const holds = (rule: Rule): boolean => judgements.some(({ findings }) => findings.get(rule)?.holds === "yes");
  const seated = rules.filter((rule) => seats(rule) === seats(rules[0]!));
  const rule = seated.find(holds) ?? seated[0];
  if (rule === undefined) return "";
  const message = rule.message ?? `Rule ${rule.id}: ${rule.effect}.`;
  if (holds(rule)) return message;
  const unsure = judgements.map(({ findings }) => findings.get(rule)?.unsure).find((words) => words !== undefined);
  return unsure === undefined ? message : `This cannot be ruled out, since ${unsure}. ${message}`;
}
