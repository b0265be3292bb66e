import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import type { Terminal } from "./terminal.ts";

/** Bytes of all files of a run together, and how many of a folder. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_FILES = 10_000;

/** Names that hold manifests where a folder is given. */
const MANIFEST = /\.(ya?ml|json)$/i;

export interface GivenText {
  /** As people wrote it; `-` is standard input. */
  name: string;
  text: string;
}

/**
 * The files at some paths, and those below the folders among them whose names match, in the order of their names. `found` are those of
 * folders. Hidden folders and node_modules are left out. Stops with `usage` where there is none, or more than a run reads.
 */
export async function filesAt(
  paths: readonly string[],
  terminal: Terminal,
  match = MANIFEST,
): Promise<{ files: GivenText[]; found: Set<string> }> {
  const files: GivenText[] = [];
  const found = new Set<string>();
  let left = MOST_BYTES;
  const add = async (name: string): Promise<void> => {
    if (files.some((file) => file.name === name)) return;
    const text = await inputText(name, left, terminal);
    left -= Buffer.byteLength(text);
    files.push({ name, text });
  };
  for (const path of paths) {
    if (path === "-" || !(await isFolder(resolve(terminal.config.cwd, path)))) {
      await add(path);
      continue;
    }
    const within = await below(terminal.config.cwd, path, match);
    if (within.length === 0) throw usage(`There is no ${match === MANIFEST ? ".yaml, .yml or .json" : ".sql"} file in ${path}.`);
    if (within.length > MOST_FILES) throw usage(`There are more than ${MOST_FILES} files in ${path}. Judge it in parts.`);
    for (const name of within) {
      found.add(name);
      await add(name);
    }
  }
  return { files, found };
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (at) => at.isDirectory(),
    () => false,
  );

async function below(cwd: string, folder: string, match: RegExp): Promise<string[]> {
  const entries = (await readdir(resolve(cwd, folder), { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) names.push(...(await below(cwd, path, match)));
    else if (match.test(entry.name)) names.push(path);
  }
  return names;
}
