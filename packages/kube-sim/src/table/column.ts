import type { Cluster } from "../cluster.ts";
import type { KubeObject } from "../object.ts";

/** A column of the table `kubectl get` shows. `priority` 1 is for `-o wide`. */
export interface Column {
  name: string;
  type: "string" | "integer" | "boolean" | "date" | "number";
  format?: string;
  priority: 0 | 1;
  value: (object: KubeObject, cluster: Cluster) => unknown;
}

type Value = Column["value"];

export const NAME: Column = { name: "Name", type: "string", format: "name", priority: 0, value: (object) => object.metadata.name };

export const text = (name: string, value: Value, priority: 0 | 1 = 0): Column => ({ name, type: "string", priority, value });

export const number = (name: string, value: Value, priority: 0 | 1 = 0): Column => ({ name, type: "integer", priority, value });

export const AGE: Column = text("Age", (object, cluster) => age(object.metadata.creationTimestamp, cluster));

/** How long ago, in the two largest units that matter, as kubectl writes durations: `42s`, `3m5s`, `5h12m`, `2d`. */
export function age(timestamp: string | undefined, cluster: Cluster): string {
  if (timestamp === undefined || timestamp === null) return "<unknown>";
  return duration((cluster.clock().getTime() - Date.parse(timestamp)) / 1000);
}

/** The rules of `duration.HumanDuration` in apimachinery. */
export function duration(given: number): string {
  const seconds = Math.floor(given);
  if (seconds < 0) return seconds < -1 ? "<invalid>" : "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? two(years, "y", days % 365, "d") : `${years}y`;
}

const two = (large: number, unit: string, small: number, smallUnit: string): string =>
  `${large}${unit}${small === 0 ? "" : `${small}${smallUnit}`}`;

export const join = (list: readonly unknown[] | undefined): string => (list === undefined || list.length === 0 ? "<none>" : list.join(","));
