import { EFFECTS } from "@interlock/protocol";
import { expect, test } from "vitest";
import { analyzeShell } from "./analyze.ts";
import { TOPICS } from "./data/topics.ts";
import { knownNames, programOf } from "./names.ts";
import type { Program, Programs } from "./program.ts";

const NAMES = knownNames();
const effectOf = (text: string): string => EFFECTS[Math.max(0, ...analyzeShell(text).lines.map((line) => EFFECTS.indexOf(line.effect)))]!;

test("every program of the tables can be asked for, however it is called", () => {
  for (const name of NAMES) {
    for (const rest of ["", " x", " -x", " --zzz", " $x", ' "$@"', " *", " -- x", " - x", " x=y", " -", " ''"]) {
      const { lines } = analyzeShell(name + rest);
      expect(lines, name + rest).toHaveLength(1);
      expect(lines[0]!.title, name + rest).not.toMatch(/undefined|\{\}|\{words\}|\s$/u);
      expect(lines[0]!.reasons.length, name + rest).toBeGreaterThan(0);
    }
  }
});

test("a command within a line counts, whatever program it is an argument of", () => {
  const missed = NAMES.filter((name) => EFFECTS.indexOf(effectOf(`${name} $(rm x)`) as "read") < EFFECTS.indexOf("delete"));
  expect(missed).toEqual([]);
});

test("an option that stands in no table makes a run unknown where options matter", () => {
  const strict = (TOPICS as readonly Programs[])
    .flatMap((topic) => Object.entries(topic))
    .filter(([name, program]) => programOf(name)?.program === program && program.options && !program.options.loose && !program.rule);
  expect(strict.length).toBeGreaterThan(30);
  for (const [name] of strict) expect(effectOf(`${name} --zzz-unheard-of x`), name).toBe("unknown");
});

test("a subcommand that stands in no table is unknown, and so is one that is only known once it runs", () => {
  const walk = (words: string, program: Program): void => {
    if (!program.verbs) return;
    expect(effectOf(`${words} zzz-unheard-of`), words).toBe("unknown");
    expect(effectOf(`${words} $x`), words).toBe("unknown");
    for (const [verb, below] of Object.entries(program.verbs)) walk(`${words} ${verb}`, below);
  };
  for (const name of NAMES) walk(name, programOf(name)!.program);
});

test("a program of another folder is not the known one", () => {
  for (const name of NAMES) if (/^\w/u.test(name)) expect(effectOf(`/tmp/${name}`), name).toBe("unknown");
  expect(effectOf("/usr/bin/ls")).toBe("read");
  expect(effectOf("/usr/local/bin/kubectl get pods")).toBe("read");
  expect(effectOf("/bin/cd x")).toBe("unknown");
  expect(effectOf("python3.11 --version")).toBe("read");
});
