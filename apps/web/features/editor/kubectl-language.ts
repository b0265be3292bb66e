import type { languages } from "monaco-editor";
import { KUBECTL_TYPES, KUBECTL_VERBS } from "./kubectl-words.ts";

/** The editor's language id of documents on a cluster. */
export const KUBECTL = "interlock-kubectl";

export const KUBECTL_CONFIGURATION: languages.LanguageConfiguration = {
  comments: { lineComment: "#" },
  brackets: [
    ["{", "}"],
    ["[", "]"],
  ],
  autoClosingPairs: [
    { open: "{", close: "}" },
    { open: "[", close: "]" },
    { open: "'", close: "'", notIn: ["string", "comment"] },
    { open: '"', close: '"', notIn: ["string", "comment"] },
  ],
  // A name has dashes and dots: a double click takes all of it.
  wordPattern: /[A-Za-z0-9](?:[\w.-]*\w)?/u,
};

/** Lines of kubectl as the agent reads them: words, quotes, comments, and here-documents of YAML. */
export const KUBECTL_TOKENS: languages.IMonarchLanguage = {
  defaultToken: "",
  verbs: [...KUBECTL_VERBS],
  types: [...KUBECTL_TYPES],
  tokenizer: {
    root: [
      [/\bkubectl(?=\s|$)/u, "keyword"],
      [/(?:^|\s)#.*$/u, "comment"],
      [/<<-?\s*(['"]?)(\w+)\1/u, { token: "operator", next: "@heredoc.$2" }],
      [/'[^']*'?/u, "string"],
      [/"(?:[^"\\]|\\.)*"?/u, "string"],
      [/\\$/u, "operator"],
      [/(-n|--namespace)(=|\s+)([a-z0-9][\w.-]*)/u, ["operator", "operator", "namespace"]],
      [/--?[A-Za-z][\w-]*/u, "operator"],
      [/\d+(?=\s|$)/u, "number"],
      // `deploy/api`: the type, then the name.
      [/([a-z][a-z-]*)(\/)/u, [{ cases: { "@types": "kind", "@default": "identifier" } }, "operator"]],
      [/[A-Za-z][\w.:-]*/u, { cases: { "@verbs": "keyword", "@types": "kind", "@default": "identifier" } }],
      [/[=,]/u, "operator"],
    ],
    heredoc: [
      [/^\s*(\w+)\s*$/u, { cases: { "$1==$S2": { token: "operator", next: "@pop" }, "@default": "identifier" } }],
      [/(?:^|\s)#.*$/u, "comment"],
      [/^---.*$/u, "operator"],
      [/^(\s*(?:- )*)([\w./-]+)(:)(?=\s|$)/u, ["", "keyword", "operator"]],
      [/([{,]\s*)([\w./-]+)(:)(?=\s)/u, ["operator", "keyword", "operator"]],
      [/'[^']*'?/u, "string"],
      [/"(?:[^"\\]|\\.)*"?/u, "string"],
      [/\b(?:true|false|null)\b/u, "number"],
      [/\b\d[\d.]*(?=[\s,\]}]|$)/u, "number"],
      [/[-{}[\],:|>]/u, "operator"],
      [/[^\s{}[\],:'"]+/u, "identifier"],
    ],
  },
};
