import type { LogLine } from "./log-line.ts";

export interface LogFilter {
  text: string;
  pod: string | undefined;
  container: string | undefined;
  /** Leaves out lines without the text instead of only marking it. */
  only: boolean;
}

/** Lines to draw. */
export function filtered(lines: readonly LogLine[], { text, pod, container, only }: LogFilter): readonly LogLine[] {
  const wanted = text.toLowerCase();
  if (pod === undefined && container === undefined && (!only || wanted === "")) return lines;
  return lines.filter(
    (line) =>
      (pod === undefined || line.pod === pod) &&
      (container === undefined || line.container === container) &&
      (!only || wanted === "" || line.text.toLowerCase().includes(wanted)),
  );
}

export const holds = (line: LogLine, text: string) => text !== "" && line.text.toLowerCase().includes(text.toLowerCase());

/** A line cut where the text occurs; every second piece is an occurrence. Case does not matter. */
export function pieces(line: string, text: string): string[] {
  if (text === "") return [line];
  const [low, wanted] = [line.toLowerCase(), text.toLowerCase()];
  // Lower case may be longer (İ): then places cannot be told, and nothing is marked.
  if (low.length !== line.length) return [line];
  const found: string[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    found.push(line.slice(from, at), line.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  found.push(line.slice(from));
  return found;
}

/** Why no line is left, by what was asked for. */
export function noneLeft(lines: number, { text, pod, container, only }: LogFilter): string {
  const from = [container && `container ${container}`, pod && `pod ${pod}`].filter(Boolean).join(" in ");
  const none = `None of ${lines.toLocaleString("en")} ${lines === 1 ? "line" : "lines"}`;
  if (!only || text === "") return from === "" ? `${none} is shown.` : `${none} is of ${from}.`;
  return from === "" ? `${none} holds “${text}”.` : `${none} is of ${from} and holds “${text}”.`;
}
