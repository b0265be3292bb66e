import { EFFECTS, type Effect } from "@interlock/protocol";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { analyzeShell } from "./analyze.ts";
import { EVASIONS } from "./evasions.data.ts";
import { ORDINARY } from "./ordinary.data.ts";

// On a busy machine drawing takes longer than the five seconds a test has otherwise.
vi.setConfig({ testTimeout: 60_000 });

const SEED = { seed: 20261121 };

const rank = (text: string): number => Math.max(0, ...analyzeShell(text).lines.map((line) => EFFECTS.indexOf(line.effect)));

/** Lines that can be put anywhere a command can. */
const SIMPLE = [...ORDINARY, ...EVASIONS]
  .map(([, text]) => text)
  .filter((text) => !/[\n#\r]|<</u.test(text) && !text.endsWith("&") && analyzeShell(text).diagnostics.length === 0);

/** Every way to put a command into another. What is around it may add to its effect and never lessen it. */
const NESTINGS: ((inner: string) => string)[] = [
  (inner) => `( ${inner} )`,
  (inner) => `{ ${inner}; }`,
  (inner) => `if ${inner}; then ls; fi`,
  (inner) => `if ls; then ls; else ${inner}; fi`,
  (inner) => `while ls; do ${inner}; done`,
  (inner) => `for i in a b; do ${inner}; done`,
  (inner) => `case x in a) ls ;; *) ${inner} ;; esac`,
  (inner) => `false && { ${inner}; }`,
  (inner) => `true || { ${inner}; }`,
  (inner) => `{ ${inner}; } | cat`,
  (inner) => `{ ${inner}; } & date`,
  (inner) => `! { ${inner}; }`,
  (inner) => `time { ${inner}; }`,
  (inner) => `echo "$( ${inner} )"`,
  (inner) => `ls <( ${inner} )`,
  (inner) => `cat <<E\n$( ${inner} )\nE`,
  (inner) => `x=( $( ${inner} ) )`,
  (inner) => `echo "\${x:-$( ${inner} )}"`,
  (inner) => `[[ -n $( ${inner} ) ]]`,
  (inner) => `quite_new() { ${inner}; }; quite_new`,
  (inner) => `ls; ${inner}\ndate`,
  (inner) => `bash -c '${inner.replaceAll("'", `'\\''`)}'`,
];

test("putting a command into others never lessens its effect", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SIMPLE), fc.array(fc.constantFrom(...NESTINGS), { minLength: 1, maxLength: 4 }), (inner, nestings) => {
      const text = nestings.reduce((line, nest) => nest(line), inner);
      expect(rank(text), text).toBeGreaterThanOrEqual(rank(inner));
    }),
    { ...SEED, numRuns: 250 },
  );
});

test("a second command only adds", () => {
  const joints = ["; ", " && ", " || ", " | ", "\n", " & "];
  fc.assert(
    fc.property(fc.constantFrom(...SIMPLE), fc.constantFrom(...joints), fc.constantFrom(...SIMPLE), (first, joint, second) => {
      const text = `${first}${joint}${second}`;
      expect(rank(text), text).toBeGreaterThanOrEqual(Math.max(rank(first), rank(second)));
    }),
    { ...SEED, numRuns: 150 },
  );
});

/** Plain commands of words that can be written in other ways. */
const PLAIN = ORDINARY.map(([effect, text]) => [effect, text.split(" ")] as const).filter(([, words]) =>
  words.every((word) => /^[\w./:,+-]+$/u.test(word)),
);

/** A word as somebody else might write it. */
function respelt(word: string, how: number): string {
  const middle = Math.floor(word.length / 2);
  switch (how % 6) {
    case 1:
      return `'${word}'`;
    case 2:
      return `"${word}"`;
    case 3:
      return `${word.slice(0, middle)}''${word.slice(middle)}`;
    case 4:
      return `$'${[...word].map((character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")}'`;
    case 5:
      return `${word.slice(0, middle)}\\\n${word.slice(middle)}`;
    default:
      return word;
  }
}

test("quotes and blanks leave the effect what it is", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PLAIN),
      fc.array(fc.nat(5), { minLength: 12, maxLength: 12 }),
      fc.constantFrom(" ", "  ", "\t", " \\\n "),
      ([effect, words], spellings, blank) => {
        // Words of the grammar are none in quotes.
        const text = words.map((word, i) => (word === "time" ? word : respelt(word, spellings[i % 12]!))).join(blank);
        expect(EFFECTS[rank(`  ${text} `)], text).toBe(effect satisfies Effect);
      },
    ),
    { ...SEED, numRuns: 250 },
  );
});

test("no text makes it throw, and every place is within the text", () => {
  const pieces = [
    "rm",
    "ls",
    " ",
    "\n",
    "$(",
    ")",
    "`",
    "'",
    '"',
    "\\",
    "{",
    "}",
    "|",
    "&",
    ";",
    "<<E",
    "E",
    "<",
    ">",
    "((",
    "))",
    "[[",
    "]]",
    "if",
    "then",
    "fi",
    "case",
    "in",
    "esac",
    "${x",
    ":-",
    "$",
    "a=",
    "(",
    "!",
    "#",
    "*",
    "\0",
    "\r",
    "\u202e",
    "\ud800",
    "é",
    "for",
    "do",
    "done",
    "-c",
    "bash",
    "sed",
    "awk",
    "find",
    "-exec",
  ];
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((words) => words.join("")),
  );
  fc.assert(
    fc.property(texts, fc.boolean(), (text, interactive) => {
      const { lines, diagnostics } = analyzeShell(text, { interactive });
      let end = 0;
      for (const line of lines) {
        expect(line.start).toBeGreaterThanOrEqual(end);
        expect(line.text).toBe(text.slice(line.start, line.end));
        end = line.end;
        for (const at of [...line.reasons, ...line.objects, ...line.risks])
          expect(at.start >= 0 && at.end <= text.length && at.start <= at.end).toBe(true);
        if (line.opaque !== undefined) expect(line.effect).toBe("unknown");
      }
      for (const at of diagnostics) expect(at.start >= 0 && at.end <= text.length && at.start <= at.end).toBe(true);
      // Whatever stands between lines is blank or a comment.
      if (diagnostics.length > 0 && text.trim() !== "" && lines.length > 0 && diagnostics.some((one) => one.code === "syntax"))
        expect(lines.some((line) => line.effect === "unknown")).toBe(true);
    }),
    { ...SEED, numRuns: 500 },
  );
});

test("deep, long and endless texts come to an end", () => {
  const deep = (open: string, close: string, times: number): string => open.repeat(times) + "rm x" + close.repeat(times);
  const many = Array.from({ length: 20 }, (_, i) => `f${i}() { f${i + 1}; f${i + 1}; }`).join("; ");
  for (const text of [
    deep("$(", ")", 5000),
    deep("(", ")", 4000),
    deep("{ ", "; }", 5000),
    deep("bash -c '", "'", 200),
    deep("if ", "; then ls; fi", 500),
    deep('"$(', ')"', 3000),
    deep("${x:-", "}", 5000),
    deep("sudo ", "", 1000),
    `${many}; f20() { ls; }; f0`,
    "f() { g; }; g() { f; }; f",
    "alias a=b; alias b=a; a\na\nb",
    `rm ${"x ".repeat(5000)}`,
    "a=".repeat(5000),
    "{a,b}".repeat(200),
    "<<E ".repeat(100),
  ]) {
    expect(analyzeShell(text).lines.length).toBeGreaterThan(0);
  }
  expect(analyzeShell("ls\n".repeat(40_000)).lines).toMatchObject([{ effect: "unknown" }]);
  expect(analyzeShell("ls #" + "x".repeat(100), { maxLength: 50 }).diagnostics[0]!.code).toBe("too_long");
});
