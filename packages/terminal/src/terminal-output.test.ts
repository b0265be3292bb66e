import { describe, expect, it } from "vitest";
import type { TerminalNote } from "./filter/operating-command.ts";
import { TerminalOutput } from "./terminal-output.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function output(detectors?: string[]) {
  const told: [string | TerminalNote | { resized: string }, number][] = [];
  const terminal = new TerminalOutput<{ resized: string }>(
    { columns: 80, rows: 24, ...(detectors !== undefined && { detectors }) },
    {
      bytes: (bytes, offset) => void told.push([new TextDecoder().decode(bytes), offset]),
      note: (note, offset) => void told.push([note, offset]),
    },
  );
  return { terminal, told };
}

describe("a terminal's output", () => {
  it("is filtered, masked, and told in its order with offsets of what came out", () => {
    const { terminal, told } = output();
    terminal.push(encode("\u001b[6n\u001b]0;mail to robin@example.com\u0007pay 4242 4242 "));
    terminal.resize(100, 30, { resized: "100x30" });
    terminal.push(encode("4242 4242\r\n\u001b]133;D;0\u0007$ "));
    terminal.end();
    const masked = "•••• •••• ";
    expect(told).toEqual([
      [{ kind: "title", title: "mail to r••••@•••••.com" }, 0],
      ["pay ", 0],
      [masked, 4],
      [{ resized: "100x30" }, 4 + encode(masked).length],
      ["•••• 4242\r\n", 4 + encode(masked).length],
      [{ kind: "mark", mark: { kind: "finished", exitCode: 0 } }, terminal.offset - 2],
      ["$ ", terminal.offset - 2],
    ]);
  });

  it("is as it is where nothing is to be masked", () => {
    const { terminal, told } = output([]);
    terminal.push(encode("\u001b]2;robin@example.com\u0007robin@example.com 4242424242424242\r\n"));
    expect(told).toEqual([
      [{ kind: "title", title: "robin@example.com" }, 0],
      ["robin@example.com 4242424242424242\r\n", 0],
    ]);
  });

  it("masks what a shell says of its commands", () => {
    const { terminal, told } = output();
    terminal.push(encode("\u001b]633;E;grep robin@example.com log\u0007\u001b]7;file://h/home/robin@example.com\u0007"));
    expect(told).toEqual([
      [{ kind: "mark", mark: { kind: "command", text: "grep r••••@•••••.com log" } }, 0],
      [{ kind: "folder", path: "••••@•••••.com", host: "h" }, 0],
    ]);
  });
});
