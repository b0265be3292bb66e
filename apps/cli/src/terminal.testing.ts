import { PassThrough } from "node:stream";
import { run } from "./run.ts";

export interface Ran {
  code: number;
  out: string;
  error: string;
}

/** Runs a command line within this process, as it would be run from `cwd` by somebody who has never set Interlock up. */
export async function ran(args: readonly string[], { cwd, stdin = "" }: { cwd: string; stdin?: string }): Promise<Ran> {
  const input = new PassThrough();
  input.end(stdin);
  let out = "";
  let error = "";
  const code = await run(args, {
    stdin: input as unknown as NodeJS.ReadStream,
    out: (text) => (out += `${text}\n`),
    error: (text) => (error += `${text}\n`),
    color: false,
    config: {
      databaseUrl: undefined,
      home: `${cwd}/nowhere`,
      key: undefined,
      url: undefined,
      token: undefined,
      color: false,
      cwd,
      host: {},
    },
    signal: new AbortController().signal,
  });
  return { code, out, error };
}
