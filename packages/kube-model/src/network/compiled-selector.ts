import { isRecord, type Json } from "../json.ts";
import { isPartly, labelOf, meets, selectorText, type Labels } from "../label-selector.ts";

/** One requirement of a LabelSelector; a pair of `matchLabels` is an `In` of one value. `never`: an operator that does not exist. */
interface Requirement {
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "never";
  values: readonly string[];
}

/** Labels to set, or to take away (null). */
export type LabelEdits = Readonly<Record<string, string | null>>;

/** A LabelSelector read once and asked often: what it says of one set of labels is kept for as long as that set is. */
export class Selector {
  readonly requirements: readonly Requirement[];
  /** As people write it; empty where everything is selected. */
  readonly text: string;
  readonly #known = new WeakMap<Labels, boolean>();

  /** Absent is taken as empty: it selects everything. Whoever means nothing by it does not ask. */
  constructor(selector: Json) {
    this.requirements = requirementsOf(selector);
    this.text = selectorText(selector);
  }

  get keys(): string[] {
    return this.requirements.map(({ key }) => key);
  }

  selects(labels: Labels): boolean {
    if (this.requirements.length === 0) return true;
    const known = this.#known.get(labels);
    if (known !== undefined) return known;
    const answer = this.requirements.every((one) => meets(one, labels));
    this.#known.set(labels, answer);
    return answer;
  }

  /** Why it does not select something with these labels, one reason for each requirement that is not met, e.g. `has no label env`. */
  unmet(labels: Labels): string[] {
    return this.requirements
      .filter((one) => !meets(one, labels))
      .map(({ key, operator }) => {
        const value = labelOf(labels, key);
        if (operator === "never") return `cannot meet an operator that does not exist (${key})`;
        if (value === undefined && isPartly(labels)) return `has no label ${key} that is known`;
        return value === undefined ? `has no label ${key}` : operator === "DoesNotExist" ? `has a label ${key}` : `has ${key}=${value}`;
      });
  }

  /** Ways to change labels so that it selects them, with no more edits than needed; none where it cannot. At most `most`. */
  ways(labels: Labels, most: number): LabelEdits[] {
    if (this.selects(labels)) return [{}];
    let ways: LabelEdits[] = [{}];
    for (const key of new Set(this.keys)) {
      const asked = this.requirements.filter((one) => one.key === key);
      if (asked.every((one) => meets(one, labels))) continue;
      const choices = valuesFor(asked);
      ways = ways.flatMap((way) => choices.map((choice) => ({ ...way, [key]: choice }))).slice(0, most);
    }
    return ways;
  }
}

/** Values of one label, or its absence, that meet all of these. */
function valuesFor(asked: readonly Requirement[]): (string | null)[] {
  const key = asked[0]!.key;
  const named = asked.find(({ operator }) => operator === "In")?.values ?? [];
  // `Exists` alone asks for no value: one that says what it is there for.
  const tried: (string | null)[] = [...named, "true", "yes", null];
  const fit = tried.filter((value) => asked.every((one) => meets(one, value === null ? {} : { [key]: value })));
  // A label that need not be there is taken away rather than set to something that nobody asked for.
  if (fit.includes(null)) return [null];
  return named.length > 0 ? fit : fit.slice(0, 1);
}

const OPERATORS = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

function requirementsOf(selector: Json): Requirement[] {
  if (!isRecord(selector)) return [];
  const equal: Json = selector["matchLabels"];
  const expressions: Json = selector["matchExpressions"];
  return [
    ...(isRecord(equal) ? Object.entries(equal).map(([key, value]) => ({ key, operator: "In" as const, values: [String(value)] })) : []),
    ...(Array.isArray(expressions)
      ? expressions.map((one: Json) => ({
          key: String(one?.["key"]),
          operator: OPERATORS.has(one?.["operator"]) ? (one["operator"] as Requirement["operator"]) : ("never" as const),
          values: Array.isArray(one?.["values"]) ? one["values"].map(String) : [],
        }))
      : []),
  ];
}

export function withEdits(labels: Labels, edits: LabelEdits): Labels {
  const edited: Record<string, string> = { ...labels };
  for (const [key, value] of Object.entries(edits)) {
    if (value === null) delete edited[key];
    else edited[key] = value;
  }
  return edited;
}
