import { isRecord, type FieldPath, type Json } from "@interlock/kube-model";
import { judgeEach } from "@interlock/policy";
import type { Impact, Statement } from "@interlock/protocol";
import { asNew } from "./judged.ts";
import type { Judging } from "./judging.ts";

/** Judgements that one search may take: deeper than any built-in type, wider than most lists. */
const MOST_TRIED = 300;

/** Without these an object is none, and no rule speaks of it. */
const IDENTITY = new Set(["apiVersion", "kind"]);

/**
 * The innermost field of the object that a statement leaves without which a rule would have nothing to say of it: where to look at a finding.
 * Empty where no field by itself decides, as with what is missing, and for rules without a condition. Knows nothing of what rules are about:
 * it takes fields out and asks again.
 */
export function offendingField(judging: Judging, impact: Impact, statement: Statement, rule: string): FieldPath {
  const { policy, asked } = judging;
  const alone = { ...policy, rules: policy.rules.filter(({ id, when }) => id === rule && when !== undefined) };
  const { after } = statement;
  if (alone.rules.length === 0 || after === undefined) return [];
  let tried = 0;
  const speaks = (object: Json): boolean => {
    tried++;
    const one = { ...impact, effect: statement.effect, statements: [{ ...statement, after: object }] };
    return [one, asNew(one)].some((way) =>
      judgeEach(alone, { ...asked, impact: way }).some(({ findings }) => findings.some((found) => found.rule === rule)),
    );
  };
  const path: (string | number)[] = [];
  for (let at: Json = after; tried < MOST_TRIED; at = at[path.at(-1)!]) {
    const keys: (string | number)[] = Array.isArray(at) ? [...at.keys()] : isRecord(at) ? Object.keys(at) : [];
    if (keys.length > MOST_TRIED - tried) return path;
    const deciding = keys.filter((key) => !(path.length === 0 && IDENTITY.has(String(key))) && !speaks(without(after, [...path, key])));
    if (deciding.length !== 1) return path;
    path.push(deciding[0]!);
  }
  return path;
}

/** A copy without one field or item; what is beside the way is shared. */
function without(value: Json, [step, ...rest]: readonly (string | number)[]): Json {
  if (Array.isArray(value))
    return value.flatMap((item: Json, at) => (at !== step ? [item] : rest.length === 0 ? [] : [without(item, rest)]));
  const { [step!]: own, ...others }: Record<string, Json> = value;
  return rest.length === 0 ? others : { ...value, [step!]: without(own, rest) };
}
