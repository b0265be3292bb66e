/**
 * The recorder and its store alone, in a process that is started as the agent is: how often its memory is collected is part of what it costs.
 * Told over IPC what to record; answers with the processor time of each recording but the first, in milliseconds.
 */
import { open } from "node:fs/promises";
import { RecordingStore } from "../../apps/agent/src/terminal/recording-store.ts";
import { createDb } from "@interlock/db";
import { CastWriter } from "@interlock/recording";

export interface RecorderOrder {
  databaseUrl: string;
  /** What is shown, its beginning again and again. */
  file: string;
  /** Bytes that are recorded of it. */
  total: number;
  size: { columns: number; rows: number };
  /** A terminal for each recording. */
  terminals: string[];
}

/** Bytes that are recorded at once. */
const PIECE = 32 * 1024;
/** A part of what was shown, again and again: for a program that holds all of it the collector of memory would run more often. */
const HELD = 8 * 1024 * 1024;
/** Bytes that wait to be stored, from which on the program that shows them would wait. */
const MOST_WAITING = 4_000_000;

async function beginning(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HELD), 0, HELD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

process.once("message", (order: RecorderOrder) => void record(order));

async function record({ databaseUrl, file, total, size, terminals }: RecorderOrder): Promise<void> {
  const bytes = await beginning(file);
  const db = createDb(databaseUrl);
  const once = async (id: string): Promise<number> => {
    const writer = new CastWriter({ recording: id, header: { ...size, timestamp: 0 }, store: new RecordingStore(db, id) });
    const before = process.cpuUsage();
    for (let at = 0; at < total; at += PIECE) {
      const from = at % bytes.length;
      writer.output(bytes.subarray(from, from + Math.min(PIECE, total - at)));
      if (writer.waiting > MOST_WAITING) await writer.flush();
    }
    await writer.seal();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  const times: number[] = [];
  for (const id of terminals) times.push(await once(id));
  await db.$disconnect();
  // An agent has done it before.
  process.send!(times.slice(1));
  process.disconnect();
}
