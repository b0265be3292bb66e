import { BUILTIN_KINDS, type BuiltinKind } from "@interlock/kube-model/schema";
import type { Arguments } from "../kubectl/arguments.ts";

/** A type as a line names it. */
export type NamedKind = Pick<BuiltinKind, "group" | "version" | "kind" | "plural" | "namespaced">;

/** What a line is about. Without a name: every object of the type that a selector or `--all` means. */
export interface NamedObject {
  kind: NamedKind;
  name?: string;
}

const BY_WORD = new Map<string, NamedKind>();
for (const one of BUILTIN_KINDS) {
  const names = [one.plural, one.kind.toLowerCase(), ...(one.words.get("short")?.split(",") ?? [])];
  // What comes first in discovery is what kubectl takes a word for.
  for (const name of names)
    for (const word of [name, `${name}.${one.group}`, `${name}.${one.version}.${one.group}`])
      if (!BY_WORD.has(word)) BY_WORD.set(word, one);
}

/** The type that a word means to kubectl (`deploy`, `deployments.apps`); undefined for one that only a cluster knows. */
export const kindNamed = (word: string): NamedKind | undefined => BY_WORD.get(word.toLowerCase());

export const flagOf = ({ flags }: Arguments, name: string): string | undefined => flags.findLast((flag) => flag.name === name)?.value;
export const flagsOf = ({ flags }: Arguments, name: string): string[] =>
  flags.flatMap((flag) => (flag.name === name && flag.value !== undefined ? [flag.value] : []));
export const isSet = ({ flags }: Arguments, name: string): boolean => flags.some((flag) => flag.name === name && flag.value !== "false");

/** The objects that operands name: `TYPE NAME…`, `TYPE/NAME …`, `TYPE,TYPE NAME…`. Undefined where a word is no type that is known here. */
export function objectsNamed(operands: readonly string[]): NamedObject[] | undefined {
  const [first, ...rest] = operands;
  if (first === undefined) return [];
  if (operands.some((word) => word.includes("/"))) {
    const found = operands.map((word): NamedObject | undefined => {
      const slash = word.indexOf("/");
      const kind = slash === -1 ? undefined : kindNamed(word.slice(0, slash));
      return kind === undefined ? undefined : { kind, name: word.slice(slash + 1) };
    });
    return found.includes(undefined) ? undefined : (found as NamedObject[]);
  }
  const kinds = first.split(",").map((word) => kindNamed(word));
  if (kinds.includes(undefined)) return undefined;
  return (kinds as NamedKind[]).flatMap((kind): NamedObject[] => (rest.length === 0 ? [{ kind }] : rest.map((name) => ({ kind, name }))));
}
