import type { CsiRule } from "./allowed-sequences.ts";

/** Most parameters of a sequence, sub-parameters included; xterm keeps as many. */
const MOST_PARAMETERS = 32;
/** No screen has more cells on a side, and no colour or mode a greater number. */
const GREATEST = 65_535;

/**
 * A control sequence as it may be passed on, in its 7-bit form; how often to repeat the last character where it is REP; undefined where it is
 * dropped. `said` stands between the introducer and the final byte.
 */
export function safeCsi(
  said: string,
  final: string,
  rules: ReadonlyMap<string, CsiRule>,
  screen: { columns: number; rows: number },
): string | { repeat: number } | undefined {
  const parts = /^([<-?]?)([0-9;:]*)([ -/]*)$/.exec(said);
  if (parts === null) return undefined;
  const [, prefix = "", parameters = "", intermediates = ""] = parts;
  const rule = rules.get(prefix + intermediates + final);
  if (rule === undefined) return undefined;
  const written = (list: string): string => `\u001b[${prefix}${list}${intermediates}${final}`;
  if (rule.kind === "style") return isStyle(parameters) ? written(parameters) : undefined;
  if (parameters.includes(":")) return undefined;
  const numbers = parameters === "" ? [] : parameters.split(";").map(Number);
  if (numbers.length > MOST_PARAMETERS) return undefined;
  switch (rule.kind) {
    case "numbers": {
      if (numbers.length > rule.most) return undefined;
      const most = rule.cut === undefined ? GREATEST : screen[rule.cut];
      return written(
        said.length <= 12 && numbers.every((number) => number <= most)
          ? parameters
          : numbers.map((number) => Math.min(number, most)).join(";"),
      );
    }
    case "modes": {
      const kept = numbers.filter((mode) => rule.allowed.has(mode));
      return kept.length === 0 ? undefined : written(kept.join(";"));
    }
    case "one-of":
      return numbers.length <= 1 && rule.values.has(numbers[0] ?? 0) ? written(parameters.slice(-1)) : undefined;
    case "repeat":
      // Programs use it to fill a line; a screen full of it for seven bytes would be a flood.
      return numbers.length > 1 ? undefined : { repeat: Math.min(numbers[0] || 1, screen.columns) };
  }
}

/** Whether parameters of SGR are few enough, and none absurdly long. */
function isStyle(parameters: string): boolean {
  if (parameters.length <= 3) return true;
  const numbers = parameters.split(/[;:]/);
  return numbers.length <= MOST_PARAMETERS && numbers.every((number) => number.length <= 5);
}

/** Final bytes of `usualSequence` and the parameters they may have: SGR 32, positions 2, movements 1. */
const USUAL = new Uint8Array(128);
USUAL[0x6d] = MOST_PARAMETERS;
for (const final of "Hf") USUAL[final.charCodeAt(0)] = 2;
for (const final of "ABCDEFGd") USUAL[final.charCodeAt(0)] = 1;
for (const final of "JK") USUAL[final.charCodeAt(0)] = 1;

/**
 * Bytes of the control sequence at `at` where it is one of those that programs write most and `safeCsi` would leave it as it is; 0 where it has
 * to be looked at closely.
 */
export function usualSequence(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 >= end || bytes[at + 1] !== 0x5b) return 0;
  let parameters = 1;
  let digits = 0;
  let colon = false;
  for (let i = at + 2; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > 4) return 0;
    } else if (byte === 0x3b || byte === 0x3a) {
      if (byte === 0x3a) colon = true;
      parameters++;
      digits = 0;
    } else {
      const most = byte < 128 ? USUAL[byte]! : 0;
      if (parameters > most || i - at > 64) return 0;
      if (byte !== 0x6d) {
        if (colon || i - at > 12) return 0;
        // Erasing: one digit, 0 to 2 or, of the display, 0 and 2.
        if ((byte === 0x4a || byte === 0x4b) && (digits > 1 || (digits === 1 && !isErase(byte, bytes[i - 1]!)))) return 0;
      }
      return i + 1 - at;
    }
  }
  return 0;
}

const isErase = (final: number, digit: number): boolean => digit === 0x30 || digit === 0x32 || (digit === 0x31 && final === 0x4b);
