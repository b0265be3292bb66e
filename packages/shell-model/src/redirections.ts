import type { Redirection } from "unbash";
import { type Input, quoted } from "./call.ts";
import { literalOf } from "./hidden.ts";
import { isSink, judgePlace, readsPath } from "./places.ts";
import { placed, type Scope } from "./scope.ts";
import { readWord } from "./words.ts";

export interface Redirected {
  input: Input;
  /** The file standard output goes to, as it is shown. */
  output: string | undefined;
  truncates: boolean;
}

/** Judges the files a command's redirections open. `writer`: `nothing` where nothing is written, so that the file is emptied. */
export function judgeRedirections(redirects: readonly Redirection[], scope: Scope, input: Input, writer: string): Redirected {
  const out: Redirected = { input, output: undefined, truncates: false };
  const { sheet } = scope;
  for (const one of redirects) {
    const at = placed(scope, one);
    if (one.type === "HereDoc") {
      if (!one.closing) sheet.unclear("The here-document does not end", at);
      out.input = one.body.parts ? { kind: "text", at } : { kind: "text", text: one.body.text, at };
      continue;
    }
    if (!one.target) {
      sheet.unclear("A redirection names no file", at);
      continue;
    }
    const targets = readWord(one.target, scope);
    const target = targets[0];
    if (targets.length !== 1 || !target) {
      sheet.unclear("A redirection names several files or none", at);
      continue;
    }
    if (one.type === "HereString") {
      out.input = target.text === undefined ? { kind: "text", at } : { kind: "text", text: `${target.text}\n`, at };
      continue;
    }
    switch (one.operator) {
      case "<":
        if (target.hole === undefined || !target.shown.startsWith("<(")) readsPath(target, sheet);
        if (one.descriptor === undefined || (one.descriptor.type === "FileDescriptor" && one.descriptor.value === 0)) {
          out.input = { kind: target.shown === "/dev/null" ? "text" : "file", ...(target.shown === "/dev/null" ? { text: "" } : {}), at };
        }
        break;
      case "<&":
      case ">&":
        if (target.text !== undefined && /^(?:\d+-?|-)$/u.test(target.text)) {
          if (one.operator === "<&" && target.text !== "0") out.input = { kind: "file", at };
          break;
        }
        // bash expands the word after `>&` a second time: `>&'$(cmd)'` runs it.
        if (/[$`]/u.test(literalOf(one.target)) || /[$`]/u.test(target.text ?? "") || (scope.session.hiding && target.text === undefined)) {
          sheet.unclear(`${quoted(target.shown)} is expanded a second time, commands in it included`, at);
          break;
        }
        if (one.operator === "<&") {
          sheet.unclear(`Which descriptor ${quoted(target.shown)} is, is only known once it runs`, at);
          break;
        }
        opensForWriting("modify");
        break;
      case ">":
      case ">|":
      case "&>":
        opensForWriting("modify");
        break;
      case "<>":
        opensForWriting("append");
        break;
      case ">>":
      case "&>>":
        opensForWriting("append");
        break;
    }
    // oxlint-disable-next-line no-loop-func -- called at once, in this turn of the loop
    function opensForWriting(effect: "modify" | "append"): void {
      if (!target) return;
      if (target.text !== undefined && isSink(target.text)) return;
      if (target.shown.startsWith(">(")) return;
      const isOutput = one.descriptor === undefined || (one.descriptor.type === "FileDescriptor" && one.descriptor.value === 1);
      if (isOutput) {
        out.output = target.shown;
        out.truncates = effect === "modify";
      }
      const shown = quoted(target.shown);
      const empties = effect === "modify" && writer === "nothing" && isOutput;
      const final = empties ? "delete" : effect;
      sheet.note(final, empties ? `Empties ${shown}` : effect === "modify" ? `Writes over ${shown}` : `Adds to ${shown}`, at);
      judgePlace(target, final, sheet);
    }
  }
  return out;
}
