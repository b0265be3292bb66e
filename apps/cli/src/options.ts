import { parseArgs, type ParseArgsConfig } from "node:util";
import { usage } from "./exit.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

export interface Parsed {
  values: Record<string, string | undefined>;
  /** Values of options that may be given several times, in their order. */
  lists: Record<string, readonly string[]>;
  positionals: string[];
}

/**
 * Options that all take a value, in any order with at most `most` other words; those of `repeated` may come several times. Anything unknown stops
 * with `usage`.
 */
export function readOptions(
  args: readonly string[],
  names: readonly string[],
  most: number,
  repeated: Readonly<Record<string, { short?: string }>> = {},
): Parsed {
  const options: Options = {
    ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
    ...Object.fromEntries(
      Object.entries(repeated).map(([name, { short }]) => [name, { type: "string" as const, multiple: true, ...(short && { short }) }]),
    ),
  };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > most) throw new Error(`What is ${JSON.stringify(positionals[most])}?`);
    const lists = Object.fromEntries(Object.keys(repeated).map((name) => [name, (values[name] ?? []) as unknown as string[]]));
    return { values: values as Parsed["values"], lists, positionals };
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}
