import type { Diagnostic } from "@interlock/protocol";

/** A word with where it stands in the text (UTF-16 units, end exclusive). */
export interface Word {
  text: string;
  start: number;
  end: number;
}

/** One line of words, continued lines joined, with the here-document that follows it. */
export interface WordLine {
  start: number;
  end: number;
  words: Word[];
  stdin?: string;
}

export interface Words {
  lines: WordLine[];
  diagnostics: Diagnostic[];
}

const EXPANDED: Record<string, string> = {
  $: "nothing is expanded here; put the value itself, or quote a $ with single quotes",
  "`": "no other program is run from here",
  "|": "there are no pipes here; kubectl is the only program",
  "&": "lines run one after the other; put each on its own line",
  ";": "put each command on its own line",
  "<": "files belong to the command: name one with -f, or write <<'EOF' after -f -",
  ">": "nothing is written to files here",
  "(": "there are no subshells here; quote the parenthesis",
  ")": "there are no subshells here; quote the parenthesis",
  "*": "nothing is expanded here; quote the *",
  "?": "nothing is expanded here; quote the ?",
  "[": "nothing is expanded here; quote the [",
  "!": "quote the !",
};

/**
 * Splits a text as a POSIX shell would (quotes, backslashes, comments, continued lines, here-documents), and refuses whatever a shell
 * would expand or run (POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.7.4 Here-Document).
 */
export function readWords(text: string): Words {
  const lines: WordLine[] = [];
  const diagnostics: Diagnostic[] = [];
  let at = 0;
  while (at < text.length) {
    const line = readLine(text, at, diagnostics);
    at = line.next;
    if (line.value !== undefined) lines.push(line.value);
  }
  return { lines, diagnostics };
}

interface Heredoc {
  delimiter: string;
  quoted: boolean;
  stripTabs: boolean;
  start: number;
}

function readLine(text: string, from: number, diagnostics: Diagnostic[]): { value?: WordLine; next: number } {
  const words: Word[] = [];
  let heredoc: Heredoc | undefined;
  let at = from;
  const fail = (start: number, end: number, message: string): void => {
    diagnostics.push({ start, end, message, severity: "error" });
  };
  for (;;) {
    const char = text[at];
    if (char === undefined || char === "\n") {
      at += char === undefined ? 0 : 1;
      break;
    }
    if (char === " " || char === "\t" || char === "\r") at++;
    else if (char === "\\" && text[at + 1] === "\n") at += 2;
    else if (char === "#") while (at < text.length && text[at] !== "\n") at++;
    else if (char === "<" && text[at + 1] === "<" && text[at + 2] !== "<") {
      if (heredoc !== undefined) fail(at, at + 2, "one here-document is enough for one command");
      const opened = readDelimiter(text, at, fail);
      at = opened.next;
      heredoc = opened.heredoc;
    } else {
      const word = readWord(text, at, fail);
      words.push(word);
      at = word.end;
    }
  }
  let stdin: string | undefined;
  let end = at > from && text[at - 1] === "\n" ? at - 1 : at;
  if (heredoc !== undefined) {
    const body = readHeredoc(text, at, heredoc, fail);
    stdin = body.text;
    at = body.next;
    end = body.end;
  }
  const first = words[0];
  if (first === undefined) return { next: at };
  return { value: { start: first.start, end, words, ...(stdin === undefined ? {} : { stdin }) }, next: at };
}

type Fail = (start: number, end: number, message: string) => void;

function readWord(text: string, from: number, fail: Fail): Word {
  let at = from;
  let word = "";
  for (;;) {
    const char = text[at];
    if (char === undefined || /[ \t\r\n]/.test(char)) break;
    if (char === "'") {
      const close = text.indexOf("'", at + 1);
      if (close === -1) {
        fail(at, text.length, "the quote is not closed");
        return { text: word, start: from, end: text.length };
      }
      word += text.slice(at + 1, close);
      at = close + 1;
    } else if (char === '"') {
      const quoted = readDouble(text, at, fail);
      word += quoted.text;
      at = quoted.next;
    } else if (char === "\\") {
      const next = text[at + 1];
      if (next === undefined) fail(at, at + 1, "a backslash quotes what follows it, and nothing does");
      else if (next !== "\n") word += next;
      at += 2;
    } else {
      const reason = EXPANDED[char];
      if (reason !== undefined) fail(at, at + 1, reason);
      else if (char === "~" && at === from) fail(at, at + 1, "there is no home folder here; quote the ~");
      else if (char === "{" && /^\{[^\s'"{}]*(,|\.\.)[^\s'"{}]*\}/.test(text.slice(at)))
        fail(at, at + 1, "nothing is expanded here; quote the braces");
      word += char;
      at++;
    }
  }
  return { text: word, start: from, end: Math.min(at, text.length) };
}

function readDouble(text: string, from: number, fail: Fail): { text: string; next: number } {
  let word = "";
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') return { text: word, next: at + 1 };
    if (char === "\\") {
      const next = text[at + 1];
      at++;
      if (next === "\n") continue;
      word += next !== undefined && '$`"\\'.includes(next) ? next : `\\${next ?? ""}`;
    } else {
      if (char === "$" || char === "`") fail(at, at + 1, EXPANDED[char]!);
      word += char;
    }
  }
  fail(from, text.length, "the quote is not closed");
  return { text: word, next: text.length };
}

function readDelimiter(text: string, from: number, fail: Fail): { heredoc: Heredoc; next: number } {
  const stripTabs = text[from + 2] === "-";
  let at = from + (stripTabs ? 3 : 2);
  while (text[at] === " " || text[at] === "\t") at++;
  const word = readWord(text, at, fail);
  const quoted = /['"\\]/.test(text.slice(at, word.end));
  if (word.text === "") fail(from, at, "a here-document needs a word that ends it");
  return { heredoc: { delimiter: word.text, quoted, stripTabs, start: from }, next: word.end };
}

function readHeredoc(text: string, from: number, heredoc: Heredoc, fail: Fail): { text: string; end: number; next: number } {
  let body = "";
  for (let at = from; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const stop = newline === -1 ? text.length : newline;
    const raw = text.slice(at, stop);
    const line = heredoc.stripTabs ? raw.replace(/^\t+/, "") : raw;
    if (line === heredoc.delimiter) return { text: body, end: stop, next: newline === -1 ? stop : stop + 1 };
    const expanded = heredoc.quoted ? -1 : raw.search(/[$`\\]/);
    if (expanded !== -1) {
      fail(
        at + expanded,
        at + expanded + 1,
        `nothing is expanded here; quote the word that ends the here-document: <<'${heredoc.delimiter}'`,
      );
    }
    body += `${line}\n`;
    at = stop + 1;
  }
  fail(heredoc.start, heredoc.start + 2, `the here-document is not ended by a line ${heredoc.delimiter}`);
  return { text: body, end: text.length, next: text.length };
}
