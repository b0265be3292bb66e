/**
 * Two short texts line by line: those of the longest common subsequence begin with a space, the others with `-` or `+`. Takes time and
 * memory in proportion to the product of their lines.
 */
export function lineDiff(before: string, after: string): string {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1));
  for (let a = old.length - 1; a >= 0; a--) {
    for (let b = fresh.length - 1; b >= 0; b--) {
      common[a]![b] = old[a] === fresh[b] ? common[a + 1]![b + 1]! + 1 : Math.max(common[a + 1]![b]!, common[a]![b + 1]!);
    }
  }
  const lines: string[] = [];
  let a = 0;
  let b = 0;
  while (a < old.length || b < fresh.length) {
    if (a < old.length && b < fresh.length && old[a] === fresh[b]) {
      lines.push(` ${old[a++]!}`);
      b++;
    } else if (b >= fresh.length || (a < old.length && common[a + 1]![b]! >= common[a]![b + 1]!)) lines.push(`-${old[a++]!}`);
    else lines.push(`+${fresh[b++]!}`);
  }
  return lines.join("\n");
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
