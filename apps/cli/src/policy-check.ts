import { parsePolicy } from "@interlock/policy";
import { EXIT, type ExitCode, usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import { readOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

const LARGEST_BYTES = 4 * 1024 * 1024;

export async function policyCheck(args: string[], terminal: Terminal): Promise<ExitCode> {
  const [file] = readOptions(args, [], 1).positionals;
  if (file === undefined) throw usage("Which policy? Name its FILE.");
  const parsed = parsePolicy(await inputText(file, LARGEST_BYTES, terminal));
  if (parsed.ok) {
    const { rules, terminals, recordings, files, version } = parsed.policy;
    const off = [...rules, ...terminals].filter((rule) => !rule.enabled).length;
    const sections = Object.entries({ terminals, recordings, files }).filter(([, list]) => list.length > 0);
    const parts = [
      `ok, ${rules.length} ${rules.length === 1 ? "rule" : "rules"}`,
      ...sections.map(([name, list]) => `${list.length} of ${name}`),
      ...(off > 0 ? [`${off} switched off`] : []),
      `version ${version.slice(0, 12)}`,
    ];
    terminal.out(parts.join(", "));
    return EXIT.ok;
  }
  for (const { line, column, message } of parsed.errors) terminal.out(`${file}:${line}:${column}: ${message}`);
  return EXIT.finding;
}
