import type { EveryScore } from "./every.ts";

const HEAD = `# Rights against SubjectAccessReview

Written by \`npm run score:rights -- --every [--cluster KUBECONFIG]\`: every subject that a binding names (those that a cluster has from its start,
some that are easily got wrong, and others drawn by seed) and some that none does is asked about every verb for every resource and subresource
of the server's discovery, in each namespace and in none, without a name and with those that rules name. What is worked out from the stored
roles, and the list of who may, must be the server's answer to each.
`;

/** The report with one part more or anew; the others stay. */
export function reportOf(kept: string, title: string, score: EveryScore): string {
  const parts = new Map<string, string>();
  for (const text of kept.split(/^(?=## )/m).slice(1)) parts.set(/^## (.*)$/m.exec(text)![1]!, text.trimEnd());
  const row = (name: string, value: number): string => `| ${name} | ${value.toLocaleString("en")} |`;
  const rows = [
    row("subjects", score.subjects),
    row("verbs", score.verbs),
    row("resources and subresources", score.resources),
    row("namespaces, and none", score.namespaces),
    row("paths that are no resources", score.paths),
    row("questions", score.questions),
    row("of these allowed", score.allowed),
    row("answers that differ", score.different.length),
  ];
  parts.set(title, `## ${title}\n\n| what | how many |\n| --- | --- |\n${rows.join("\n")}`);
  const sorted = [...parts].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
  return `${HEAD}\n${sorted.join("\n\n")}\n`;
}
