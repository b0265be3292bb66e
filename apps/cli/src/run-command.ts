import { setTimeout as pause } from "node:timers/promises";
import { Command, FINAL_STATES, LIMITS, type Exit, type ResultSummary } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import { readOptions } from "./options.ts";
import { getFromService, linesFromService, postToService, serviceUrl } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** How often it is asked whether people have agreed, in milliseconds: what nobody needs to agree to is done in a moment. */
const [FIRST_MS, LOOK_MS] = [100, 1_000] as const;
const UNKNOWN_FORM = "Interlock answers in a form that this version does not know.";

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
  const { connection, labels, reason, room: given } = values;
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
  const room = given ?? (await openRoom(token, connection, terminal));
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
  const proposed = read(await postToService(token, `/rooms/${room}/commands`, asked, terminal));
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

async function openRoom(token: string, connection: string, terminal: Terminal): Promise<string> {
  const { id } = ((await postToService(token, "/rooms", { title: `Command line on ${connection}` }, terminal)) ?? {}) as { id?: unknown };
  if (typeof id !== "string") throw unreachable(UNKNOWN_FORM);
  return id;
}

/** Resolves when the command has ended; says what it waits for as it changes. Interrupted, it takes back or cancels what it proposed. */
async function ended(token: string, proposed: Command, terminal: Terminal): Promise<Command> {
  const url = new URL(`/rooms/${proposed.roomId}?command=${proposed.id}`, await serviceUrl(terminal));
  let told = "";
  let wait: number = FIRST_MS;
  for (let command = proposed; ; command = read(await getFromService(token, `/commands/${proposed.id}`, terminal))) {
    if (FINAL_STATES.has(command.state)) return command;
    const words = waitsFor(command);
    if (words !== told) terminal.error(`${words} ${told === "" ? url.href : ""}`.trimEnd());
    told = words;
    try {
      await pause(wait, undefined, { signal: terminal.signal });
      wait = Math.min(wait * 2, LOOK_MS);
    } catch (error) {
      await takeBack(token, command, terminal);
      throw error;
    }
  }
}

function waitsFor({ state, verdict }: Command): string {
  if (state !== "awaiting_review") return state === "running" ? "It runs." : "Agreed; it runs in a moment.";
  return `Waits for ${verdict.obligations.reviews.map(({ count, group }) => `${count} of ${group}`).join(" and ")} to agree:`;
}

/** Whoever interrupts does not wait for it: what runs is cancelled, what waits is withdrawn. */
async function takeBack(token: string, { id, state }: Command, terminal: Terminal): Promise<void> {
  const own = { ...terminal, signal: AbortSignal.timeout(5_000) };
  const act = state === "running" ? "cancel" : "withdraw";
  try {
    await postToService(token, `/commands/${id}/${act}`, {}, own);
    terminal.error(`Interrupted: the command was ${act === "cancel" ? "cancelled; look in its room what it had done" : "withdrawn"}.`);
  } catch {
    terminal.error("Interrupted, and the command could not be taken back: look at it in its room.");
  }
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
  const { state, verdict, execution, reviews } = done;
  for (const { connection, state: end, exit, error } of execution?.hosts ?? [])
    terminal.error(
      `${connection.name}: ${end === "skipped" ? "not begun" : end}${exitWords(exit)}${exit === undefined && error ? `: ${error.message}` : ""}`,
    );
  if (state === "succeeded") return EXIT.ok;
  const rejection = reviews.find(({ decision }) => decision === "reject");
  if (state === "denied") throw new Stop(EXIT.finding, `Denied by policy (${verdict.rules.join(", ")}): ${verdict.message}`);
  if (state === "rejected")
    throw new Stop(
      EXIT.finding,
      `Rejected by ${rejection?.reviewer.name ?? "a reviewer"}${rejection?.comment ? `: ${rejection.comment}` : "."}`,
    );
  const error = execution?.error === undefined ? "." : `: ${execution.error.message}`;
  if (state === "unknown") throw new Stop(EXIT.finding, `It ended without a known outcome${error}`);
  throw new Stop(EXIT.finding, `It ended as ${state.replace("_", " ")}${exitWords(execution?.exit)}${error}`);
}

const exitWords = (exit: Exit | undefined): string =>
  exit?.signal !== undefined ? ` (signal ${exit.signal})` : exit?.code === undefined ? "" : ` (exit code ${exit.code})`;

function read(value: unknown): Command {
  const { data } = Command.safeParse(value);
  if (data === undefined) throw unreachable(UNKNOWN_FORM);
  return data;
}
