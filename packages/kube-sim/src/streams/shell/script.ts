/** A word as its pieces: what stands in single quotes is taken as it is, in double quotes it is not divided. */
export interface Piece {
  text: string;
  quote: "" | '"' | "'";
}
export type Word = readonly Piece[];

export interface Simple {
  type: "simple";
  /** Before the program's name. */
  assignments: readonly { name: string; value: Word }[];
  words: readonly Word[];
  /** Absent: where it goes anyway. */
  output?: { file: Word; append: boolean };
  /** What it complains about is not shown. */
  quiet: boolean;
}
export type Node =
  | Simple
  | { type: "pipe"; parts: readonly Node[] }
  | { type: "and" | "or" | "then"; left: Node; right: Node }
  | { type: "if"; test: Node; body: Node; otherwise?: Node }
  | { type: "for"; name: string; values: readonly Word[]; body: Node };

/** Not a text of this small language; the words are sh's. */
export class ScriptError extends Error {}

type Token = { word: Word } | { operator: string };

/** What sh has and this does not. A text with such a thing is refused whole: half of it done would be worse. */
const UNKNOWN_WORDS = new Set(["while", "until", "case", "select", "function", "{", "}", "!", "(", ")", "[["]);
const UNKNOWN_VALUE = /\$\((?!\()|`|\$\{(?!\w+\})/;

const OPERATORS = ["&&", "||", ";", "|", "\n"];

/** The small part of sh that people type to look around: lists, pipes, `if`, `for`, assignments, output into a file. */
export function readScript(text: string): Node | undefined {
  const tokens = tokensOf(text);
  let at = 0;
  const keyword = (): string | undefined => {
    const token = tokens[at];
    if (token === undefined || !("word" in token)) return undefined;
    const [piece, more] = token.word;
    return piece?.quote === "" && more === undefined ? piece.text : undefined;
  };
  const operator = (): string | undefined => {
    const token = tokens[at];
    return token !== undefined && "operator" in token ? token.operator : undefined;
  };
  const expect = (wanted: string): void => {
    if (keyword() !== wanted)
      throw new ScriptError(`syntax error: unexpected ${keyword() ?? operator() ?? "end of file"} (expecting "${wanted}")`);
    at++;
  };
  const skip = (): void => {
    while (operator() === ";" || operator() === "\n") at++;
  };
  const list = (...ends: string[]): Node | undefined => {
    let whole: Node | undefined;
    for (skip(); at < tokens.length && !ends.includes(keyword() ?? ""); skip()) {
      const next = andOr();
      whole = whole === undefined ? next : { type: "then", left: whole, right: next };
    }
    return whole;
  };
  const needed = (...ends: string[]): Node => {
    const found = list(...ends);
    if (found === undefined) throw new ScriptError(`syntax error: unexpected ${keyword() ?? "end of file"}`);
    return found;
  };
  const andOr = (): Node => {
    let left = pipe();
    for (let found = operator(); found === "&&" || found === "||"; found = operator()) {
      at++;
      skip();
      left = { type: found === "&&" ? "and" : "or", left, right: pipe() };
    }
    return left;
  };
  const pipe = (): Node => {
    const parts = [command()];
    while (operator() === "|") {
      at++;
      skip();
      parts.push(command());
    }
    return parts.length === 1 ? parts[0]! : { type: "pipe", parts };
  };
  const command = (): Node => {
    if (keyword() === "if") return conditional();
    if (keyword() === "for") return loop();
    if (UNKNOWN_WORDS.has(keyword() ?? "")) throw new ScriptError(`${keyword()} is not known in a simulated container`);
    return simple();
  };
  const conditional = (): Node => {
    at++;
    const test = needed("then");
    expect("then");
    const body = needed("else", "fi");
    const otherwise = keyword() === "else" ? (at++, needed("fi")) : undefined;
    expect("fi");
    return { type: "if", test, body, ...(otherwise === undefined ? {} : { otherwise }) };
  };
  const loop = (): Node => {
    at++;
    const name = keyword() ?? "";
    at++;
    expect("in");
    const values: Word[] = [];
    for (let token = tokens[at]; token !== undefined && "word" in token; token = tokens[++at]) values.push(token.word);
    skip();
    expect("do");
    const body = needed("done");
    expect("done");
    return { type: "for", name, values, body };
  };
  const simple = (): Simple => {
    const made = { type: "simple" as const, assignments: [] as Simple["assignments"][number][], words: [] as Word[], quiet: false };
    let output: Simple["output"];
    for (let token = tokens[at]; token !== undefined; token = tokens[++at]) {
      if ("word" in token) {
        const assignment = made.words.length === 0 ? assignmentOf(token.word) : undefined;
        if (assignment === undefined) made.words.push(token.word);
        else made.assignments.push(assignment);
        continue;
      }
      const redirection = /^([12]?)(>>?)(&?)$/.exec(token.operator);
      if (redirection === null) break;
      const target = tokens[++at];
      if (target === undefined || !("word" in target)) throw new ScriptError("syntax error: unexpected newline");
      const [, stream, kind, same] = redirection;
      if (stream === "2") made.quiet ||= same === "" || output !== undefined;
      else output = { file: target.word, append: kind === ">>" };
    }
    if (made.words.length === 0 && made.assignments.length === 0 && output === undefined)
      throw new ScriptError(`syntax error: unexpected ${JSON.stringify(operator() ?? "end of file")}`);
    return output === undefined ? made : { ...made, output };
  };
  const whole = list();
  if (at < tokens.length) throw new ScriptError(`syntax error: unexpected ${keyword() ?? operator() ?? ""}`);
  return whole;
}

function assignmentOf(word: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = word;
  const found = first?.quote === "" ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text) : null;
  return found === null ? undefined : { name: found[1]!, value: [{ text: found[2]!, quote: "" }, ...rest] };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let word: Piece[] | undefined;
  const add = (piece: string, quote: Piece["quote"]): void => {
    word ??= [];
    const last = word.at(-1);
    if (last !== undefined && last.quote === quote && quote === "") last.text += piece;
    else word.push({ text: piece, quote });
  };
  const end = (): void => {
    if (word !== undefined) tokens.push({ word });
    word = undefined;
  };
  for (let at = 0; at < text.length; at++) {
    const rest = text.slice(at);
    const character = text[at]!;
    const redirection = word === undefined ? /^[12]?>>?&?/.exec(rest)?.[0] : /^>>?&?/.exec(rest)?.[0];
    const operator = redirection ?? OPERATORS.find((one) => rest.startsWith(one));
    if (operator !== undefined) {
      end();
      tokens.push({ operator });
      at += operator.length - 1;
    } else if (character === " " || character === "\t") end();
    else if (character === "#" && word === undefined) at += (/^[^\n]*/.exec(rest)?.[0].length ?? 1) - 1;
    else if (character === "'" || character === '"') {
      const close = text.indexOf(character, at + 1);
      if (close < 0) throw new ScriptError("syntax error: unterminated quoted string");
      add(text.slice(at + 1, close), character);
      at = close;
    } else if (character === "\\" && at + 1 < text.length) add(text[++at]!, "'");
    else if (rest.startsWith("$((")) {
      const close = text.indexOf("))", at);
      if (close < 0) throw new ScriptError("syntax error: missing '))'");
      add(text.slice(at, close + 2), '"');
      at = close + 1;
    } else add(character, "");
  }
  end();
  const pieces = tokens.flatMap((token) => ("word" in token ? token.word : []));
  const unknown = pieces.find(({ text: piece, quote }) => quote !== "'" && UNKNOWN_VALUE.test(piece));
  if (unknown !== undefined) throw new ScriptError(`${UNKNOWN_VALUE.exec(unknown.text)?.[0]} is not known in a simulated container`);
  return tokens;
}
