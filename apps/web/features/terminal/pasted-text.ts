/** Whether a paste would run something by itself: a line end in it is an Enter. */
export const hasLines = (text: string): boolean => /[\r\n]/u.test(text);

/** How many lines somebody is about to send. */
export const lineCount = (text: string): number => text.replace(/(\r\n|\r|\n)$/u, "").split(/\r\n|\r|\n/u).length;
