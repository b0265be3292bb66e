import { quotedWord } from "../objects/quoted-word.ts";

/** Whose logs are asked for: one pod, all pods of a workload, or those that a label selector picks. */
export interface LogsTarget {
  /** Name of the connection. */
  connection: string;
  namespace: string;
  pod?: string;
  /** As kubectl names it, e.g. `deployment/web`. */
  workload?: string;
  /** A label selector, e.g. `app=web`. */
  selector?: string;
  /** Only this container, where the caller knows one. */
  container?: string;
}

/** What kubectl is asked for beside the target; a change of it is a new command. */
export interface LogsQuery {
  /** Of the run before the container was restarted; that one has ended, so there is nothing to follow. */
  previous: boolean;
  since: Since;
  /** Only this container; the rest is filtered here, but a log of before a restart exists for some containers only. */
  container?: string | undefined;
  /** The agent's kubectl is older than `--all-pods` (1.31): of a workload it shows one pod. */
  onePod?: boolean | undefined;
}

/** How far back: the last lines, a time as kubectl writes it, or everything. */
export const SINCE = ["tail", "5m", "15m", "1h", "6h", "24h", "all"] as const;
export type Since = (typeof SINCE)[number];

/** Lines of each container that are asked for where no time is. */
export const TAIL = 2_000;
/** Streams kubectl opens at once (its own default is 5, with an error beyond it). */
const STREAMS = 200;

/** The line that is proposed: what people see in the queue and the audit log is what is run. */
export function logsCommand(target: LogsTarget, { previous, since, container = target.container, onePod = false }: LogsQuery): string {
  const words = ["kubectl", "logs", "--namespace", target.namespace];
  if (target.pod !== undefined) words.push(target.pod);
  else if (target.workload !== undefined) words.push(target.workload, ...(onePod ? [] : ["--all-pods"]));
  else words.push("--selector", target.selector ?? "", `--max-log-requests=${STREAMS}`);
  if (target.workload !== undefined) words.push(`--max-log-requests=${STREAMS}`);
  if (container === undefined) words.push("--all-containers");
  else words.push("--container", container);
  words.push("--prefix", "--timestamps");
  if (since === "tail") words.push(`--tail=${TAIL}`);
  else words.push("--tail=-1", ...(since === "all" ? [] : [`--since=${since}`]));
  // A container that has not started must not end the streams of the others.
  words.push(...(previous ? ["--previous"] : ["--follow", "--ignore-errors"]));
  return words.map(quotedWord).join(" ");
}

/** In a tab, e.g. `payments/web-7d4b9`. */
export function logsTitle({ namespace, pod, workload, selector }: LogsTarget): string {
  return `${namespace}/${pod ?? workload ?? selector ?? ""}`;
}

/** The same for the same logs: a second request for them shows the pane there is. */
export const logsKey = (target: LogsTarget) => `logs ${target.connection} ${logsTitle(target)} ${target.container ?? ""}`.trimEnd();

/**
 * What a person typed as "pod, workload or labels": with a slash a workload, with an operator of selectors (`=`, `!`, ` in `) labels, else a
 * pod. Undefined when there is nothing.
 */
export function readLogsName(text: string): Pick<LogsTarget, "pod" | "workload" | "selector"> | undefined {
  const name = text.trim();
  if (name === "" || name.startsWith("-")) return undefined;
  if (/[=!]|\s(?:not)?in\s*\(/u.test(name)) return { selector: name };
  const [kind, ...rest] = name.split("/");
  if (rest.length === 0) return { pod: name };
  if (rest.length > 1 || rest[0] === "" || kind === "") return undefined;
  return ["pod", "pods", "po"].includes(kind!) ? { pod: rest[0]! } : { workload: name };
}
