import { expect, it } from "vitest";
import { Backlog } from "./backlog.ts";

const told = (backlog: Backlog<string>): [string, string][] =>
  [...backlog.take()].map(({ bytes, stream }) => [stream, Buffer.from(bytes).toString()]);

it("tells what came in its order, together as long as one stream goes on", () => {
  const backlog = new Backlog<string>();
  for (const [stream, text] of [
    ["out", "a"],
    ["out", "bc"],
    ["err", "x"],
    ["out", "d"],
    ["out", "e".repeat(100)],
  ] as const)
    backlog.add(Buffer.from(text), stream);
  expect(backlog.length).toBe(105);
  expect(told(backlog)).toEqual([
    ["out", "abc"],
    ["err", "x"],
    ["out", `d${"e".repeat(100)}`],
  ]);
  expect([backlog.length, told(backlog)]).toEqual([0, []]);
  backlog.add(Buffer.from("f"), "out");
  expect(told(backlog)).toEqual([["out", "f"]]);
});

it("leaves what was taken as it is while more comes", () => {
  const backlog = new Backlog<string>();
  for (const text of ["a", "b", "c"]) backlog.add(Buffer.from(text), "out");
  const taken = backlog.take();
  backlog.add(Buffer.from("d"), "err");
  expect([...taken].map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["abc"]);
  expect(told(backlog)).toEqual([["err", "d"]]);
});

it("keeps a million bytes that came one by one, on two streams in turn, in little more than their room", () => {
  const used = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const backlog = new Backlog<string>();
  const before = used();
  for (let at = 0; at < 1_000_000; at++) backlog.add(Buffer.from(new Uint8Array(1).buffer), at % 2 === 0 ? "out" : "err");
  // With what is to be collected; one by one they would take 400 MB.
  expect(used() - before).toBeLessThan(150 * 1024 * 1024);
  expect(backlog.length).toBe(1_000_000);
});
