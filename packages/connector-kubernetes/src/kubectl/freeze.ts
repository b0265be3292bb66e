import { createHash } from "node:crypto";
import type { CommandFiles } from "@interlock/connector";
import type { CommandLine } from "./command.ts";
import { refusedKustomization, type Files } from "./kustomization.ts";
import { ManifestError, fetchManifest, type ManifestOptions } from "./manifest-url.ts";

export interface FreezeOptions extends ManifestOptions {
  /** In place of a fetch of its own, e.g. out of a cache while somebody types. */
  fetch?: typeof fetchManifest;
}

export type Frozen = { ok: true; lines: CommandLine[]; files: Files } | { ok: false; line: number; reason: string };

/** Everything a command reads, held from now on: its own files are there, and what it names by URL is fetched once and becomes one of them. */
export async function freezeFiles(lines: readonly CommandLine[], given: CommandFiles | undefined, options: FreezeOptions): Promise<Frozen> {
  const own = new Map([...(given ?? [])].map(([name, content]) => [name, Buffer.from(content)] as const));
  const input = own.get(STDIN)?.toString();
  own.delete(STDIN);
  const files = new Map<string, Buffer>(own);
  const frozen: CommandLine[] = [];
  for (const [index, line] of lines.entries()) {
    const missing = line.files.find((name) => !own.has(name) && !isFolder(own, name));
    if (missing !== undefined) return { ok: false, line: index, reason: `the command has no file ${missing}` };
    const stdin = line.stdin ?? (line.readsStdin ? input : undefined);
    const fed = stdin === undefined ? line : { ...line, stdin };
    for (const folder of line.kustomizations) {
      const reason = refusedKustomization(own, folder);
      if (reason !== undefined) return { ok: false, line: index, reason };
    }
    const names = new Map<string, string>();
    for (const url of line.urls) {
      // Without an ending that kubectl looks for in folders, so that `-f .` does not find it.
      const name = `url-${createHash("sha256").update(url).digest("hex").slice(0, 16)}`;
      names.set(url, name);
      if (files.has(name)) continue;
      try {
        files.set(name, await (options.fetch ?? fetchManifest)(url, options));
      } catch (error) {
        if (error instanceof ManifestError) return { ok: false, line: index, reason: error.message };
        throw error;
      }
    }
    frozen.push(
      names.size === 0
        ? fed
        : { ...fed, argv: fed.argv.map((argument) => renamed(argument, names)), files: [...fed.files, ...names.values()], urls: [] },
    );
  }
  return { ok: true, lines: frozen, files };
}

/** kubectl's own name for it. */
const STDIN = "-";

const isFolder = (files: Files, name: string): boolean => name === "." || [...files.keys()].some((file) => file.startsWith(`${name}/`));

function renamed(argument: string, names: ReadonlyMap<string, string>): string {
  if (!argument.startsWith("--filename=")) return argument;
  const values = argument.slice("--filename=".length).split(",");
  return `--filename=${values.map((value) => names.get(value) ?? value).join(",")}`;
}
