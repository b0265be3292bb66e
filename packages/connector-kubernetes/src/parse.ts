import type { FilesNamed, Parsed } from "@interlock/connector";
import type { Effect } from "@interlock/protocol";
import { readCommand, type CommandLine } from "./kubectl/command.ts";

/** Lines of a command by their words alone: which requests a line makes is only known when it is planned. One that is refused stands among them. */
export function parse(text: string): Parsed {
  const { lines, diagnostics, refused } = readCommand(text);
  const statements = [
    ...lines.map((line) => ({
      start: line.start,
      end: line.end,
      effect: wordsEffect(line),
      title: titleOf(line),
      ...(endless(line) ? { follows: true } : {}),
    })),
    ...refused.map(({ start, end }) => ({ start, end, effect: "unknown" as const, title: text.slice(start, end).split("\n", 1)[0]! })),
  ];
  return {
    statements: statements
      .toSorted((left, right) => left.start - right.start)
      .map((statement, index) => ({ index, ...statement, text: text.slice(statement.start, statement.end) })),
    diagnostics,
  };
}

/** What the lines read besides their own text. */
export function filesNamed(text: string): FilesNamed {
  const { lines } = readCommand(text);
  return {
    names: [...new Set(lines.flatMap(({ files }) => files.filter((name) => name !== ".")))],
    // A kustomization may name what lies beside its folder.
    folders: lines.some(({ kustomizations }) => kustomizations.length > 0)
      ? ["."]
      : [...new Set(lines.flatMap(({ files }) => files.filter((name) => name === ".")))],
    stdin: lines.some(readsGiven),
  };
}

/** Whether a line reads the command's own standard input: it has no here-document. */
export const readsGiven = ({ readsStdin, stdin }: CommandLine): boolean => readsStdin && stdin === undefined;

/** Whether a line follows until it is stopped; what waits for something to happen ends by itself. */
export const endless = ({ follows, verb }: CommandLine): boolean => follows && verb !== "wait" && verb !== "rollout status";

/** They need not be run to be told what they are: the gate lets nothing of theirs through that writes. */
const READING = new Set(
  `get,describe,logs,events,explain,top,top pod,top node,version,api-resources,api-versions,cluster-info,cluster-info dump,diff,wait,kustomize,
auth can-i,auth whoami,rollout status,rollout history,apply view-last-applied`
    .replaceAll("\n", "")
    .split(","),
);

/** Verbs whose requests only read, as long as the gate lets nothing else through. */
export const onlyReads = ({ verb, effect }: CommandLine): boolean => effect === undefined && READING.has(verb);

export const wordsEffect = (line: CommandLine): Effect => line.effect ?? (onlyReads(line) ? "read" : "unknown");

export const titleOf = ({ verb, argv }: CommandLine): string => {
  const words = argv.filter((word) => !word.startsWith("-")).slice(verb.split(" ").length, verb.split(" ").length + 2);
  return ["kubectl", verb, ...words].join(" ");
};
