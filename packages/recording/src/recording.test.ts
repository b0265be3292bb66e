import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeRow, readResultHeader, rowOffsets } from "@interlock/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createResult, openResult, recoverResult, ResultWriter } from "./index.ts";

const executionId = "0d6f4f0e-6c1a-4c1e-9a53-2f3a7d1b9c55";
const identity = { executionId, statement: 2 };
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "interlock-recording-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A DataRow with one column. */
function row(value: string): Buffer {
  const text = Buffer.from(value);
  const bytes = Buffer.alloc(11 + text.length);
  bytes.write("D", 0);
  bytes.writeInt32BE(10 + text.length, 1);
  bytes.writeInt16BE(1, 5);
  bytes.writeInt32BE(text.length, 7);
  text.copy(bytes, 11);
  return bytes;
}

async function readAll(statement = 2): Promise<string[]> {
  const reader = await openResult(folder, statement);
  const values: string[] = [];
  for (let chunk = 0; chunk < reader.chunks; chunk++) {
    const { dataRows, rows, firstRow } = await reader.dataRows(chunk);
    expect(firstRow).toBe(values.length);
    for (const offset of rowOffsets(dataRows, rows)) values.push(decodeRow(dataRows, offset)[0]!);
  }
  await reader.close();
  return values;
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `row ${from + i}`);

describe("a recorded result", () => {
  it("gives back what was appended, as frames of the protocol", async () => {
    const writer = await createResult(folder, identity);
    for (let from = 0; from < 50_000; from += 100) await writer.append(Buffer.concat(numbers(from, from + 100).map(row)), 100);
    const seal = await writer.seal(true);
    await writer.close();
    expect(seal).toMatchObject({ rows: 50_000, truncated: true });
    expect(await readAll()).toEqual(numbers(0, 50_000));
    const reader = await openResult(folder, 2);
    expect(reader.seal).toEqual(seal);
    expect(await reader.verify()).toBe(true);
    const frame = await reader.frame(3);
    expect(readResultHeader(frame)).toMatchObject({ executionId, statement: 2, chunk: 3 });
    expect(frame.length).toBeLessThanOrEqual(70_000);
    const several = await reader.frames(2, 5);
    expect(several.map((one) => readResultHeader(one)?.chunk)).toEqual([2, 3, 4]);
    expect(several[1]!.equals(frame)).toBe(true);
    const rest = await reader.frames(reader.chunks - 2, reader.chunks + 9);
    expect(rest.map((one) => readResultHeader(one)?.chunk)).toEqual([reader.chunks - 2, reader.chunks - 1]);
    await expect(reader.frames(reader.chunks, reader.chunks + 1)).rejects.toThrow("there is no chunk");
    const at = reader.chunkOfRow(40_000)!;
    const header = readResultHeader(await reader.frame(at))!;
    expect(header.firstRow).toBeLessThanOrEqual(40_000);
    expect(header.firstRow + header.rows).toBeGreaterThan(40_000);
    expect(reader.chunkOfRow(50_000)).toBeUndefined();
    await reader.close();
  });

  it("keeps a row larger than a chunk whole", async () => {
    const writer = await createResult(folder, identity);
    const large = "x".repeat(300_000);
    await writer.append(row(large), 1);
    await writer.append(row("after"), 1);
    await writer.append(row(large), 1);
    await writer.seal(false);
    await writer.close();
    expect(await readAll()).toEqual([large, "after", large]);
  });

  it("is readable while it is written, the first row at once", async () => {
    const writer = await createResult(folder, identity);
    await writer.append(row("first"), 1);
    await writer.changed();
    const reader = await openResult(folder, 2);
    expect(reader.chunks).toBe(1);
    await writer.append(row("second"), 1);
    await writer.changed(); // closed by time, not by size
    expect((await reader.refresh()).chunks).toBe(2);
    expect(reader.seal).toBeUndefined();
    await writer.seal(false);
    expect((await reader.refresh()).seal).toMatchObject({ rows: 2 });
    await reader.close();
    await writer.close();
  });

  it("cuts large appends into chunks at the ends of rows", async () => {
    const writer = await createResult(folder, identity);
    const all = numbers(0, 40_000);
    for (let from = 0; from < all.length; from += 20_000)
      await writer.append(Buffer.concat(all.slice(from, from + 20_000).map(row)), 20_000);
    await writer.seal(false);
    await writer.close();
    expect(await readAll()).toEqual(all);
    const reader = await openResult(folder, 2);
    for (let chunk = 0; chunk < reader.chunks; chunk++) expect((await reader.frame(chunk)).length).toBeLessThanOrEqual(65_567);
    await reader.close();
  });

  it("lends what it wrote last, and uses no buffer again before it is given back", async () => {
    const writer = await createResult(folder, identity);
    await writer.append(row("first"), 1);
    await writer.changed();
    expect(writer.lend(1)).toBeUndefined();
    const lent = writer.lend(0)!;
    const before = Buffer.from(lent.frame);
    for (let from = 0; from < 400_000; from += 1_000) await writer.append(Buffer.concat(numbers(from, from + 1_000).map(row)), 1_000);
    while (writer.chunks < 100) await writer.changed();
    expect(writer.lend(0)).toBeUndefined();
    expect(lent.frame.equals(before)).toBe(true);
    const reader = await openResult(folder, 2);
    expect(lent.frame.equals(await reader.frame(0))).toBe(true);
    lent.giveBack();
    const last = writer.chunks - 1;
    expect(writer.lend(last)!.frame.equals(await (await reader.refresh()).frame(last))).toBe(true);
    await writer.seal(false);
    await Promise.all([reader.close(), writer.close()]);
    expect((await readAll()).length).toBe(400_001);
  }, 20_000);

  it("refuses to write a result twice", async () => {
    await (await createResult(folder, identity)).close();
    await expect(createResult(folder, identity)).rejects.toThrow();
  });

  it("notices a changed byte", async () => {
    const writer = await createResult(folder, identity);
    await writer.append(row("payment to robin"), 1);
    await writer.seal(false);
    await writer.close();
    const path = join(folder, "2.rows");
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    const reader = await openResult(folder, 2);
    await expect(reader.frame(0)).rejects.toThrow("not what was recorded");
    expect(await reader.verify()).toBe(false);
    await reader.close();
  });
});

describe("faults", () => {
  it("says storage_full on a full disk and keeps saying it", async () => {
    const full = await open("/dev/full", "w");
    const index = await open(join(folder, "2.index"), "ax");
    const writer = new ResultWriter(identity, full, index);
    await writer.append(row("lost"), 1);
    await writer.changed();
    expect(() => writer.append(row("more"), 1)).toThrow(expect.objectContaining({ code: "storage_full" }));
    await expect(writer.seal(false)).rejects.toMatchObject({ code: "storage_full" });
    await writer.close();
    expect((await stat(join(folder, "2.index"))).size).toBe(0);
  });

  it("survives kill -9 of its writer up to the last chunk it counted, and cuts the torn tail", async () => {
    const program = `
      import { createResult } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
      const writer = await createResult(${JSON.stringify(folder)}, ${JSON.stringify(identity)});
      const row = (text) => { const b = Buffer.alloc(11 + text.length); b.write("D"); b.writeInt32BE(10 + text.length, 1); b.writeInt16BE(1, 5); b.writeInt32BE(text.length, 7); b.write(text, 11); return b; };
      for (let i = 0; ; i++) {
        await writer.append(row("row " + i), 1);
        if (i % 5000 === 4999) { await new Promise(setImmediate); process.stdout.write(writer.chunks + "\\n"); }
      }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    for await (const part of child.stdout.setEncoding("utf8")) {
      said += part;
      if (Number(said.trim().split("\n").at(-1)) >= 20) break;
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    const counted = Number(said.split("\n").at(-2));
    await appendFile(join(folder, "2.rows"), "half a chunk");
    await appendFile(join(folder, "2.index"), Buffer.alloc(30, 1));
    const recovered = await recoverResult(folder, 2);
    expect(recovered.sealed).toBe(false);
    expect(recovered.cut).toBeGreaterThanOrEqual(42);
    expect(recovered.chunks).toBeGreaterThanOrEqual(counted);
    const values = await readAll();
    expect(values).toEqual(numbers(0, recovered.rows));
    expect(await recoverResult(folder, 2)).toEqual({ ...recovered, cut: 0 });
  });
});
