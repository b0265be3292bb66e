import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { sshdFor } from "@interlock/connector-ssh/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

const ROOT = resolve(import.meta.dirname, "../..");
const RESULTS = join(ROOT, "bench/results.md");
const Figure = z.strictObject({
  name: z.string().min(1),
  value: z.number(),
  unit: z.string().min(1),
  peer: z.string().min(1).optional(),
  ratio: z.number().optional(),
  spread: z.tuple([z.number(), z.number()]).optional(),
  goal: z.string().min(1),
  ok: z.boolean(),
});
const Measured = z.strictObject({ machine: z.string().min(1), figures: z.array(Figure) });

/** Names of the figures in the kept results: every one of them must come again. */
async function known(): Promise<string[]> {
  const sections = (await readFile(RESULTS, "utf8")).split(/^(?=## )/m);
  const run = sshdFor("the benchmark of terminals") === undefined ? sections.filter((one) => !one.startsWith("## terminals\n")) : sections;
  const rows = run.flatMap((section) => section.split("\n")).filter((line) => line.startsWith("| "));
  const names = rows.map((row) => row.split(" | ")[0]!.slice(2));
  return names.filter((name) => name !== "figure" && !name.startsWith("---"));
}

/** Processes of our group, and those that were told of our folder. */
async function running(group: number, folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pgid=,stat=,args="], { maxBuffer: 2 ** 24 });
  return stdout.split("\n").filter((line) => {
    const [, pgid, state = ""] = /^\s*(\d+)\s+(\S+)/.exec(line) ?? [];
    return !state.startsWith("Z") && (Number(pgid) === group || line.includes(folder));
  });
}

test("every benchmark works, says what it measured and leaves nothing behind", { timeout: 240_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "interlock-bench-test-"));
  const before = await readFile(RESULTS, "utf8");
  const json = join(folder, "figures.json");
  const temporary = await mkdtemp(join(folder, "tmp-"));
  // An account of its own signs in to the host of a benchmark, and must get through to its home.
  for (const path of [folder, temporary]) await chmod(path, 0o755);
  const child = spawn(process.execPath, ["scripts/bench.mjs", "--small", "--json", json], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary },
    // A group of its own, so that what it leaves running can be told.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(async () => {
    // Servers of a benchmark end with it; everything else is of the group.
    if ((await running(child.pid!, folder)).length > 0)
      try {
        process.kill(-child.pid!, "SIGTERM");
      } catch (error) {
        // It may have ended in between.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  expect({ code, output }).toMatchObject({ code: 0 });
  const { figures } = Measured.parse(JSON.parse(await readFile(json, "utf8")));
  expect(figures.map(({ name }) => name).toSorted()).toEqual((await known()).toSorted());
  for (const { value, ratio = 0, spread = [0, 0] } of figures)
    for (const number of [value, ratio, ...spread]) expect(Number.isFinite(number)).toBe(true);
  expect(await readFile(RESULTS, "utf8")).toBe(before);
  expect(await running(child.pid!, folder)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});
