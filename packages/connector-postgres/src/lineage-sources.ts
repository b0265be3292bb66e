/** Stored columns (`schema.table.column`, lower case) a value can derive from; `unknown` when that cannot be said. */
export type Sources = ReadonlySet<string> | "unknown";

export const NO_SOURCES: Sources = new Set<string>();

export function unite(parts: Iterable<Sources>): Sources {
  let all: Set<string> | undefined;
  for (const part of parts) {
    if (part === "unknown") return "unknown";
    if (part.size === 0) continue;
    all ??= new Set();
    for (const source of part) all.add(source);
  }
  return all ?? NO_SOURCES;
}

/** A column one can name in a scope. */
export interface ScopeColumn {
  /** Undefined: the server gives it a name that is not known here, so any name may mean it. */
  name: string | undefined;
  sources: Sources;
}

/** One FROM item. `open`: its columns cannot be listed, and any of them has these sources. */
export interface ScopeItem {
  /** Empty when it cannot be named. */
  alias: string;
  schema?: string;
  columns: ScopeColumn[];
  open?: Sources;
  /** Reachable by its alias, but not part of `*` or of unqualified names (columns merged by USING, `excluded`, `old`, `new`). */
  hidden?: boolean;
}

export interface Scope {
  items: ScopeItem[];
  outer?: Scope;
}

/** Columns of a query in order, or `unknown` when even their number is not known. */
export type Columns = ScopeColumn[] | "unknown";

export const allOf = (item: ScopeItem): Sources => unite([...item.columns.map((column) => column.sources), item.open ?? NO_SOURCES]);

/** Sources of a reference by its parts; `unknown` when it names nothing known. */
export function lookUp(parts: readonly string[], scope: Scope | undefined): Sources {
  if (parts.length === 1) return lookUpName(parts[0]!, scope);
  for (let at = scope; at; at = at.outer) {
    const found = lookUpField(parts, at);
    if (found !== undefined) return found;
  }
  return "unknown";
}

/** As the server does: a column of that name in the nearest scope that has one, and only where none has, a whole row. */
function lookUpName(name: string, scope: Scope | undefined): Sources {
  // Whatever might have the column: in doubt, both.
  const perhaps: Sources[] = [];
  for (let at = scope; at; at = at.outer) {
    const visible = at.items.filter((item) => !item.hidden);
    const columns = visible.flatMap((item) => item.columns);
    perhaps.push(...sourcesOf(columns, undefined), ...visible.flatMap((item) => (item.open === undefined ? [] : [item.open])));
    const hits = sourcesOf(columns, name);
    if (hits.length > 0) return unite([...hits, ...perhaps]);
  }
  for (let at = scope; at; at = at.outer) {
    const whole = at.items.filter((item) => item.alias === name);
    if (whole.length > 0) return unite([...whole.map(allOf), ...perhaps]);
  }
  return perhaps.length > 0 ? unite(perhaps) : "unknown";
}

const sourcesOf = (columns: readonly ScopeColumn[], name: string | undefined): Sources[] =>
  columns.filter((column) => column.name === name).map((column) => column.sources);

/** `alias.column` or `schema.table.column`; undefined when no item of the scope is called so. */
function lookUpField(parts: readonly string[], scope: Scope): Sources | undefined {
  const column = parts.at(-1)!;
  const table = parts.at(-2)!;
  const schema = parts.at(-3);
  const items = scope.items.filter((item) => item.alias === table && (schema === undefined || item.schema === schema));
  if (items.length === 0) return undefined;
  if (column === "*") return unite(items.map(allOf));
  const hits = items.flatMap((item) => {
    const own = sourcesOf(item.columns, column);
    const perhaps = sourcesOf(item.columns, undefined);
    return own.length + perhaps.length > 0 ? [...own, ...perhaps] : item.open === undefined ? [] : [item.open];
  });
  // `alias.name` that is no column is a function call on the whole row.
  return hits.length > 0 ? unite(hits) : "unknown";
}
