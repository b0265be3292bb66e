import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { filesOfLines } from "@interlock/connector-kubernetes/offline-lines";
import { filesAt, type GivenText } from "./manifest-files.ts";
import type { Terminal } from "./terminal.ts";

/** What lines of kubectl read by its name, from beside the file they are in. What is not there is left out, and said where it is judged. */
export async function besideLines({ name, text }: GivenText, terminal: Terminal): Promise<Map<string, GivenText[]>> {
  const folder = name === "-" ? "." : dirname(name);
  const given = new Map<string, GivenText[]>();
  for (const file of filesOfLines(text)) {
    const path = join(folder, file);
    const there = await stat(resolve(terminal.config.cwd, path)).catch(() => undefined);
    if (there !== undefined) given.set(file, (await filesAt([path], terminal)).files);
  }
  return given;
}
