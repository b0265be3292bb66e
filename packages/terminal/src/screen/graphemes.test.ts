import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the table of graphemes is read whatever small Buffers were made before", async () => {
  const script = `
    // A pool so large that the table does not happen to begin one.
    Buffer.poolSize = 1 << 24;
    for (let at = 0; at < 40; at++) Buffer.from("\\0".repeat(99 * (at + 1)));
    const { Screen } = await import(${JSON.stringify(new URL("./screen.ts", import.meta.url).href)});
    console.log(new Screen({ columns: 80, rows: 24 }).size.columns);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout).toBe("80\n");
});
