import type { Fuzzed } from "./fuzz.ts";
import type { Judged } from "./score.ts";

/** A line of the report. `reached` is undefined where nothing is asked of it. */
export interface Figure {
  name: string;
  value: string;
  goal: string;
  reached?: boolean;
}

const percent = (part: number, whole: number): string => `${whole === 0 ? "–" : ((100 * part) / whole).toFixed(2)} %`;
const sum = (judged: readonly Judged[], of: (one: Judged) => number): number => judged.reduce((total, one) => total + of(one), 0);

/** What the issue asks of plans, and what came of the cases. */
export function figuresOf(judged: readonly Judged[], refused: { lines: number; ran: number }): Figure[] {
  const right = judged.filter(({ faults }) => faults.length === 0);
  const lines = sum(judged, ({ one }) => one.text.split(/\n(?=kubectl )/).length);
  const shapes = new Set(judged.flatMap(({ result }) => result?.shapes ?? []));
  const verbs = new Set(
    [...shapes].flatMap((shape) =>
      shape
        .split(" ")
        .filter((word) => !word.startsWith("--"))
        .join(" "),
    ),
  );
  const alone = sum(judged, ({ result }) => result?.done.length ?? 0);
  const same = sum(right, ({ result }) => result?.done.length ?? 0);
  const reached = sum(judged, ({ result }) => result?.writesWhilePlanning ?? 0);
  const kept = sum(judged, ({ result }) => (result?.changesWhilePlanning ?? 0) + (result?.objectsChangedWhilePlanning ?? 0));
  const left = judged.filter(({ result }) => result?.applied.state === "succeeded" && result.applied.differences.length === 0);
  return [
    { name: "lines of kubectl", value: String(lines), goal: "≥ 400", reached: lines >= 400 },
    { name: "verbs with different flags", value: `${shapes.size} of ${verbs.size} verbs`, goal: "≥ 60", reached: shapes.size >= 60 },
    {
      name: "commands planned as kubectl alone does them",
      value: `${right.length} of ${judged.length}`,
      goal: "all",
      reached: right.length === judged.length,
    },
    {
      name: "writes of kubectl alone that were planned",
      value: `${percent(same, alone)} of ${alone}`,
      goal: "100 %",
      reached: same === alone,
    },
    { name: "writes that reached the cluster while planning", value: String(reached), goal: "0", reached: reached === 0 },
    { name: "changes that the cluster kept while planning", value: String(kept), goal: "0", reached: kept === 0 },
    {
      name: "clusters left by the sent plan as kubectl alone left them",
      value: `${left.length} of ${judged.length}`,
      goal: "all",
      reached: left.length === judged.length,
    },
    {
      name: "lines that must not be run, and were",
      value: `${refused.ran} of ${refused.lines}`,
      goal: "0",
      reached: refused.ran === 0,
    },
  ];
}

/** What reached the cluster of what no client would send. */
export function fuzzFigures({ sent, reached, writes, changes }: Fuzzed): Figure[] {
  return [
    { name: "requests sent to the gate (shown beside)", value: `${sent}, of which ${reached} led to one at the cluster`, goal: "–" },
    { name: "writes that reached the cluster", value: String(writes.length), goal: "0", reached: writes.length === 0 },
    { name: "changes that the cluster kept", value: String(changes), goal: "0", reached: changes === 0 },
  ];
}
