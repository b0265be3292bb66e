/** One line of a diff as it is drawn. */
export interface DiffLine {
  mark: "same" | "out" | "in" | "gap";
  text: string;
}

/** Lines of an impact's diff (` `, `-`, `+`, `@@`). A mark at the very beginning says nothing and is left out. */
export function diffLines(diff: string): DiffLine[] {
  const lines = diff.replace(/\n$/u, "").split("\n");
  return lines.flatMap((line, index): DiffLine[] => {
    if (line.startsWith("@@")) {
      const from = Number(/^@@ -(\d+)/u.exec(line)?.[1] ?? 1);
      return index === 0 && from <= 1 ? [] : [{ mark: "gap", text: `line ${from}` }];
    }
    const mark = line.startsWith("-") ? "out" : line.startsWith("+") ? "in" : "same";
    return [{ mark, text: line.slice(1) }];
  });
}

/** `3 lines out, 1 in`; of a whole object only how long it is. */
export function diffWords(lines: readonly DiffLine[]): string {
  const n = (mark: DiffLine["mark"]) => lines.filter((line) => line.mark === mark).length;
  const [out, added, same] = [n("out"), n("in"), n("same")];
  const all = (value: number) => `${value} ${value === 1 ? "line" : "lines"}`;
  if (same === 0 && added === 0) return `${all(out)}, the whole object`;
  if (same === 0 && out === 0) return `${all(added)}, the whole object`;
  return [out > 0 ? `−${out}` : "", added > 0 ? `+${added}` : ""].filter(Boolean).join(" ");
}
