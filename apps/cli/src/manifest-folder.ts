import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { ManifestFile } from "@interlock/kube-model";
import { usage } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

const MANIFEST = /\.(ya?ml|json)$/i;
/** Folders with files of others, among which a search would only lose itself. */
const PASSED_OVER = new Set(["node_modules", ".git", ".terraform"]);
/** Most files, and most bytes of them together. */
const FILES = 10_000;
const BYTES = 64 * 1024 * 1024;

/**
 * The manifests of a folder and everything below it, or one file, by the names they have from where the command was run. Links are not followed.
 * Stops with `usage` where there is nothing to read, or too much.
 */
export async function manifestFolder(path: string, { config }: Terminal): Promise<ManifestFile[]> {
  const root = resolve(config.cwd, path);
  const kind = await stat(root).catch((error: NodeJS.ErrnoException) => {
    throw usage(`Cannot read ${path}: ${error.code ?? error.message}`);
  });
  const paths = kind.isDirectory() ? await below(root) : [root];
  const files: ManifestFile[] = [];
  let bytes = 0;
  for (const file of paths) {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw usage(`Cannot read ${relative(config.cwd, file)}: ${error.code ?? error.message}`);
    });
    bytes += text.length;
    if (bytes > BYTES) throw usage(`The files in ${path} are more than ${BYTES / 1024 / 1024} MiB.`);
    files.push({ name: relative(config.cwd, file) || file, text });
  }
  if (files.length === 0) throw usage(`There is no .yaml, .yml or .json file in ${path}.`);
  return files;
}

async function below(root: string): Promise<string[]> {
  const found: string[] = [];
  const open = [root];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) open.push(path);
      else if (entry.isFile() && MANIFEST.test(entry.name)) found.push(path);
      if (found.length > FILES) throw usage(`There are more than ${FILES} manifests in ${root}.`);
    }
  }
  return found.toSorted();
}
