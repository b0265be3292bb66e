import { readCast, type CastChunk, type CastEvent } from "@interlock/recording";
import { expect, test } from "vitest";
import { Recorder, type RecorderParts } from "./recorder.ts";

test("a new size and a command have their places behind what was typed before them, which is held back", async () => {
  const size = { columns: 80, rows: 24 };
  const stored: CastChunk[] = [];
  const store = {
    append: (chunks: readonly CastChunk[]) => Promise.resolve(void stored.push(...chunks)),
    read: (number: number) => Promise.resolve(stored[number]),
  };
  const chains = { stored: () => {}, ended: () => Promise.resolve() };
  const parts = { terminalId: "t", roomId: "r", name: "web-1", size, detectors: ["card"], store, chains };
  const recorder = new Recorder(parts as unknown as RecorderParts);
  const type = (key: string): void => {
    recorder.typed();
    recorder.output(new TextEncoder().encode(key));
  };
  type("1");
  recorder.resize({ columns: 100, rows: 30 });
  type("2");
  recorder.command({ kind: "started", text: "12" });
  type("3");
  recorder.resize({ columns: 90, rows: 20 });
  type("4");
  await recorder.end({ exitCode: 0 }, "sealed");
  const events: CastEvent[] = [];
  for await (const item of readCast(store, "t")) if ("event" in item) events.push(item.event);
  expect(events.map(({ code, data }) => (code === "c" ? code : `${code} ${data}`))).toEqual([
    "o 1",
    "r 100x30",
    "o 2",
    "c",
    "m 12",
    "o 3",
    "r 90x20",
    "o 4",
    "x 0",
  ]);
});
