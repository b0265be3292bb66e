/** What may not reach a screen as it is: control characters but the tab, and characters that reorder others (Trojan Source). */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const HOSTILE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/**
 * Control sequences of terminals (ECMA-48): CSI, strings such as OSC and DCS with their end, and the short ones. A string without an end is
 * none: what stands behind its introducer stays readable instead of vanishing.
 */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- see above
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]/g;
// oxlint-disable-next-line no-control-regex -- see above
const CONTROLS = /[\u0000-\u0008\u000a-\u000c\u000e-\u001f\u007f-\u009f]/g;
const DECEIVING = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * One line of a program's output as text that shows what it says: whatever wrote a log may want to move the cursor of who reads it, or to
 * hide something from them. Sequences and control characters go, what reorders text is spelled out, and a carriage return, which would
 * write over what stands before it, is drawn.
 */
export function plainOutput(line: string): string {
  if (!HOSTILE.test(line)) return line;
  return (
    line
      .replaceAll(SEQUENCES, "")
      .replaceAll(CONTROLS, "")
      // From the first of a run on, or each of them would be tried as the first of all that follow.
      .replace(/(?<!\r)\r+$/, "")
      .replaceAll("\r", "␍")
      .replaceAll(DECEIVING, (found) => `\\u${found.codePointAt(0)!.toString(16).padStart(4, "0")}`)
  );
}

/** The same for several lines. */
export const plainLines = (text: string): string => text.split("\n").map(plainOutput).join("\n");

/** A value of JSON whose texts show what they say, line by line; the very same where all do. */
export function plainly<T>(value: T): T {
  if (typeof value === "string") return (HOSTILE.test(value) ? plainLines(value) : value) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const all = value.map(plainly);
    return all.every((one, index) => one === value[index]) ? value : (all as T);
  }
  const entries = Object.entries(value).map(([key, one]) => [key, plainly(one)] as const);
  return entries.every(([key, one]) => one === value[key as keyof T]) ? value : (Object.fromEntries(entries) as T);
}
