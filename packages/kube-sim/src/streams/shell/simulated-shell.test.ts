import { describe, expect, test } from "vitest";
import { simulatedPrograms } from "./simulated-programs.ts";
import type { RunningProgram } from "../programs.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop", uid: "u", resourceVersion: "1" },
  spec: {},
  status: {},
} as never;
const container = { name: "web", image: "web:1", env: [{ name: "TIER", value: "gold" }] };
const programs = simulatedPrograms(() => new Date(0));

function start(
  argv: string[],
  { tty = false, image = "web:1" } = {},
): RunningProgram & { shown: () => string; sees: (what: string) => Promise<void> } {
  const program = programs.start({ argv, tty, stdin: true, pod, container: { ...container, image } });
  if (program === "missing") throw new Error("it is missing");
  let text = "";
  program.onOutput((_, bytes) => (text += Buffer.from(bytes).toString("utf8")));
  const sees = async (what: string): Promise<void> => {
    while (!text.includes(what)) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return Object.assign(program, { shown: () => text, sees });
}

async function ran(script: string): Promise<{ code: number; text: string }> {
  const program = start(["sh", "-c", script]);
  const code = await program.ended;
  return { code, text: program.shown() };
}

describe("scripts", () => {
  test.each<[string, string, number?]>([
    ["echo one two", "one two\n"],
    ["echo 'a  b' \"c $TIER\" $TIER", "a  b c gold gold\n"],
    ["echo $((20+22)) $((2+3*4)) $((7/0))", "42 14 0\n"],
    ["A=1; echo $A-${A}2", "1-12\n"],
    ["false || echo no; true && echo yes", "no\nyes\n"],
    ["if false; then echo a; else echo b; fi", "b\n"],
    ["for i in 1 2 3; do echo -n $i; done", "123"],
    ["seq 1 5 | tail -2 | head -n 1", "4\n"],
    ["echo hello > /tmp/f; echo more >> /tmp/f; cat /tmp/f | wc -l", "2\n"],
    ["cat /nowhere", "cat: can't open '/nowhere': No such file or directory\n", 1],
    ["cat /nowhere 2>/dev/null || echo gone", "gone\n"],
    ["nothing-here", "sh: nothing-here: not found\n", 127],
    ["exit 300", "", 44],
    ["cd /etc && cat hostname", "web-1\n"],
    ["ps | grep web", "    1 root     /app/web\n"],
    ["echo a; exec echo b; echo c", "a\nb\n"],
    ["if true; then", "sh: syntax error: unexpected end of file\n", 2],
    ["echo before; while true; do echo x; done", "sh: while is not known in a simulated container\n", 2],
    ["echo $(rm x)", "sh: $( is not known in a simulated container\n", 2],
    ["echo \"${x%y}\" '${x%y}'", "sh: ${ is not known in a simulated container\n", 2],
    ["echo '$(x) `y`'", "$(x) `y`\n"],
    ["echo 'open", "sh: syntax error: unterminated quoted string\n", 2],
    ["command -v bash || command -v ls", "/bin/ls\n"],
    ["printf '\\000%s\\000' 7", "\0" + "7\0"],
  ])("%s", async (script, text, code = 0) => {
    const found = await ran(script);
    expect(found.text).toBe(text);
    expect(found.code).toBe(code);
  });

  test("what is in no image is missing", () => {
    expect(programs.start({ argv: ["bash"], tty: false, stdin: false, pod, container })).toBe("missing");
    expect(programs.start({ argv: ["sh"], tty: false, stdin: false, pod, container: { ...container, image: "distroless" } })).toBe(
      "missing",
    );
  });
});

describe("at a terminal", () => {
  test("keys are shown, taken back, and end a line; Ctrl-C stops what runs, Ctrl-D leaves", async () => {
    const shell = start(["sh"], { tty: true });
    await shell.sees("/ # ");
    shell.input(Buffer.from("echo ünx\u007f-\u001b[Cy\r"));
    await shell.sees("ün-y\r\n/ # ");
    shell.input(Buffer.from("\u001b[A!\r"));
    await shell.sees("ün-y!\r\n");
    shell.input(Buffer.from("echo go; sleep 1000\r"));
    await shell.sees("go\r\n");
    shell.input(Buffer.from("\u0003"));
    shell.input(Buffer.from("echo $?\r"));
    await shell.sees("130\r\n");
    shell.resize(101, 31);
    shell.input(Buffer.from("stty size\r"));
    await shell.sees("31 101\r\n");
    shell.input(Buffer.from("\u0004"));
    expect(await shell.ended).toBe(0);
  });

  test("who does not read makes it wait, and Ctrl-C is heard all the same", async () => {
    const shell = start(["sh"], { tty: true });
    shell.input(Buffer.from("yes\r"));
    await shell.sees("y\r\ny\r\n");
    shell.pause();
    const before = shell.shown().length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(shell.shown().length).toBe(before);
    shell.input(Buffer.from("\u0003"));
    shell.resume();
    shell.input(Buffer.from("exit 3\r"));
    expect(await shell.ended).toBe(3);
  });

  test("a signal of another program of the container ends it", async () => {
    const shell = start(["sh"], { tty: true });
    shell.input(Buffer.from("echo me-$$\r"));
    await shell.sees("me-");
    await shell.sees("# ");
    const pid = /me-(\d+)\r/.exec(shell.shown())?.[1];
    expect(await ran(`kill -HUP ${pid}; sleep 0.01; kill -0 ${pid} 2>/dev/null || exit 9`)).toEqual({ code: 9, text: "" });
    expect(await shell.ended).toBe(129);
  });
});
