import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { analyzeShell } from "@interlock/shell-model";
import { bashVersion, Sandbox } from "./bash.ts";
import { Draw, drawText, PROGRAM } from "./drawn.ts";

/** Of the texts that are called unknown this share is run, too: only to see that what is drawn runs something. */
const SAMPLED = 0.1;

const { values } = parseArgs({ options: { texts: { type: "string", default: "40000" }, seed: { type: "string", default: "1" } } });
const texts = Number(values.texts);
const seed = Number(values.seed);

const version = await bashVersion();
if (version === undefined) {
  console.error("Not run: bash is not there. Install it (apt install bash) and run this again.");
  process.exit(1);
}

const draw = new Draw(seed);
const figures = { drawn: 0, unknown: 0, run: 0, ran: 0, missed: [] as string[] };
{
  await using sandbox = await Sandbox.make();
  const next = async (): Promise<void> => {
    while (figures.drawn < texts) {
      figures.drawn++;
      const text = drawText(draw);
      const unknown = analyzeShell(text).lines.some((line) => line.effect === "unknown");
      if (unknown) figures.unknown++;
      if (unknown && draw.next() >= SAMPLED) continue;
      figures.run++;
      if (!(await sandbox.runs(text))) continue;
      figures.ran++;
      if (unknown) continue;
      figures.missed.push(text);
      console.error(`missed: ${JSON.stringify(text)}`);
    }
  };
  await Promise.all([next(), next()]);
}

const report = `# Shell lines held against bash

Written by \`npm run score:shell\`. Texts are drawn by seed: bits of shell grammar, and values that hide a command in every place where
bash might evaluate one. Each that is not called \`unknown\` is run by a real bash without any program, and so is one in ten of the others. A text that
runs \`${PROGRAM}\`, which no table knows, must have been called unknown.

| | |
|---|---|
| bash | ${version} |
| texts drawn (seed ${seed}) | ${figures.drawn.toLocaleString("en")} |
| called unknown | ${figures.unknown.toLocaleString("en")} |
| run | ${figures.run.toLocaleString("en")} |
| of those, ran the program | ${figures.ran.toLocaleString("en")} |
| ran it and were not called unknown | ${figures.missed.length} |
`;
await writeFile(join(import.meta.dirname, "..", "..", "..", "bench", "shell-lines.md"), report);
console.log(report);
process.exit(figures.missed.length === 0 ? 0 : 1);
