/** A command whose planned writes must be those that kubectl alone does. */
export interface Case {
  /** Which list it is of, for the report. */
  family: string;
  /** Lines of kubectl; names in angle brackets are those of the cluster it is run on. */
  text: string;
  stdin?: string;
  /** It ends with an error, as it does alone; of what is drawn by lot nobody knows. */
  fails: boolean | "either";
}

/**
 * Cases out of a list: one a line, without `kubectl`, several lines of one command with `;;` between them. A line that names no namespace is
 * run in the shop's. `# fails` at the end: it ends with an error.
 */
export function casesOf(family: string, list: string): Case[] {
  return list
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const fails = line.endsWith("# fails");
      const text = (fails ? line.slice(0, -"# fails".length) : line)
        .split(";;")
        .map((one) => withNamespace(`kubectl ${one.trim()}`))
        .join("\n");
      return { family, text, fails };
    });
}

function withNamespace(line: string): string {
  // Files that say their own namespace, or have none.
  if (/(app|spare|lab-map|missing-namespace|crd[a-z-]*)\.yaml/.test(line)) return line;
  if (/ (-n|--namespace|-A|--all-namespaces|--raw)\b/.test(line)) return line;
  const end = line.indexOf(" -- ");
  return end === -1 ? `${line} -n <shop>` : `${line.slice(0, end)} -n <shop>${line.slice(end)}`;
}
