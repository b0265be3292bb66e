/** Words for pg_class.relkind. */
const WORDS: Record<string, string> = {
  r: "table",
  p: "table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
  S: "sequence",
  i: "index",
  I: "index",
};

export const kindWord = (relkind: string): string => WORDS[relkind] ?? "relation";
