import { decodeRow, rowOffsets } from "@interlock/protocol";
import { expect, it } from "vitest";
import type { ExecuteSink } from "./execute.ts";
import { RowWriter } from "./row-writer.ts";

function collected(): { sink: ExecuteSink; rows: string[] } {
  const rows: string[] = [];
  const sink: ExecuteSink = {
    columns: () => undefined,
    rows: (_statement, bytes, count) => {
      const copy = Uint8Array.from(bytes);
      for (const offset of rowOffsets(copy, count)) rows.push(decodeRow(copy, offset)[0]!);
    },
    end: () => undefined,
    notice: () => undefined,
  };
  return { sink, rows };
}

it("makes a row of each line, wherever the output is split", async () => {
  const text = Buffer.from("GET /żółć 200\r\n\n\u001b[31mERROR\u001b[0m\nlast");
  for (let at = 0; at <= text.length; at++) {
    const { sink, rows } = collected();
    const writer = new RowWriter(sink, 0);
    // The same buffer again, as a stream's may be.
    const buffer = Buffer.from(text.subarray(0, at));
    await writer.text(buffer);
    buffer.fill(120);
    await writer.text(Buffer.from(text.subarray(at)));
    await writer.finish();
    expect(rows).toEqual(["GET /żółć 200", "", "ERROR", "last"]);
  }
});

it("shows a line as soon as it is whole, and cuts one that never ends without tearing a word", async () => {
  const { sink, rows } = collected();
  const writer = new RowWriter(sink, 0);
  await writer.text(Buffer.from("first\nsec"));
  expect(rows).toEqual(["first"]);
  await writer.text(Buffer.from("ond\n"));
  for (let n = 0; n < 40_000; n++) await writer.text(Buffer.from("someone@example.com "));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows.slice(2)) {
    expect(row.length).toBeLessThanOrEqual(64 * 1024);
    expect(row.length % "someone@example.com ".length).toBe(0);
  }
  await writer.text(Buffer.from("é".repeat(100_000)));
  await writer.finish();
  expect(rows.join("")).not.toContain("\ufffd");
});

it("stops at its cap and says so", async () => {
  const { sink, rows } = collected();
  const writer = new RowWriter(sink, 0, 2);
  await writer.text(Buffer.from("a\nb\n"));
  expect([rows, writer.truncated]).toEqual([["a", "b"], false]);
  await writer.text(Buffer.from("c\nd\n"));
  expect([rows, writer.truncated]).toEqual([["a", "b"], true]);
});
