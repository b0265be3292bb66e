import { styleEnd } from "../mask/sequence.ts";

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;

/** 1 for what stays in its line, or ends it: text, tabs and line ends. The filter lets no C1 control through. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f).fill(1, 0x80);
PLAIN[0x09] = PLAIN[LF] = PLAIN[CR] = 1;

/** Lines of text with styles, and nothing that moves about, from `start` on. */
export interface PlainRun {
  start: number;
  end: number;
  /** Line feeds in it. */
  feeds: number;
}

/** The run that begins at `start`, which may be empty. */
export function plainRun(bytes: Uint8Array, start: number): PlainRun {
  let feeds = 0;
  let at = start;
  for (;;) {
    let byte = 0;
    while (at < bytes.length && PLAIN[(byte = bytes[at]!)] === 1) {
      if (byte === LF) feeds++;
      at++;
    }
    const style = at < bytes.length && byte === ESC ? styleEnd(bytes, at) : 0;
    if (style === 0) return { start, end: at, feeds };
    at = style;
  }
}

/**
 * Where a line of a run begins so that at least `kept` line feeds of the run come after it; undefined where there is none, or fewer than `least`
 * line feeds before it.
 */
export function lateLine(bytes: Uint8Array, run: PlainRun, kept: number, least: number): number | undefined {
  let feeds = 0;
  for (let at = run.end - 1; at > run.start; at--) {
    if (bytes[at] !== LF) continue;
    feeds++;
    // Behind a carriage return it begins in the first column.
    if (feeds > kept && bytes[at - 1] === CR) return run.feeds - feeds >= least ? at + 1 : undefined;
  }
  return undefined;
}

/** The styles of `bytes[start, end)` that are in force at its end, without its text. `bytes[start, end)` is part of a run. */
export function stylesOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let from = end;
  for (let at = bytes.lastIndexOf(ESC, end - 1); at >= start; at = at === 0 ? -1 : bytes.lastIndexOf(ESC, at - 1)) {
    from = at;
    const length = styleEnd(bytes, at) - at;
    // A reset: nothing before it matters.
    if (length === 3 || (length === 4 && bytes[at + 2] === 0x30)) break;
  }
  const styles: number[] = [];
  for (let at = from; at < end;) {
    const style = styleEnd(bytes, at);
    if (style > 0) for (let i = at; i < style; i++) styles.push(bytes[i]!);
    at = style > 0 ? style : at + 1;
  }
  return Uint8Array.from(styles);
}
