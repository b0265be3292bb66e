import { EFFECTS } from "@interlock/protocol";
import { parse, type Script, type Statement } from "unbash";
import { historyExpansion, strangeCharacters } from "./characters.ts";
import type { ShellAnalysis, ShellDiagnostic, ShellLine, ShellOptions, Span } from "./line.ts";
import type { Scope, Session } from "./scope.ts";
import { Sheet } from "./sheet.ts";
import { titleOf } from "./title.ts";
import { assignedNames } from "./variables.ts";
import { walkStatement } from "./walk.ts";

const MAX_LENGTH = 65_536;

/** Nodes visited at most for one line and for a whole text. Functions that call each other twice over have more than any of them. */
const LINE_BUDGET = 20_000;
const BUDGET = 400_000;

/** Statements that a shell reads together, because they stand on one line. */
interface Group extends Span {
  statements: Statement[];
}

/**
 * What a shell text would do, line by line, without running any of it: read as bash reads it. What cannot be read, is not known or
 * would only be known by running it is `unknown`, never `read`. Never throws, whatever the text.
 */
export function analyzeShell(text: string, options: ShellOptions = {}): ShellAnalysis {
  const diagnostics: ShellDiagnostic[] = [];
  if (text.length > (options.maxLength ?? MAX_LENGTH)) {
    const message = `The text is longer than ${options.maxLength ?? MAX_LENGTH} characters and was not looked at`;
    diagnostics.push({ code: "too_long", message, start: 0, end: text.length });
    return { lines: [unread(text, 0, { start: 0, end: text.length }, message)], diagnostics };
  }
  try {
    return analyzeChecked(text, options, diagnostics);
  } catch (fault) {
    // Stack depth is the one thing a text can exhaust; whatever it was, nothing is known about the text then.
    const message = fault instanceof RangeError ? "The text is nested too deeply to be followed" : "The text cannot be followed";
    diagnostics.push({ code: "too_deep", message, start: 0, end: text.length });
    return { lines: [unread(text, 0, { start: 0, end: text.length }, message)], diagnostics };
  }
}

function analyzeChecked(text: string, options: ShellOptions, diagnostics: ShellDiagnostic[]): ShellAnalysis {
  const other = otherInterpreter(text);
  if (other !== undefined) {
    const at = { start: 0, end: text.indexOf("\n") < 0 ? text.length : text.indexOf("\n") };
    const message = `This is a script of ${other}, which is not read here`;
    diagnostics.push({ code: "interpreter", message, ...at });
    return { lines: [unread(text, 0, trimmed(text, 0, text.length), message)], diagnostics };
  }
  // A carriage return before a newline would end up in the last word; the line is told apart below and read without it.
  const source = text.replaceAll("\r\n", " \n");
  let script: Script & { errors?: readonly { message: string; pos: number }[] | undefined } = parse(source);
  let unreadable: Span | undefined;
  const error = script.errors?.[0];
  if (error) {
    const first = Math.min(...script.errors!.map((one) => one.pos));
    const groups = grouped(script.commands, source);
    const kept = groups.filter((group) => group.end < first && source.slice(group.end, first).includes("\n")).at(-1);
    // A shell reads and runs whole lines: those before the one that cannot be read stand, if they can be read by themselves.
    const before = kept ? source.slice(0, kept.end) : "";
    const reread = parse(before);
    const from = reread.errors?.length ? 0 : before.length;
    script = reread.errors?.length ? parse("") : reread;
    unreadable = trimmed(source, from, source.length);
    const message = `This cannot be read as a shell reads it: ${error.message}`;
    const at = Math.min(error.pos, text.length);
    diagnostics.push({ code: "syntax", message, start: at, end: Math.min(at + 1, text.length) });
  }
  const session: Session = {
    functions: new Map(),
    aliases: new Map(Object.entries(options.aliases ?? {}).map(([name, value]) => [name, new Set([value])])),
    constants: new Map(),
    assigned: assignedNames(script),
    hiding: false,
    distrust: undefined,
    budget: 0,
  };
  let left = BUDGET;
  const strange = strangeCharacters(text);
  diagnostics.push(...strange);
  const lines: ShellLine[] = [];
  for (const group of grouped(script.commands, source)) {
    const sheet = new Sheet();
    const scope: Scope = {
      session,
      sheet,
      place: undefined,
      depth: 0,
      wrapped: 0,
      substituted: false,
      conditional: false,
      calling: new Set(),
    };
    const granted = Math.min(LINE_BUDGET, left);
    session.budget = granted;
    for (const statement of group.statements) walkStatement(statement, scope);
    left -= granted - Math.max(session.budget, 0);
    const physical = wholeLines(text, group);
    for (const one of strange) if (one.start < physical.end && one.end > physical.start) sheet.unclear(one.message, one);
    if (options.interactive) {
      const history = historyExpansion(text.slice(group.start, group.end));
      if (history !== undefined) {
        const at = { start: group.start + history, end: Math.min(group.start + history + 2, group.end) };
        const message = "Brings back an earlier line, so that what runs is not what is written";
        sheet.unclear(message, at);
        diagnostics.push({ code: "history_expansion", message, ...at });
      }
    }
    lines.push(finish(sheet, text, lines.length, group));
  }
  if (unreadable && unreadable.end > unreadable.start) lines.push(unread(text, lines.length, unreadable, diagnostics[0]!.message));
  return { lines, diagnostics };
}

/** What the first line says the text is run by, where that is no shell with options that change nothing; undefined for shells and none. */
function otherInterpreter(text: string): string | undefined {
  const line = /^#!([^\n]*)/u.exec(text)?.[1]?.trim();
  if (line === undefined) return undefined;
  const words = line.split(/\s+/u);
  if (/^(?:\/usr)?\/bin\/env$/u.test(words[0] ?? "")) words.shift();
  const name = /^(?:(?:\/usr)?(?:\/local)?\/bin\/)?((?:ba|da|a|k|mk|z)?sh)$/u.exec(words[0] ?? "")?.[1];
  return name !== undefined && words.slice(1).every((word) => /^-[eufhlvx]+$/u.test(word)) ? undefined : line.slice(0, 60) || "nothing";
}

/** Statements by the line they are read with; a here-document belongs to the line that opens it. */
function grouped(statements: readonly Statement[], source: string): Group[] {
  const out: Group[] = [];
  const hasHereDocuments = source.includes("<<");
  for (const statement of statements) {
    const end = hasHereDocuments ? Math.max(statement.end, endOfHereDocuments(statement)) : statement.end;
    const last = out.at(-1);
    // Between two statements of one line there is no newline; one behind a here-document starts after its end.
    if (last && (statement.pos <= last.end || !source.slice(last.statements.at(-1)!.end, statement.pos).includes("\n"))) {
      last.statements.push(statement);
      last.end = Math.max(last.end, end);
    } else out.push({ start: statement.pos, end, statements: [statement] });
  }
  return out;
}

function endOfHereDocuments(root: object): number {
  let end = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    const node = value as { type?: string; end?: number; body?: { end?: number }; closing?: { end: number } };
    if (node.type === "HereDoc") end = Math.max(end, node.closing?.end ?? node.body?.end ?? 0);
    if (node.type === "Word" || node.type === "Assignment") return;
    for (const child of Object.values(value)) visit(child);
  };
  visit(root);
  return end;
}

function wholeLines(text: string, span: Span): Span {
  const start = text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = text.indexOf("\n", Math.max(span.end - 1, span.start));
  return { start: span.start === 0 ? 0 : start, end: newline < 0 ? text.length : newline };
}

function trimmed(text: string, from: number, to: number): Span {
  let start = from;
  let end = to;
  while (start < end && /\s/u.test(text[start]!)) start++;
  while (end > start && /\s/u.test(text[end - 1]!)) end--;
  return { start, end };
}

/** A stretch that could not be read. */
function unread(text: string, index: number, span: Span, why: string): ShellLine {
  const sheet = new Sheet();
  sheet.unclear(why, span);
  return finish(sheet, text, index, span);
}

function finish(sheet: Sheet, text: string, index: number, span: Span): ShellLine {
  // A command about which nothing was noted is one that nobody thought of.
  if (sheet.reasons.length === 0) sheet.note("unknown", "Nothing is known about this line", span);
  const rank = (effect: (typeof EFFECTS)[number]): number => EFFECTS.indexOf(effect);
  const reasons = sheet.reasons.toSorted((a, b) => rank(b.effect) - rank(a.effect) || a.start - b.start);
  const effect = reasons[0]!.effect;
  return {
    index,
    start: span.start,
    end: span.end,
    text: text.slice(span.start, span.end),
    effect,
    title: titleOf(reasons, sheet.runsAs),
    objects: sheet.objects,
    reasons,
    risks: sheet.risks,
    ...(sheet.opaque === undefined ? {} : { opaque: sheet.opaque }),
    ...(sheet.follows ? { follows: true as const } : {}),
    ...(sheet.needsTty === undefined ? {} : { needsTty: sheet.needsTty }),
    ...(sheet.changesHost ? { changesHost: true as const } : {}),
    ...(sheet.runsAs === undefined ? {} : { runsAs: sheet.runsAs }),
  };
}
