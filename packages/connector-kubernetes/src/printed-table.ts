import type { CommandLine } from "./kubectl/command.ts";

/** Verbs that print one table when nothing else is asked for, with the number of words that say of what. */
const TABLES = new Set(["get", "top pod", "top node", "events", "api-resources"]);

/** Flags with which a verb prints something else, or one table after another. */
const OTHERWISE =
  /^--(?:output=(?!wide$).*|no-headers|template(?:=.*)?|watch|watch-only|raw(?:=.*)?|output-watch-events|filename=.*|kustomize=.*)$/;

/** Whether a line prints one table with a header. Several types at once are a table each. */
export function printsTable({ verb, argv }: Pick<CommandLine, "verb" | "argv">): boolean {
  if (!TABLES.has(verb)) return false;
  const flags = argv.filter((word) => word.startsWith("-"));
  if (flags.some((flag) => OTHERWISE.test(flag))) return false;
  const operands = argv.filter((word) => !word.startsWith("-")).slice(verb.split(" ").length);
  if (verb !== "get") return true;
  const [type] = operands;
  if (type === undefined || type === "all" || type.includes(",")) return false;
  // `pod/a pod/b` is one table, `pod/a svc/b` two.
  return new Set(operands.filter((word) => word.includes("/")).map((word) => word.split("/")[0])).size <= 1;
}

/** A table as kubectl prints it: names in upper case, every column begins where its name does, two spaces at least between two of them. */
export class PrintedTable {
  readonly names: readonly string[];
  readonly #starts: readonly number[];

  private constructor(names: readonly string[], starts: readonly number[]) {
    this.names = names;
    this.#starts = starts;
  }

  /** Undefined for a line that is no header. */
  static of(header: string): PrintedTable | undefined {
    const names = [...header.matchAll(/\S+(?: \S+)*/g)];
    if (names.length === 0 || !/^[A-Z]/.test(header)) return undefined;
    return new PrintedTable(
      names.map(([name]) => name),
      names.map(({ index }) => index),
    );
  }

  /** One value for each name. What does not stand under the names is taken apart at its gaps; what cannot be is one value, the others are empty. */
  cells(line: string): string[] {
    const starts = this.#starts;
    if (
      starts.every(
        (start) =>
          start === 0 ||
          start >= line.length ||
          (line[start - 1] === " " && line[start] !== " ") ||
          line.slice(start - 1, start + 1) === "  ",
      )
    ) {
      return starts.map((start, index) => line.slice(start, starts[index + 1]).trim());
    }
    const parts = line.trim().split(/ {2,}/);
    if (parts.length === starts.length) return parts;
    return starts.map((_, index) => (index === 0 ? line : ""));
  }
}
