import { analyzeShell } from "@interlock/shell-model";
import { expect, test } from "vitest";
import { bashVersion, Sandbox } from "../score/bash.ts";
import { Draw, drawText, PLACES, VALUES } from "../score/drawn.ts";

const version = await bashVersion();
if (version === undefined) console.warn("Shell lines were not held against bash: it is not there (apt install bash).");

test.skipIf(version === undefined)("I3: what a real bash runs was called unknown", async () => {
  await using sandbox = await Sandbox.make();
  // The program is run, where it stands openly: else nothing below could fail.
  expect(await sandbox.runs("x=$(zap)")).toBe(true);
  expect(await sandbox.runs("echo 'zap'")).toBe(false);
  const draw = new Draw(20_261_121);
  const texts = [
    ...PLACES.map((place) => place.replaceAll("V", () => draw.pick(VALUES))),
    ...Array.from({ length: 100 }, () => drawText(draw)),
  ];
  const known = texts.filter((text) => analyzeShell(text).lines.every((line) => line.effect !== "unknown"));
  expect(known.length).toBeGreaterThan(40);
  const missed: string[] = [];
  for (const text of known.slice(0, 60)) if (await sandbox.runs(text)) missed.push(text);
  expect(missed).toEqual([]);
});
