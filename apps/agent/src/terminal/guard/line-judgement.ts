import { createHash } from "node:crypto";
import { judgeLine, type GuardTerms, type LineVerdict } from "@interlock/policy";
import { strongest, type Effect, type LinePart } from "@interlock/protocol";
import { analyzeShell, type ShellLine } from "@interlock/shell-model";

/** A line as a shell handed it over. */
export interface HandedLine {
  /** As UTF-8; undefined where the bytes are none. */
  text: string | undefined;
  /** SHA-256 (hex) of the bytes. */
  digest: string;
  /** In this shell `#` begins no comment. */
  bare: boolean;
}

export interface JudgedLine extends LineVerdict {
  effect: Effect;
  parts: LinePart[];
  warnings: string[];
  /** First of all what it would do, in one sentence. */
  title: string;
  /** It cannot be read as a shell reads it: it may only be a beginning. */
  broken: boolean;
}

/** What would run, in words where it cannot be told. */
export function handedLine(bytes: Uint8Array, bare: boolean): HandedLine {
  const digest = createHash("sha256").update(bytes).digest("hex");
  let text: string | undefined;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No UTF-8: it is judged as what nobody can read.
    text = undefined;
  }
  return { text, digest, bare };
}

/**
 * Names of the integration, variables and keys it works by. A line that has one of them may be about to take the guard away, by mistake above
 * all: whoever means to needs no such name.
 */
const OWN_PARTS =
  /__il_|\b(?:PROMPT_COMMAND|PS0|precmd_functions|preexec_functions)\b|zle-line-finish|(?:^|[\s;&|({])(?:bind(?!\s+-[lpPsSvVX]\b)|bindkey|zle)\s/u;

/**
 * What a line does and what policy says of it. History was put into it by the shell and is off while it runs, so that `!` means nothing more.
 */
export function judgedLine(guard: readonly GuardTerms[], { text, bare }: HandedLine): JudgedLine {
  const analysis = text === undefined ? { lines: [], diagnostics: [] } : analyzeShell(text);
  const parts = analysis.lines.flatMap((line) => partsOf(line));
  const warnings = [...new Set(analysis.lines.flatMap((line) => warningsOf(line)))];
  const effects = new Set<Effect>(analysis.lines.flatMap((line) => [line.effect, ...line.reasons.map(({ effect }) => effect)]));
  const odd =
    text === undefined
      ? "The line is not UTF-8"
      : OWN_PARTS.test(text)
        ? "Touches what this shell hands its lines over with"
        : bare && /(?:^|[\s;&|(])#/u.test(text)
          ? "This shell has no comments, so that what stands behind # runs as well"
          : undefined;
  if (odd !== undefined) {
    effects.add("unknown");
    parts.push({ text: text ?? "", effect: "unknown", title: odd });
    warnings.push(`${odd}.`);
  }
  const effect = effects.size === 0 ? "read" : strongest([...effects]);
  return {
    ...judgeLine(guard, effects),
    effect,
    parts,
    warnings,
    title: odd ?? analysis.lines.find((line) => line.effect === effect)?.title ?? "Does nothing",
    broken: analysis.diagnostics.some(({ code }) => code === "syntax"),
  };
}

/** Facts of one line that are shown at most. */
const MOST_PARTS = 20;

/** What a line does, each thing once, in its order. Reading is told only where that is all. */
function partsOf({ text, start, effect, reasons }: ShellLine): LinePart[] {
  const seen = new Set<string>();
  return reasons
    .filter((reason) => (effect === "read" || reason.effect !== "read") && !seen.has(reason.text) && seen.add(reason.text))
    .toSorted((a, b) => a.start - b.start)
    .slice(0, MOST_PARTS)
    .map((reason) => ({ text: text.slice(reason.start - start, reason.end - start), effect: reason.effect, title: reason.text }));
}

const warningsOf = ({ opaque, runsAs, risks, changesHost }: ShellLine): string[] => [
  ...risks.map(({ message }) => message),
  ...(opaque === undefined ? [] : [`It cannot be told what would run: ${opaque}.`]),
  ...(runsAs === undefined ? [] : [`A part of it runs as ${runsAs}.`]),
  ...(changesHost === true && !risks.some(({ code }) => code === "host_stops") ? ["The host itself stops or starts anew."] : []),
];
