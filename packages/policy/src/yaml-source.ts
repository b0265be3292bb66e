import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument, type Document, Scalar } from "yaml";
import type { PolicyError } from "./policy.ts";

/** Most characters of a policy. */
const LONGEST = 1_000_000;

/** A YAML text with the place of everything in it. */
export interface YamlSource {
  value: unknown;
  /** The place of the value at a path; of the nearest place above it where there is none. */
  at(path: readonly (string | number)[], message: string): PolicyError;
  /** The place of a key of the map at a path. */
  atKey(path: readonly (string | number)[], key: string, message: string): PolicyError;
  /** The place of a character inside the text value at a path. */
  inside(path: readonly (string | number)[], offset: number, message: string): PolicyError;
}

/** Reads one YAML document with the core schema: no tags that run anything, no merge keys, no duplicate keys, few aliases. Never throws. */
export function readYaml(text: string): { ok: true; source: YamlSource } | { ok: false; errors: PolicyError[] } {
  if (text.length > LONGEST)
    return { ok: false, errors: [{ line: 1, column: 1, message: `the policy is longer than ${LONGEST} characters` }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false, uniqueKeys: true, schema: "core" });
  const place = (offset: number, message: string): PolicyError => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { ok: false, errors: faults.map(({ pos, message }) => place(pos[0], message)) };
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { ok: true, source: new Source(text, document, value, place) };
  } catch (error) {
    return { ok: false, errors: [place(0, error instanceof Error ? error.message : String(error))] };
  }
}

class Source implements YamlSource {
  readonly value: unknown;
  readonly #text: string;
  readonly #document: Document;
  readonly #place: (offset: number, message: string) => PolicyError;

  constructor(text: string, document: Document, value: unknown, place: (offset: number, message: string) => PolicyError) {
    this.value = value;
    this.#text = text;
    this.#document = document;
    this.#place = place;
  }

  at(path: readonly (string | number)[], message: string): PolicyError {
    return this.#place(this.#node(path)?.range?.[0] ?? 0, message);
  }

  atKey(path: readonly (string | number)[], key: string, message: string): PolicyError {
    const map = this.#node(path);
    const pair = isMap(map) ? map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key) : undefined;
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : map?.range?.[0];
    return this.#place(offset ?? 0, message);
  }

  inside(path: readonly (string | number)[], offset: number, message: string): PolicyError {
    const node = this.#node(path);
    const start = node?.range?.[0] ?? 0;
    return this.#place(isScalar(node) ? offsetInSource(this.#text, node, offset) : start, message);
  }

  #node(path: readonly (string | number)[]): Node | undefined {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      if (node !== undefined && node !== null && typeof node === "object" && "range" in node) return node as Node;
    }
    return this.#document.contents ?? undefined;
  }
}

/**
 * Where a character of a scalar's value stands in the source. Folding, indentation and quotes change only white space and the ends, so
 * counting the other characters finds it in every style; an escape breaks the count, then the start of the scalar has to do.
 */
function offsetInSource(text: string, node: Scalar, offset: number): number {
  const [start, end] = node.range ?? [0, 0];
  const value = String(node.value);
  const block = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
  let at = block ? text.indexOf("\n", start) + 1 : quoted ? start + 1 : start;
  for (let index = 0; index < Math.min(offset, value.length); index++) {
    if (/\s/.test(value[index]!)) continue;
    while (at < end && /\s/.test(text[at]!)) at++;
    if (text[at] !== value[index]) return start;
    at++;
  }
  // On a character: skip the white space before it; past the end: stay where the text ends.
  if (offset < value.length && !/\s/.test(value[offset]!)) while (at < end && /\s/.test(text[at]!)) at++;
  return at;
}
