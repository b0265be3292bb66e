import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Figure } from "./figures.ts";
import type { Failure } from "./generated.ts";

export interface Conditions {
  seed: number;
  server: string;
  cases: number;
  refused: number;
  races: number;
  families: ReadonlyMap<string, number>;
}

/** One seed's. */
export interface Run {
  figures: readonly Figure[];
  failures: readonly Failure[];
  conditions: Conditions;
}

export const machine = (): string =>
  `${cpus()[0]?.model ?? "unknown CPU"} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release().split(".", 2).join(".")} ${arch()}, Node ${process.versions.node}`;

const word = (ok: boolean | undefined): string => (ok === undefined ? "–" : ok ? "ok" : "missed");

/** For a terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "value", "compared with", "must be", ""],
    ...figures.map((item) => [item.name, item.value, item.peer ?? "", item.goal, word(item.ok)]),
  ];
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `bench/postgres-impact.md`. */
export function markdown(runs: readonly Run[], older: readonly Run[]): string {
  return `# PostgreSQL impact, measured against the server

Written by \`npm run score:postgres\`: generated and hand-written statements are analysed, then run on a real server in a transaction that is
rolled back, and what was said is held against the server's own counters, locks, files and catalogues.

On ${machine()}, ${runs[0]?.conditions.server}.
${runs.map(section).join("")}${older.length > 0 ? servers(older) : ""}`;
}

/** The figures of impact, a column for each server. */
function servers(older: readonly Run[]): string {
  const heads = older.map(({ conditions }) => `${conditions.server}, ${conditions.cases} statements`);
  const rows = older[0]!.figures.map(({ name, goal }) => {
    const cells = older.map(({ figures }) => figures.find((item) => item.name === name)!);
    return `| ${[name, ...cells.map(({ value, ok }) => `${value}${ok === false ? " **missed**" : ""}`), goal].join(" | ")} |`;
  });
  return `
## Older servers

Seed ${older[0]!.conditions.seed}; what a version does not know is left out.

| figure | ${heads.join(" | ")} | must be |
| --- |${" --- |".repeat(older.length + 1)}
${rows.join("\n")}
`;
}

function section({ figures, conditions, failures }: Run): string {
  const rows = figures.map((item) => `| ${[item.name, item.value, item.peer ?? "", item.goal, word(item.ok)].join(" | ")} |`);
  const families = [...conditions.families].map(([name, count]) => `${name} ${count}`).join(", ");
  const open = failures
    .filter(({ reduced }) => reduced)
    .map((failure) => `- ${failure.count} × ${failure.kind}\n\n${indented(failureText(failure))}`);
  return `
## Seed ${conditions.seed}

${conditions.cases} statements the server accepted and ${conditions.refused} it refused (${families}); ${conditions.races} races.

| figure | value | compared with | must be | reached |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
${open.length > 0 ? `\n### Misses of this run\n\n${open.join("\n\n")}\n` : ""}`;
}

/** A failure as somebody can try it: the schema, then the statement. */
export function failureText({ reduced, first }: Failure): string {
  const { parts, text, detail } = reduced ?? first;
  return [...(reduced ? parts : []), text].map((line) => `${line};`).join("\n") + `\n-- ${detail}`;
}

const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
