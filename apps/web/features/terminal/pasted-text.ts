/** Whether a paste would run something by itself: a line end in it is an Enter. */
export const hasLines = (text: string): boolean => /[\r\n]/u.test(text);

/** Characters that a program takes for keys (Escape, Ctrl-C …), line ends and tabs aside. With them a text ends a paste early, or answers for who pastes. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

export const controlCount = (text: string): number => text.match(CONTROL)?.length ?? 0;

export const withoutControl = (text: string): string => text.replaceAll(CONTROL, "");

/** Longer ones are asked about, and only their beginning is shown, in characters. */
export const LONG_PASTE = 10_000;

/** Whether somebody is asked before this is sent. */
export const needsLook = (text: string): boolean => hasLines(text) || controlCount(text) > 0 || text.length > LONG_PASTE;

/** How many lines somebody is about to send. */
export const lineCount = (text: string): number => text.replace(/(\r\n|\r|\n)$/u, "").split(/\r\n|\r|\n/u).length;
