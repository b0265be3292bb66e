/** One line of a pod's log. */
export interface LogLine {
  /** Its row in the result. */
  row: number;
  /** As the kubelet wrote it down, RFC 3339 with nanoseconds; undefined where kubectl says something itself. */
  time: string | undefined;
  pod: string | undefined;
  container: string | undefined;
  text: string;
}

/** What `kubectl logs --prefix --timestamps` prints before a line: `[pod/<name>/<container>] <time> `. */
const PREFIX = /^\[pod\/([^/\]]+)\/([^\]]+)\] (?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?)?/u;

export function readLogLine(row: number, printed: string): LogLine {
  const found = PREFIX.exec(printed);
  if (found === null) return { row, time: undefined, pod: undefined, container: undefined, text: printed };
  return { row, time: found[3], pod: found[1], container: found[2], text: printed.slice(found[0].length) };
}

/** For the eye: the time of day in UTC to the millisecond, `15:04:05.123`. */
export function shownTime(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? time : at.toISOString().slice(11, 23);
}

/** A value that orders lines as they were written: RFC 3339 in UTC sorts as text once the fraction has a length. */
export function timeOrder(time: string): string {
  if (!time.endsWith("Z")) return new Date(time).toISOString();
  const [whole, fraction = ""] = time.slice(0, -1).split(".");
  return `${whole}.${fraction.padEnd(9, "0")}`;
}
