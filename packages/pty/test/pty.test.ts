import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { sessionOf } from "../src/session.ts";
import { openPty, type Pty, type PtyOptions } from "../src/pty.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";

function open(script: string, more: Partial<PtyOptions> = {}): Pty & { text: () => string; sees: (what: string) => Promise<void> } {
  const pty = openPty({ argv: ["sh", "-c", script], folder: "/", environment: { PATH }, columns: 80, rows: 24, ...more });
  const decoder = new TextDecoder();
  let text = "";
  pty.onData((bytes) => (text += decoder.decode(bytes, { stream: true })));
  const sees = async (what: string): Promise<void> => {
    while (!text.includes(what)) await sleep(5);
  };
  return Object.assign(pty, { text: () => text, sees });
}

test("what a program prints last is not lost, however slowly it is read", async () => {
  for (let round = 0; round < 10; round++) {
    const pty = open("i=0; while [ $i -lt 400 ]; do echo 01234567890123456789012345678901234567890123456789; i=$((i+1)); done; exit 7");
    pty.pause();
    setTimeout(() => pty.resume(), round < 9 ? 0 : 400);
    expect(await pty.ended).toEqual({ exitCode: 7 });
    expect(pty.text().length).toBe(400 * 52);
  }
});

test("a program waits for who does not read", async () => {
  const pty = open("yes");
  await pty.sees("y");
  pty.pause();
  await sleep(50);
  const before = pty.text().length;
  await sleep(150);
  expect(pty.text().length).toBe(before);
  pty.resume();
  while (pty.text().length === before) await sleep(5);
  expect(await pty.signal("KILL")).toBe(true);
  expect(await pty.ended).toEqual({ signal: "KILL" });
});

test("its size, its keys and nothing of our environment", async () => {
  process.env["PTY_TEST_SECRET"] = "hunter2";
  const pty = open("stty size; env | sort; read line; echo got-$line; stty size", { columns: 100, rows: 30 });
  await pty.sees("TERM=");
  pty.resize(90, 25);
  await pty.write(Buffer.from("ünder\r"));
  expect(await pty.ended).toEqual({ exitCode: 0 });
  delete process.env["PTY_TEST_SECRET"];
  const lines = pty.text().split("\r\n");
  expect(lines[0]).toBe("30 100");
  expect(lines).toContain("got-ünder");
  expect(lines.at(-2)).toBe("25 90");
  expect(pty.text()).not.toContain("hunter2");
  const names = lines.flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
  expect(names.toSorted()).toEqual(["OLDPWD", "PATH", "PWD", "TERM", "_"].filter((name) => names.includes(name)));
});

test("what it left in its session ends with it", async () => {
  const pty = open("trap '' HUP; sh -c 'trap \"\" HUP; echo child-$$; while :; do sleep 0.05; done' & sleep 0.2; echo over");
  await pty.ended;
  expect(pty.text()).toMatch(/child-\d+/);
  for (let tries = 0; (await sessionOf(pty.pid, false)).length > 0 && tries < 100; tries++) await sleep(10);
  expect(await sessionOf(pty.pid, false)).toEqual([]);
});
