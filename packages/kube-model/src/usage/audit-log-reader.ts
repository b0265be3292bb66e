import type { Usage } from "./usage.ts";

/** Longest entry, in UTF-16 units: an API server cuts the bodies that it logs long before that. */
const LONGEST_ENTRY = 4 * 1024 * 1024;
/** So much is looked at to tell how a log is written. */
const PEEK = 64 * 1024;

/**
 * Reads an API server's audit log piece by piece into a `Usage`, in memory that does not grow with it: one JSON object a line as the log backend
 * writes it, or one document as webhooks and `kubectl -o json` have it (an `EventList`, or an array), also over many lines. What cannot be read
 * is a problem of its line, and what follows is read.
 */
export class AuditLogReader {
  readonly #usage: Usage;
  #peeked = "";
  #parts: Lines | Document | undefined;

  constructor(usage: Usage) {
    this.#usage = usage;
  }

  write(text: string): void {
    if (this.#parts !== undefined) return this.#parts.write(text);
    this.#peeked += text;
    const kind = kindOf(this.#peeked, false);
    if (kind !== undefined) this.#begin(kind);
  }

  end(): void {
    if (this.#parts === undefined) this.#begin(kindOf(this.#peeked, true)!);
    this.#parts!.end();
  }

  #begin(kind: "lines" | "document"): void {
    this.#parts = kind === "lines" ? new Lines(this.#usage) : new Document(this.#usage);
    this.#parts.write(this.#peeked);
    this.#peeked = "";
  }
}

function kindOf(text: string, whole: boolean): "lines" | "document" | undefined {
  const begin = text.search(/\S/);
  if (begin === -1) return whole ? "lines" : undefined;
  if (text[begin] === "[") return "document";
  const end = text.indexOf("\n", begin);
  if (end === -1 && !whole && text.length - begin < PEEK) return undefined;
  const line = text.slice(begin, end === -1 ? undefined : end).trimEnd();
  // An indented document breaks its first line behind a bracket or a comma; an entry that was cut off hardly ever does.
  if (end !== -1 && line.length < PEEK) return /[[{,]$/.test(line) ? "document" : "lines";
  return /^\{[^{]{0,200}"items"\s*:\s*\[|"kind"\s*:\s*"EventList"/.test(line.slice(0, 500)) ? "document" : "lines";
}

class Lines {
  readonly #usage: Usage;
  #rest = "";
  #number = 0;
  /** The line is longer than an entry can be: it is left out up to its end. */
  #dropping = false;

  constructor(usage: Usage) {
    this.#usage = usage;
  }

  write(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      this.#line(this.#rest + text.slice(from, end));
      this.#rest = "";
      from = end + 1;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length <= LONGEST_ENTRY) return;
    this.#dropping = true;
    this.#rest = "";
  }

  end(): void {
    if (this.#rest !== "" || this.#dropping) this.#line(this.#rest);
  }

  #line(text: string): void {
    this.#number++;
    if (this.#dropping || text.length > LONGEST_ENTRY) this.#usage.addProblem(this.#number, TOO_LONG);
    else this.#usage.addLine(text, this.#number);
    this.#dropping = false;
  }
}

const TOO_LONG = `is longer than ${LONGEST_ENTRY / 1024 / 1024} MiB`;

/** Takes the entries out of a document by its brackets, without ever holding more than one of them. */
class Document {
  readonly #usage: Usage;
  #open: string[] = [];
  #inString = false;
  #escaped = false;
  /** The last string of an object that is not within another, as long as it is short: the key before a bracket. */
  #key = "";
  /** How many brackets are open around an entry. */
  #around = 0;
  #entry: string[] | undefined;
  #size = 0;
  #line = 1;
  #begunAt = 1;

  constructor(usage: Usage) {
    this.#usage = usage;
  }

  write(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!;
      if (char === "\n") this.#line++;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (char === "\\") this.#escaped = true;
        else if (char === '"') this.#inString = false;
        else if (char === "\n") {
          // No string of JSON goes over a line: this entry was cut off, and another begins.
          this.#usage.addProblem(this.#begunAt, "is cut off");
          this.#reset();
        } else if (this.#open.length === 1 && this.#key.length < 16) this.#key += char;
        continue;
      }
      if (char === '"') {
        this.#inString = true;
        if (this.#open.length === 1) this.#key = "";
      } else if (char === "{" || char === "[") {
        if (char === "[" && this.#open.length === 0) this.#around = 1;
        else if (char === "[" && this.#open.length === 1 && this.#open[0] === "{" && this.#key === "items") {
          this.#around = 2;
          this.#entry = undefined;
        } else if (char === "{" && this.#open.length === this.#around) {
          this.#entry = [];
          this.#size = 0;
          this.#begunAt = this.#line;
          from = at;
        }
        this.#open.push(char);
      } else if (char === "}" || char === "]") {
        this.#open.pop();
        if (char === "}" && this.#entry !== undefined && this.#open.length === this.#around) {
          this.#keep(text.slice(from, at + 1));
          this.#emit();
        }
        if (this.#open.length === 0) this.#around = 0;
      }
    }
    if (this.#entry !== undefined) this.#keep(text.slice(from));
  }

  end(): void {
    if (this.#open.length > 0) this.#usage.addProblem(this.#begunAt, "is cut off");
  }

  #keep(text: string): void {
    this.#size += text.length;
    if (this.#size > LONGEST_ENTRY) this.#entry = [];
    else this.#entry!.push(text);
  }

  #emit(): void {
    if (this.#size > LONGEST_ENTRY) this.#usage.addProblem(this.#begunAt, TOO_LONG);
    else this.#usage.addLine(this.#entry!.join(""), this.#begunAt);
    this.#entry = undefined;
  }

  #reset(): void {
    this.#open = [];
    this.#inString = false;
    this.#around = 0;
    this.#entry = undefined;
  }
}
