import type { languages } from "monaco-editor";
import { SQL_KEYWORDS } from "../queue/sql-highlight.ts";

/** The editor's language id of SQL documents. Monaco's own PostgreSQL definition leaves out ordinary words such as DELETE. */
export const SQL = "interlock-sql";

export const SQL_CONFIGURATION: languages.LanguageConfiguration = {
  comments: { lineComment: "--", blockComment: ["/*", "*/"] },
  brackets: [
    ["(", ")"],
    ["[", "]"],
  ],
  autoClosingPairs: [
    { open: "(", close: ")" },
    { open: "[", close: "]" },
    { open: "'", close: "'", notIn: ["string", "comment"] },
    { open: '"', close: '"', notIn: ["string", "comment"] },
  ],
};

/** PostgreSQL's lexical rules as far as colours need them (documentation, “Lexical Structure”): nested comments and dollar quotes included. */
export const SQL_TOKENS: languages.IMonarchLanguage = {
  ignoreCase: true,
  defaultToken: "",
  keywords: [...SQL_KEYWORDS],
  tokenizer: {
    root: [
      [/--.*$/u, "comment"],
      [/\/\*/u, "comment", "@comment"],
      [/\be'/u, "string", "@escaped"],
      [/'/u, "string", "@quoted"],
      [/\$([a-z_]\w*)?\$/u, { token: "string", next: "@dollar.$0" }],
      [/"(?:[^"]|"")*"/u, "identifier"],
      [/\b\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?/u, "number"],
      [/[a-z_][\w$]*/u, { cases: { "@keywords": "keyword", "@default": "identifier" } }],
      [/[(),;[\]]/u, "delimiter"],
      [/[-+*/<>=~!@#%^&|`?:.]+/u, "operator"],
    ],
    comment: [
      [/\/\*/u, "comment", "@push"],
      [/\*\//u, "comment", "@pop"],
      [/[^/*]+|./u, "comment"],
    ],
    quoted: [
      [/[^']+/u, "string"],
      [/''/u, "string"],
      [/'/u, "string", "@pop"],
    ],
    escaped: [
      [/[^'\\]+|\\.|''/u, "string"],
      [/'/u, "string", "@pop"],
    ],
    dollar: [
      [/[^$]+/u, "string"],
      [/\$([a-z_]\w*)?\$/u, { cases: { "$0==$S2": { token: "string", next: "@pop" }, "@default": "string" } }],
      [/\$/u, "string"],
    ],
  },
};
