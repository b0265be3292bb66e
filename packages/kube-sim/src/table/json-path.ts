/**
 * The part of kubectl's JSONPath that printer columns use: names, `['quoted']` names, indices, `[*]`, and filters by equality
 * (`.conditions[?(@.type=="Ready")].status`). Returns every value found.
 */
export function jsonPath(document: unknown, path: string): unknown[] {
  const steps = path
    .replace(/^\{(.*)\}$/, "$1")
    .matchAll(
      /\.?\[\?\(@\.(?<field>[\w.-]+)\s*==\s*["'](?<value>[^"']*)["']\)\]|\[(?:'(?<quoted>[^']*)'|(?<index>\d+|\*))\]|\.?(?<name>(?:\\.|[^.[\]\\])+)/g,
    );
  let values: unknown[] = [document];
  for (const { groups } of steps) {
    const { field, value, quoted, index, name } = groups as Record<string, string | undefined>;
    if (field !== undefined) values = values.flatMap((one) => items(one)).filter((one) => String(jsonPath(one, `.${field}`)[0]) === value);
    else if (index === "*") values = values.flatMap(items);
    else if (index !== undefined) values = values.map((one) => items(one)[Number(index)]);
    else values = values.map((one) => (one as Record<string, unknown> | null | undefined)?.[(quoted ?? name!).replaceAll("\\.", ".")]);
    values = values.filter((one) => one !== undefined && one !== null);
  }
  return values;
}

const items = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : typeof value === "object" && value !== null ? Object.values(value) : [];
