import { LIMITS, type Command, type ResultSummary } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import { readOptions } from "./options.ts";
import { ended, exitWords, propose, whyNot } from "./proposed-command.ts";
import { linesFromService } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Proposes a text, waits until people have agreed and it ran, and prints what came of it: results on standard output, what a script wrote on its
 * standard error on standard error, of several hosts with the host's name before each line. Exits 0 where it succeeded everywhere.
 */
export async function runCommand(args: string[], terminal: Terminal): Promise<ExitCode> {
  const carryOn = args.includes("--carry-on");
  const { values, lists, positionals } = readOptions(
    args.filter((word) => word !== "--carry-on"),
    ["connection", "labels", "at-once", "reason", "room"],
    1,
    { host: {} },
  );
  const { connection, labels, reason, room } = values;
  const { token } = terminal.config;
  if (token === undefined) throw usage("Set INTERLOCK_TOKEN (interlock token create): the running service judges and runs it.");
  if (!connection) throw usage("Where? Give --connection NAME.");
  const hosts = lists["host"] ?? [];
  const several = hosts.length > 0 || labels !== undefined;
  const atOnce = Number(values["at-once"] ?? 1);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 16) throw usage("--at-once is a number from 1 to 16.");
  if (!several && (carryOn || values["at-once"] !== undefined))
    throw usage("--carry-on and --at-once are about several hosts: give --host or --labels.");
  const text = await inputText(positionals[0], LIMITS.commandBytes, terminal);
  const asked = {
    connection,
    text,
    ...(reason === undefined ? {} : { reason }),
    ...(several
      ? {
          hosts: {
            connections: hosts,
            ...(labels === undefined ? {} : { labels: labelsOf(labels) }),
            order: { onFailure: carryOn ? "carry_on" : "stop", atOnce },
          },
        }
      : {}),
  };
  const proposed = await propose(token, { room, title: `Command line on ${connection}`, asked }, terminal);
  for (const { connection: host, differs } of proposed.hosts ?? []) for (const words of differs) terminal.error(`${host.name}: ${words}`);
  const done = await ended(token, proposed, terminal);
  for (const result of done.execution?.results ?? []) await print(token, done, result, terminal);
  return tell(done, terminal);
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw usage(`Labels are written name=value,name=value; ${JSON.stringify(pair)} is not.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Rows of a script as the lines they are, each on its own stream; of anything else as values between tabs. */
async function print(token: string, { id }: Command, { statement, columns, host }: ResultSummary, terminal: Terminal): Promise<void> {
  const before = host === undefined ? "" : `${host}: `;
  const streams = columns[0]?.name === "stream" && columns.length === 2;
  for await (const row of linesFromService(token, `/commands/${id}/result?statement=${statement}`, terminal)) {
    if (!Array.isArray(row)) continue;
    const values = row.map((value) => (typeof value === "string" ? value : ""));
    if (!streams) terminal.out(before + values.join("\t"));
    else if (values[0] === "stderr") terminal.error(before + values[1]);
    else terminal.out(before + values[1]);
  }
}

function tell(done: Command, terminal: Terminal): ExitCode {
  for (const { connection, state, exit, error } of done.execution?.hosts ?? [])
    terminal.error(
      `${connection.name}: ${state === "skipped" ? "not begun" : state}${exitWords(exit)}${exit === undefined && error ? `: ${error.message}` : ""}`,
    );
  if (done.state === "succeeded") return EXIT.ok;
  throw new Stop(EXIT.finding, whyNot(done));
}
