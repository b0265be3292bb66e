/**
 * What a terminal would be told by bytes, read by other means than the filter's: over characters, with one expression for each kind. For tests.
 */
export interface Scanned {
  /** What would be printed, line ends included. */
  text: string;
  /** Everything else, as it stands. */
  sequences: string[];
}

/* oxlint-disable no-control-regex -- control characters are what this is about */
const SEQUENCE = new RegExp(
  [
    "\u001b\\[[0-?]*[ -/]*[@-~]",
    "\u001b[\\]PX^_][^\u001b\u0007]*(?:\u0007|\u001b\\\\)",
    "\u001b[ -/]*[0-~]",
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]",
  ].join("|"),
  "g",
);

export function scan(bytes: Uint8Array): Scanned {
  const all = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const sequences: string[] = [];
  const text = all.replaceAll(SEQUENCE, (found) => {
    sequences.push(found);
    return "";
  });
  return { text, sequences };
}

/** Sequences that make a terminal answer, or that reach beyond its screen. */
const FORBIDDEN: readonly RegExp[] = [
  /^[\u0000-\u0006\u0010-\u001a\u001c-\u001f\u007f-\u009f]$/,
  /^\u001b$/,
  /^\u001b[PX^_Z]/,
  // Answers: DA, DSR, DECRQM, XTVERSION, window reports, kitty's keyboard; printing.
  /^\u001b\[[<-?]?[\d;:]*(?:[cntiux]|\$[a-z]|[ -/]*y)$/,
  /^\u001b\[[>=<]/,
  /^\u001b\[\?[\d;:]*(?:u|s|r)$/,
  // Columns, blinking, answers to changes of colours and keys.
  /^\u001b\[\?(?:[\d;]*;)?(?:3|12|40|2031|9001)(?:;[\d;]*)?[hl]$/,
  // All commands but links.
  /^\u001b\](?!8;(?:id=[\w.:/-]*)?;(?:(?:https?:\/\/|mailto:)[!-~]+)?\u001b\\$)/i,
];

/** The sequences that must not be in what passed the filter. CSI u and s without parameters save and restore the cursor. */
export const forbidden = (bytes: Uint8Array): string[] =>
  scan(bytes).sequences.filter((sequence) => sequence !== "\u001b[u" && FORBIDDEN.some((one) => one.test(sequence)));
