import { badRequest } from "../api-error.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  values: string[];
}

/** A `LabelSelector` as objects hold it. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** The requirements of a selector in an object; an empty selector has none and so matches everything. */
export function requirementsOf(selector: LabelSelector): Requirement[] {
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]): Requirement => ({ key, operator: "In", values: [value] })),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values }): Requirement => ({
      key,
      operator: operator as Requirement["operator"],
      values: values ?? [],
    })),
  ];
}

/** Whether a selector in an object matches; an absent one matches nothing. */
export const selects = (selector: LabelSelector | undefined | null, labels: Labels | undefined): boolean =>
  selector != null && matches(requirementsOf(selector), labels);

/** Whether a plain map, as Services have it, matches; an absent or empty one matches nothing. */
export const selectsMap = (selector: Labels | undefined | null, labels: Labels | undefined): boolean =>
  selector != null && Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels?.[key] === value);

export function matches(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      case "Gt":
        return value !== undefined && Number(value) > Number(values[0]);
      case "Lt":
        return value !== undefined && Number(value) < Number(values[0]);
    }
    return false;
  });
}

/** The text a selector of an object has in a query: `app=web,tier in (a,b)`. */
export function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "<none>";
  return requirementsOf(selector)
    .map(({ key, operator, values }) => {
      if (operator === "Exists") return key;
      if (operator === "DoesNotExist") return `!${key}`;
      if (operator === "In" && values.length === 1) return `${key}=${values[0]}`;
      return `${key} ${operator === "In" ? "in" : "notin"} (${values.toSorted().join(",")})`;
    })
    .toSorted()
    .join(",");
}

const ITEM =
  /^\s*(?:(?<not>!)\s*(?<absent>[^\s!=,()<>]+)|(?<key>[^\s!=,()<>]+)\s*(?:(?<compare>==|=|!=|>|<)\s*(?<value>[^\s,()=!<>]*)|(?<set>in|notin)\s*\((?<values>[^()]*)\))?)\s*(?:,|$)/;

/** Reads the query parameter `labelSelector`. Throws 400 where the text is none. */
export function parseLabelSelector(text: string): Requirement[] {
  const found: Requirement[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const parts = ITEM.exec(rest);
    if (parts === null) throw badRequest(`unable to parse requirement: found '${rest}', expected: a label selector`);
    found.push(readItem(parts.groups!));
    rest = rest.slice(parts[0].length);
  }
  return found;
}

function readItem(of: Record<string, string | undefined>): Requirement {
  if (of["absent"] !== undefined) return { key: of["absent"], operator: "DoesNotExist", values: [] };
  const key = of["key"]!;
  if (of["set"] !== undefined) {
    const values = of["values"]!.split(",").map((value) => value.trim());
    return { key, operator: of["set"] === "in" ? "In" : "NotIn", values };
  }
  switch (of["compare"]) {
    case undefined:
      return { key, operator: "Exists", values: [] };
    case "!=":
      return { key, operator: "NotIn", values: [of["value"]!] };
    case ">":
      return { key, operator: "Gt", values: [of["value"]!] };
    case "<":
      return { key, operator: "Lt", values: [of["value"]!] };
    default:
      return { key, operator: "In", values: [of["value"]!] };
  }
}
