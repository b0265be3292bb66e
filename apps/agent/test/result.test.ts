import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeRow, readResultHeader, RESULT_HEADER_BYTES, rowOffsets } from "@interlock/protocol";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openStage, TestSocket, type Stage } from "./command-stage.ts";

const PATIENCE = { timeout: 10_000, interval: 10 };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.dispose());

let socket: TestSocket;
beforeEach(() => {
  socket = new TestSocket(stage.room.id, stage.people.oncall);
});

function rowsOf(frames: readonly Uint8Array[]): (string | null)[][] {
  return frames.flatMap((frame) => {
    const payload = frame.subarray(RESULT_HEADER_BYTES);
    return [...rowOffsets(payload, readResultHeader(frame)?.rows ?? 0)].map((offset) => decodeRow(payload, offset));
  });
}

async function ran(text: string) {
  const command = await stage.until((await stage.propose("oncall", text)).id);
  const execution = command.execution;
  const result = execution?.results[0];
  if (execution === undefined || result === undefined) throw new Error(JSON.stringify(execution?.error));
  return { command, execution, result };
}

test("a browser gets the chunks it asks for, in order, and no others", async () => {
  const { execution, result } = await ran("SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i");
  expect(result).toMatchObject({ rows: 20_000, done: true });
  expect(result.chunks).toBeGreaterThan(5);
  stage.results.pull(socket, { executionId: execution.id, statement: 0, from: 2, count: 3 });
  await vi.waitUntil(() => socket.frames.length === 3, PATIENCE);
  expect(socket.frames.map((frame) => readResultHeader(frame)?.chunk)).toEqual([2, 3, 4]);
  const whole = new TestSocket(stage.room.id, stage.people.oncall);
  stage.results.pull(whole, { executionId: execution.id, statement: 0, from: 0, count: 1_000_000 });
  await vi.waitUntil(() => whole.frames.length === result.chunks, PATIENCE);
  expect(rowsOf(whole.frames).map(([i]) => Number(i))).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));
});

test("a chunk that is not written yet is answered when it is", async () => {
  const command = await stage.propose("oncall", "SELECT i, pg_sleep(0.01) FROM generate_series(1, 60) i");
  const running = await stage.until(command.id, new Set(["running"]));
  await vi.waitUntil(
    () =>
      stage.told.some(
        (message) => message.type === "command" && message.command.id === command.id && message.command.execution?.results.length === 1,
      ),
    PATIENCE,
  );
  stage.results.pull(socket, { executionId: running.execution?.id ?? "", statement: 0, from: 0, count: 1_000_000 });
  await vi.waitUntil(() => socket.frames.length > 0, PATIENCE);
  expect((await stage.commands.get(command.id))?.state).toBe("running");
  await stage.until(command.id);
  await vi.waitUntil(() => rowsOf(socket.frames).length === 60, PATIENCE);
});

test("a browser that reads slowly is sent one chunk at a time, and stop ends it", async () => {
  const { execution, result } = await ran("SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i");
  const gate = Promise.withResolvers<void>();
  socket.take = () => gate.promise;
  stage.results.pull(socket, { executionId: execution.id, statement: 0, from: 0, count: result.chunks });
  await vi.waitUntil(() => socket.frames.length === 1, PATIENCE);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(socket.frames).toHaveLength(1);
  stage.results.stop(socket, { executionId: execution.id, statement: 0 });
  gate.resolve();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(socket.frames).toHaveLength(1);
  stage.results.pull(socket, { executionId: execution.id, statement: 0, from: 1, count: 1 });
  await vi.waitUntil(() => socket.frames.length === 2, PATIENCE);
});

test("a result of another room is not found, and too many requests are refused", async () => {
  const { execution } = await ran("SELECT 1");
  const elsewhere = new TestSocket(crypto.randomUUID(), stage.people.oncall);
  stage.results.pull(elsewhere, { executionId: execution.id, statement: 0, from: 0, count: 1 });
  await vi.waitUntil(() => elsewhere.messages.length === 1, PATIENCE);
  expect(elsewhere.messages[0]).toMatchObject({ type: "problem", problem: { code: "not_found" } });
  const gate = Promise.withResolvers<void>();
  socket.take = () => gate.promise;
  for (let n = 0; n < 70; n++) stage.results.pull(socket, { executionId: execution.id, statement: 0, from: 0, count: 1 });
  expect(socket.messages.some((message) => message.type === "problem" && message.problem.code === "too_many_requests")).toBe(true);
  gate.resolve();
  await vi.waitUntil(() => socket.frames.length === 64, PATIENCE);
});

test("progress is told at most ten times a second while rows stream", async () => {
  const started = Date.now();
  const { command } = await ran("SELECT i, repeat('x', 9000), pg_sleep(0.004) FROM generate_series(1, 250) i");
  const told = stage.told.filter((message) => message.type === "command" && message.command.id === command.id);
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThanOrEqual((Date.now() - started) / 100 + 5);
});

test("a policy's row cap truncates and says so", async () => {
  const path = join(stage.home, "policy.yaml");
  await writeFile(path, "version: 1\nrules:\n  - { id: reads, match: { effects: [read] }, effect: allow, obligations: { rowCap: 10 } }\n");
  await stage.policy.reload();
  const { result } = await ran("SELECT i FROM generate_series(1, 1000) i");
  expect(result).toMatchObject({ rows: 10, truncated: true });
});

test("when the result cannot be kept the run is stopped and says so", async () => {
  // A file where the folder of results should be: every write fails.
  const fresh = await openStage();
  try {
    await writeFile(join(fresh.home, "results"), "in the way");
    const command = await fresh.propose("oncall", "SELECT i FROM generate_series(1, 100000) i");
    const ended = await fresh.until(command.id);
    expect(ended).toMatchObject({ state: "failed", execution: { results: [], error: { code: "internal" } } });
    expect((await readdir(fresh.home)).includes("policy.yaml")).toBe(true);
  } finally {
    await fresh.dispose();
  }
});
