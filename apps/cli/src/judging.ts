import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_POLICY, type JudgeInput, parsePolicy, type Policy } from "@interlock/policy";
import { Environment, Severity } from "@interlock/protocol";
import { usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import type { Terminal } from "./terminal.ts";

/** By which policy, and as whom, where and when. */
export interface Judging {
  policy: Policy;
  /** What people call the policy, e.g. its file. */
  name: string;
  asked: Omit<JudgeInput, "impact">;
}

/** Options of every command that judges. */
export const JUDGING_OPTIONS = ["environment", "user", "groups", "labels", "connection-name", "at", "incident"] as const;

const LARGEST_BYTES = 4 * 1024 * 1024;

/** Who asks where nobody is named: in no group, so that nothing is permitted to them that is not to everybody. */
const NOBODY = "ci";

/**
 * `file`: a policy; without one that of the state folder, and where there is none the default policy. Without `environment` it is `prod`, the
 * strictest. Stops with `usage` at a policy that is not valid.
 */
export async function judgingOf(
  values: Readonly<Record<string, string | undefined>>,
  { connector, file }: { connector: string; file: string | undefined },
  terminal: Terminal,
): Promise<Judging> {
  const { name, text } = await policyText(file, terminal);
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw usage(parsed.errors.map(({ line, column, message }) => `${name}:${line}:${column}: ${message}`).join("\n"));
  return { policy: parsed.policy, name, asked: askedOf(values, connector) };
}

async function policyText(file: string | undefined, terminal: Terminal): Promise<{ name: string; text: string }> {
  if (file !== undefined) return { name: file === "-" ? "<stdin>" : file, text: await inputText(file, LARGEST_BYTES, terminal) };
  const own = join(terminal.config.home, "policy.yaml");
  try {
    return { name: own, text: await readFile(own, "utf8") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw usage(`Cannot read ${own}: ${(error as Error).message}`);
    return { name: "the default policy", text: DEFAULT_POLICY };
  }
}

/** Stops with `usage` at a value that is none. */
export function askedOf(values: Readonly<Record<string, string | undefined>>, connector: string): Judging["asked"] {
  const environment = Environment.safeParse(values["environment"] ?? "prod");
  if (!environment.success) throw usage(`--environment is ${Environment.options.join(", ")}.`);
  const severity = values["incident"] === undefined ? undefined : Severity.safeParse(values["incident"]);
  if (severity?.success === false) throw usage(`--incident is ${Severity.options.join(", ")}.`);
  const user = values["user"] ?? NOBODY;
  return {
    principal: { id: user, name: user, groups: listOf(values["groups"]) },
    connection: {
      name: values["connection-name"] ?? connector,
      connector,
      environment: environment.data,
      labels: labelsOf(values["labels"]),
    },
    room: severity === undefined ? undefined : { id: "ci", severity: severity.data, incident: true },
    now: momentOf(values["at"]),
  };
}

const listOf = (text = ""): string[] => text.split(",").filter((part) => part !== "");

function labelsOf(text: string | undefined): Record<string, string> {
  return Object.fromEntries(
    listOf(text).map((pair) => {
      const mark = pair.indexOf("=");
      if (mark <= 0) throw usage("--labels is a=b,c=d.");
      return [pair.slice(0, mark), pair.slice(mark + 1)];
    }),
  );
}

function momentOf(text: string | undefined): Date {
  const at = text === undefined ? new Date() : new Date(text);
  // A time without a zone would mean another moment on every machine.
  if (Number.isNaN(at.getTime()) || (text !== undefined && !/(Z|[+-]\d\d:?\d\d)$/.test(text)))
    throw usage("--at is a time with its zone, such as 2026-11-21T19:30:00+01:00.");
  return at;
}
