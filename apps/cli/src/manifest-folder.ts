import type { ManifestFile } from "@interlock/kube-model";
import { filesAt } from "./manifest-files.ts";
import type { Terminal } from "./terminal.ts";

/** The manifests of a folder and everything below it, of one file, or of standard input (`-`). Stops with `usage` where there are none. */
export async function manifestFolder(path: string, terminal: Terminal): Promise<ManifestFile[]> {
  const { files } = await filesAt([path], terminal);
  return files;
}
