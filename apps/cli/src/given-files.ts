import { FileName, LIMITS, STANDARD_INPUT } from "@interlock/protocol";
import { basename } from "node:path";
import { usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import type { Terminal } from "./terminal.ts";

/** What a command reads besides its text, from this machine: `-` is its standard input. */
export type GivenFiles = ReadonlyMap<string, string>;

/**
 * Reads what `--file` and `--stdin` name. A file is `NAME=PATH`, where NAME is what the command says, or only PATH for the last part of it.
 * Stops with `usage` at a name that is none, and at more than the limits.
 */
export async function givenFiles(files: readonly string[], stdin: string | undefined, terminal: Terminal): Promise<GivenFiles> {
  const given = new Map<string, string>();
  for (const file of files) {
    const mark = file.indexOf("=");
    const [name, path] = mark === -1 ? [basename(file), file] : [file.slice(0, mark), file.slice(mark + 1)];
    if (!FileName.safeParse(name).success)
      throw usage(`${JSON.stringify(name)} is no name of a file: it must be plain and relative, such as deploy.yaml.`);
    if (given.has(name)) throw usage(`There are two files called ${name}.`);
    if (path === "-") throw usage("--file names a file; standard input is given with --stdin.");
    given.set(name, await inputText(path, LIMITS.commandFileBytes, terminal));
  }
  if (stdin !== undefined) given.set(STANDARD_INPUT, await inputText(stdin, LIMITS.commandFileBytes, terminal));
  if (given.size > LIMITS.commandFiles) throw usage(`A command reads at most ${LIMITS.commandFiles} files.`);
  const bytes = [...given.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  if (bytes > LIMITS.commandFileBytes)
    throw usage(`The files of a command are at most ${LIMITS.commandFileBytes} bytes together; these are ${bytes}.`);
  return given;
}
