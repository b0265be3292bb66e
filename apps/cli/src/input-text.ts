import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { Stop, EXIT, usage } from "./exit.ts";
import { readAll, type Terminal } from "./terminal.ts";

/** The text of FILE, or of standard input for `-` or nothing. Stops with `usage` when it cannot be read or is longer than `most` bytes. */
export async function inputText(file: string | undefined, most: number, { stdin, config }: Terminal): Promise<string> {
  const piped = file === undefined || file === "-";
  if (file === undefined && stdin.isTTY) throw usage("There is no text: name a FILE, or - and type it.");
  try {
    return await readAll(piped ? stdin : createReadStream(resolve(config.cwd, file)), most);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Stop(EXIT.usage, `Cannot read ${piped ? "standard input" : file}: ${why}`, { cause: error });
  }
}
