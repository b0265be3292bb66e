/** A word that every login shell reads as it is. POSIX shells and fish read `'…'` so, and `'\''` as a quote. */
export const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
