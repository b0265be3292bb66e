import { parseArgs, type ParseArgsConfig } from "node:util";
import { usage } from "./exit.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

export interface Parsed {
  values: Record<string, string | undefined>;
  positionals: string[];
}

/** Options that all take a value, in any order with at most `most` other words. Anything unknown stops with `usage`. */
export function readOptions(args: readonly string[], names: readonly string[], most: number): Parsed {
  const options: Options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > most) throw new Error(`What is ${JSON.stringify(positionals[most])}?`);
    return { values: values as Parsed["values"], positionals };
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}
