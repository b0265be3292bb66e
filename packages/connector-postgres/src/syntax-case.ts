import type { Node } from "./tree.ts";

/** Something the grammar of PostgreSQL 18 reads and a server of another version does not. */
export interface Syntax {
  /** First major version that reads it (appendix E of the manual, "Release Notes"; gram.y of the version before). */
  since: number;
  /** As it is called in the sentence "… needs PostgreSQL N". */
  what: string;
  /** SQLSTATE the older server refuses it with; 42601 (syntax error) when absent. */
  code?: string;
  /** Whether this node is a case of it; every node of the type when absent. */
  found?: (body: Node) => boolean;
}

/** What of a node makes it a case. */
type Found = (body: Node) => boolean;

export const subtype = (name: string): Found => kind("subtype", name);
export const kind =
  (field: string, value: string): Found =>
  (body) =>
    body[field] === value;
export const has =
  (field: string): Found =>
  (body) =>
    body[field] !== undefined;

/** The options in a list of a node, lists inside a definition (`SET (…)` of ALTER TABLE) included. */
export const options = (body: Node, field: string): Node[] => {
  const list: Node[] = Array.isArray(body[field]) ? body[field] : (body[field]?.List?.items ?? []);
  return list.flatMap((item: Node) => item.DefElem ?? []);
};

/** Whether one of these options is given, with this argument if one is named. */
export const option =
  (field: string, names: readonly string[], argument: (arg: Node | undefined) => boolean = () => true): Found =>
  (body) =>
    options(body, field).some((item) => names.includes(item.defname) && argument(item.arg));

/** The word an option's argument is. */
export const word =
  (...words: string[]) =>
  (arg: Node | undefined): boolean =>
    words.includes(String(arg?.String?.sval ?? arg?.TypeName?.names?.[0]?.String?.sval ?? "").toLowerCase());
