/**
 * The way of a terminal's output without its sockets: filter and mask, the recorder, the screen that key frames are drawn of, and joining after
 * much output with a program on the alternate screen. Processor time of one core, so that others on the machine count less.
 */
import { readFileSync } from "node:fs";
import { CastWriter, type ChunkStore } from "@interlock/recording";
import { KeyFrames, TerminalOutput } from "@interlock/terminal";
import type { Benchmark } from "./measure/figure.ts";

const SIZE = { columns: 120, rows: 40 };
const FRAME = 32 * 1024;
const MB = 1e6;

/** A mebibyte of lines of each kind. */
const KINDS: Readonly<Record<string, (line: number) => string>> = {
  "plain text": (line) => `2026-11-21T22:00:${line % 60}Z INFO request handled in ${line % 97} ms path=/api/v1/orders/${line}\r\n`,
  "UTF-8": (line) => `Zeile ${line}: größer als übermäßig, 漢字テスト — gut\r\n`,
  colours: (line) => `\u001b[1;3${line % 8}mdrwxr-xr-x\u001b[0m ${line} \u001b[38;5;${line % 256}mfile${line}.ts\u001b[0m\r\n`,
};

const NOWHERE: ChunkStore = { append: () => Promise.resolve(), read: () => Promise.resolve(undefined) };

function frames(kind: (line: number) => string): Uint8Array[] {
  const lines: string[] = [];
  for (let line = 0, length = 0; length < 1 << 20; line++) {
    const text = kind(line);
    lines.push(text);
    length += text.length;
  }
  const bytes = new TextEncoder().encode(lines.join(""));
  return Array.from({ length: Math.ceil(bytes.length / FRAME) }, (_, i) => bytes.subarray(i * FRAME, (i + 1) * FRAME));
}

/** Megabytes a second of processor time, after once round to warm up. */
async function rate(pieces: readonly Uint8Array[], rounds: number, take: (piece: Uint8Array) => unknown): Promise<number> {
  for (const piece of pieces) await take(piece);
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) for (const piece of pieces) await take(piece);
  const { user, system } = process.cpuUsage(before);
  return (pieces.reduce((bytes, piece) => bytes + piece.length, 0) * rounds) / MB / ((user + system) / 1e6);
}

const terminalBytes: Benchmark = async (report, small) => {
  const rounds = small ? 1 : 60;
  for (const [name, kind] of Object.entries(KINDS)) {
    const pieces = frames(kind);
    const passed: Uint8Array[] = [];
    const output = new TerminalOutput(SIZE, { bytes: (bytes) => void (passed.length < 64 && passed.push(bytes)), note: () => {} });
    const value = await rate(pieces, rounds, (piece) => output.push(piece));
    output.end();
    report({ name: `filter and mask, ${name}`, value, unit: "MB/s", goal: "≥ 150 MB/s", ok: value >= 150 });
  }
  const coloured = frames(KINDS.colours!);
  const writer = new CastWriter({ recording: "bench", header: { ...SIZE, timestamp: 0 }, store: NOWHERE });
  const recorded = await rate(coloured, rounds, async (piece) => {
    writer.output(piece);
    if (writer.waiting > 4 * MB) await writer.flush();
  });
  await writer.seal();
  report({ name: "recorder, colours", value: recorded, unit: "MB/s", goal: "≥ 150 MB/s", ok: recorded >= 150 });
  await join(coloured, small ? 1 : 95, report);
};
export default terminalBytes;

/** A hundred megabytes, then vim: what somebody gets who comes now. */
async function join(pieces: readonly Uint8Array[], rounds: number, report: Parameters<Benchmark>[0]): Promise<void> {
  let drained: (() => void) | undefined;
  const keyFrames = new KeyFrames({ drained: () => drained?.() });
  try {
    keyFrames.open("bench", SIZE);
    let room = true;
    const output = new TerminalOutput(SIZE, { bytes: (bytes) => void (room = keyFrames.append("bench", bytes)), note: () => {} });
    for (let round = 0; round < rounds; round++)
      for (const piece of pieces) {
        output.push(piece);
        // As the agent does: the source waits for the screen.
        if (!room) await new Promise<void>((resolve) => (drained = resolve));
      }
    output.push(readFileSync(new URL("../packages/terminal/src/screen/recorded/vim.out", import.meta.url)).subarray(0, 5_000));
    await keyFrames.frame("bench");
    const times: number[] = [];
    let bytes = 0;
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      bytes = (await keyFrames.frame("bench")).screen.length;
      times.push(performance.now() - began);
    }
    const median = times.toSorted((a, b) => a - b)[10]!;
    report({
      name: "key frame inside vim after 100 MB, with 1,000 lines of scrollback",
      value: median,
      unit: "ms",
      goal: "≤ 50 ms",
      ok: median <= 50,
    });
    report({ name: "its size", value: bytes / 1024, unit: "KiB", goal: "≤ 256 KiB", ok: bytes <= 256 * 1024 });
  } finally {
    await keyFrames.dispose();
  }
}
