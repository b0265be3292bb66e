import { describe, expect, it } from "vitest";
import { plainLines, plainly, plainOutput } from "./plain-output.ts";

const ESC = "\u001b";

/** Whatever a log can hold to fool who reads it stays here once it was found. */
describe("plainOutput", () => {
  it.each([
    ["colours", `${ESC}[31mERROR${ESC}[0m x`, "ERROR x"],
    ["colours with colons", `${ESC}[38:2::255:0:0mred`, "red"],
    ["clearing the screen", `a${ESC}[2J${ESC}[Hb`, "ab"],
    ["a title", `${ESC}]0;owned\u0007text`, "text"],
    ["a title ended by ST", `${ESC}]2;owned${ESC}\\text`, "text"],
    ["a hyperlink", `${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`, "click"],
    ["the clipboard", `${ESC}]52;c;ZXZpbA==\u0007x`, "x"],
    ["a device string", `${ESC}P+q544e${ESC}\\x`, "x"],
    ["eight-bit sequences", "\u009b31mred\u009d0;t\u009cx", "redx"],
    ["a reset", `${ESC}cx`, "x"],
    ["a string that has no end", `${ESC}]0;rm -rf everything`, "0;rm -rf everything"],
    ["an escape at the end", `x${ESC}`, "x"],
    ["half a sequence", `x${ESC}[31`, "x31"],
    ["bell, backspace and NUL", "a\u0007b\u0008c\u0000d", "abcd"],
    ["a progress bar", "10%\r20%\r30%", "10%␍20%␍30%"],
    ["a line end of Windows", "text\r", "text"],
    ["reordered text", "user\u202egnp.exe", "user\\u202egnp.exe"],
    ["isolates and marks", "\u2066a\u2069\u200f", "\\u2066a\\u2069\\u200f"],
    ["a tab", "a\tb", "a\tb"],
    ["other scripts", "żółć 日本 😀", "żółć 日本 😀"],
  ])("%s", (_, line, shown) => {
    expect(plainOutput(line)).toBe(shown);
  });

  it("leaves nothing that a terminal obeys, whatever it is made of", () => {
    const parts = [ESC, "[", "]", "P", "0", ";", "m", "\\", "\u0007", "\u009b", "\u009c", "\r", "x", " ", "\u202e"];
    for (let seed = 1; seed <= 20_000; seed++) {
      let [state, line] = [seed, ""];
      for (let length = 0; length < 12; length++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        line += parts[(state >>> 16) % parts.length]!;
      }
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      expect(plainOutput(line)).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it("takes time by the length of a line, whatever is in it", () => {
    for (const part of ["\u009d", `${ESC}]`, `${ESC}[`, "\u009b0", "\r"]) {
      for (const end of ["", "x"]) {
        const line = part.repeat(200_000) + end;
        const started = performance.now();
        plainOutput(line);
        expect(performance.now() - started).toBeLessThan(500);
      }
    }
  });

  it("goes through all texts of a value, and leaves one that is plain as it is", () => {
    const plain = { name: "orders", rows: [1, null, true, { diff: "- a\n+ b\n" }], none: {} };
    expect(plainly(plain)).toBe(plain);
    const hostile = { ...plain, rows: [`${ESC}[2Jgone`, { diff: `- a\n+ \u202eb${ESC}]0;t\u0007` }] };
    expect(plainly(hostile)).toEqual({ ...plain, rows: ["gone", { diff: "- a\n+ \\u202eb" }] });
  });

  it("keeps the lines of several", () => {
    expect(plainLines(`a\r\n${ESC}[1mb\n`)).toBe("a\nb\n");
  });
});
