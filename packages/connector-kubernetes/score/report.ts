import { cpus, platform, release, totalmem } from "node:os";
import type { Figure } from "./figures.ts";
import type { Judged } from "./score.ts";

const HEAD = `# Kubernetes plans, measured against kubectl

Written by \`npm run score:kubernetes\`: every command is planned behind the API gate on one simulated cluster and run by stock kubectl alone
on another that began the same. The planned requests are held against those that kubectl alone sent (method, path, query and body, without what
a clock or a lot decides), the cluster behind the gate must be untouched, and what sending the plan leaves must be what kubectl alone left.
`;

export interface Part {
  title: string;
  judged: readonly Judged[];
  figures: readonly Figure[];
}

/** The report, in Markdown: these parts, and those of `kept` that were not run again. */
export function reportOf(parts: readonly Part[], kept: string, kubectl: string): string {
  const machine = `${cpus()[0]?.model ?? "unknown CPU"} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release().split(".", 2).join(".")}, Node ${process.versions.node}, ${kubectl}`;
  const sections = new Map<string, string>();
  for (const text of kept.split(/^(?=## )/m).slice(1)) sections.set(/^## (.*)$/m.exec(text)![1]!, text.trimEnd());
  for (const part of parts) sections.set(part.title, section(part, machine).trimEnd());
  const sorted = [...sections].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
  return `${HEAD}\n${sorted.join("\n\n")}\n`;
}

function section({ title, judged, figures }: Part, machine: string): string {
  const families = new Map<string, number>();
  for (const { one } of judged) families.set(one.family, (families.get(one.family) ?? 0) + 1);
  const list = [...families].map(([family, count]) => `${family} ${count}`).join("; ");
  const rows = figures.map(({ name, value, goal, reached }) => `| ${name} | ${value} | ${goal} | ${wordOf(reached)} |`);
  const commands = judged.length === 0 ? "" : `${judged.length} commands (${list}).\n\n`;
  return `## ${title}\n\n${commands}On ${machine}.\n\n| figure | value | must be | reached |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

export const wordOf = (reached: boolean | undefined): string => (reached === undefined ? "–" : reached ? "ok" : "NO");
