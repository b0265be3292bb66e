import { expect, test } from "vitest";
import { bootstrapArgv, bootstrapScript } from "./bootstrap.ts";
import { ShellHandshake } from "./handshake.ts";

const READY = "\u001b]633;G;;ready;/bin/bash\u0007";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function begun(nonce = "n1") {
  let shown = "";
  let sent = "";
  const decoder = new TextDecoder();
  const handshake = new ShellHandshake(
    { nonce, guard: true },
    {
      show: (piece) => void (shown += decoder.decode(piece, { stream: true })),
      send: (piece) => void (sent += new TextDecoder().decode(piece)),
    },
  );
  return { handshake, shown: () => shown, sent: () => sent };
}

test("what every login shell reads first has nothing in it that one of them takes for something else, and no secret", () => {
  const [, , text] = bootstrapArgv("login");
  expect(text).not.toMatch(/['!\n]|nonce/u);
});

test.each([1, 3, 7, 1000])("what comes before and after is shown, and the echo between is not, in pieces of %i", (size) => {
  const { handshake, shown, sent } = begun();
  const all = bytes(`Welcome é\r\n${READY}exec $s; echo\r\n\u001b]633;G;n1;show\u0007user$ `);
  for (let at = 0; at < all.length; at += size) handshake.push(all.slice(at, at + size));
  expect(shown().replaceAll("\u001b]633;G;;ready;/bin/bash\u0007", "")).toBe("Welcome é\r\nuser$ ");
  expect(sent().split("\n#end\n")).toHaveLength(2);
  expect(handshake.over).toBe(true);
});

test("a program that says nothing of the kind is shown as it comes, and sent nothing", () => {
  const { handshake, shown, sent } = begun();
  handshake.push(bytes("Menu: \u001b]633;G;other;show\u0007\u001b]633;G;;ready"));
  handshake.push(bytes(" 1) quit"));
  expect(shown()).toBe("Menu: \u001b]633;G;other;show\u0007\u001b]633;G;;ready 1) quit");
  expect([sent(), handshake.heard]).toEqual(["", false]);
});

test("one that never comes to its shell shows what it said after all", () => {
  const { handshake, shown } = begun();
  handshake.push(bytes(`${READY}sh: eval: wrong`));
  expect(shown()).not.toContain("wrong");
  handshake.giveUp();
  expect(shown()).toContain("wrong");
  handshake.push(bytes("!"));
  expect(shown()).toContain("wrong!");
});

test("zsh is typed its first line once it is about to read, and a shell that is neither is started as it is", () => {
  const { handshake, sent } = begun();
  handshake.push(bytes("\u001b]633;G;;ready;/usr/bin/zsh\u0007"));
  expect(sent()).not.toContain("/dev/fd/9\r");
  handshake.push(bytes("\u001b]633;G;other;type\u0007"));
  expect(sent()).not.toContain("/dev/fd/9\r");
  handshake.push(bytes("\u001b]633;G;n1;type\u0007"));
  expect(sent()).toContain(" builtin . /dev/fd/9\r");
  const { script } = bootstrapScript("/usr/bin/fi'sh", { nonce: "n1", guard: true });
  expect(script).toContain("n1;none;the shell there is fish,");
});
