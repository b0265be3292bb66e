import { judge, judgeEach } from "@interlock/policy";
import { strongest, type Impact, type Statement, type Verdict } from "@interlock/protocol";
import type { Finding, FailOn } from "./finding.ts";
import type { Judging } from "./judging.ts";

export interface JudgedStatement {
  statement: Statement;
  decision: Verdict["decision"];
  findings: Finding[];
}

export interface Judged {
  verdict: Verdict;
  each: JudgedStatement[];
}

const RANK = { allow: 0, review: 1, deny: 2 } as const;

/** What a policy says of a whole and of each statement. */
export function judged({ policy, asked }: Judging, impact: Impact, failOn: FailOn): Judged {
  const spoken = new Map(policy.rules.map((rule) => [rule.id, rule]));
  const each = judgeEach(policy, { ...asked, impact }).map(({ statement, decision, findings }): JudgedStatement => {
    const about = { ...(statement.place !== undefined && { place: statement.place }), ...objectOf(statement) };
    return {
      statement,
      decision,
      findings: findings.flatMap(({ rule, effect, message }): Finding[] => {
        if (effect !== "deny" && effect !== "review") return [];
        // A review that is asked of everything says nothing about this text, unless it is what makes the run fail.
        if (effect === "review" && spoken.get(rule)?.when === undefined && failOn !== "review") return [];
        return [{ rule: rule === "" ? "no-rule-permits" : rule, severity: effect === "deny" ? "error" : "warning", message, ...about }];
      }),
    };
  });
  return { verdict: judge(policy, { ...asked, impact }), each };
}

/**
 * Manifests, and lines of kubectl, without a cluster: what is applied may be there already or not, which rules may tell apart. Both are judged, and the stricter
 * answer holds for each statement and for the whole.
 */
export function judgedEitherWay(judging: Judging, impact: Impact, failOn: FailOn): Judged {
  const ways = [impact, asNew(impact)].map((way) => judged(judging, way, failOn));
  const [verdict] = ways.map((way) => way.verdict).toSorted((a, b) => RANK[b.decision] - RANK[a.decision] || seats(b) - seats(a));
  const each = impact.statements.map((statement, index) => {
    const both = ways.map((way) => way.each[index]!);
    // Of what one rule says of both ways the stricter is told: it may deny one that it cannot judge.
    const findings = new Map<string, (typeof both)[number]["findings"][number]>();
    for (const finding of both.flatMap((one) => one.findings)) {
      const known = findings.get(finding.rule);
      if (known === undefined || (known.severity !== "error" && finding.severity === "error")) findings.set(finding.rule, finding);
    }
    const [strictest] = both.toSorted((a, b) => RANK[b.decision] - RANK[a.decision]);
    return { statement, decision: strictest!.decision, findings: [...findings.values()] };
  });
  return { verdict: verdict!, each };
}

const seats = ({ obligations }: Verdict): number => obligations.reviews.reduce((sum, { count }) => sum + count, 0);

/** As if nothing that is applied were there yet. */
export function asNew(impact: Impact): Impact {
  const effectOf = (effect: Statement["effect"]) => (effect === "modify" ? "append" : effect);
  const statements = impact.statements.map((statement) =>
    statement.request?.method !== "PATCH" || statement.before !== undefined
      ? statement
      : {
          ...statement,
          effect: effectOf(statement.effect),
          effects: statement.effects.map((one) => ({ ...one, effect: effectOf(one.effect) })),
          request: { ...statement.request, method: "POST" },
        },
  );
  return { ...impact, effect: strongest(statements.map(({ effect }) => effect)), statements };
}

function objectOf({ request, effects }: Statement): { object?: string } {
  return request === undefined || effects[0] === undefined ? {} : { object: effects[0].object };
}
