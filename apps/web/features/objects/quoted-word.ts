/** A word as a line of kubectl is split again: names are people's, and may hold spaces, quotes and line ends. */
export const quotedWord = (word: string): string => (/^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
