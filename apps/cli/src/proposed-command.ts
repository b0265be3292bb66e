import { setTimeout as pause } from "node:timers/promises";
import { Command, FINAL_STATES, type Exit } from "@interlock/protocol";
import { unreachable } from "./exit.ts";
import { getFromService, postToService, readAnswer, serviceUrl, UNKNOWN_FORM } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** How often it is asked whether people have agreed, in milliseconds: what nobody needs to agree to is done in a moment. */
const [FIRST_MS, LOOK_MS] = [100, 1_000] as const;

/** Proposes what `asked` says in a room; in a new one of this title where none is given. */
export async function propose(
  token: string,
  { room, title, asked }: { room: string | undefined; title: string; asked: object },
  terminal: Terminal,
): Promise<Command> {
  const into = room ?? (await openRoom(token, title, terminal));
  return readAnswer(Command, await postToService(token, `/rooms/${into}/commands`, asked, terminal));
}

async function openRoom(token: string, title: string, terminal: Terminal): Promise<string> {
  const { id } = ((await postToService(token, "/rooms", { title }, terminal)) ?? {}) as { id?: unknown };
  if (typeof id !== "string") throw unreachable(UNKNOWN_FORM);
  return id;
}

/**
 * Resolves when the command has ended, or `enough` is true of it; says what it waits for as it changes. Interrupted, it takes back or cancels what
 * was proposed.
 */
export async function ended(
  token: string,
  proposed: Command,
  terminal: Terminal,
  enough: (command: Command) => boolean = () => false,
): Promise<Command> {
  const url = new URL(`/rooms/${proposed.roomId}?command=${proposed.id}`, await serviceUrl(terminal));
  let told = "";
  let wait: number = FIRST_MS;
  for (let command = proposed; ; command = readAnswer(Command, await getFromService(token, `/commands/${proposed.id}`, terminal))) {
    if (FINAL_STATES.has(command.state) || enough(command)) return command;
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

/** How a command that did not succeed ended, in words for people. */
export function whyNot({ state, verdict, execution, reviews }: Command): string {
  const rejection = reviews.find(({ decision }) => decision === "reject");
  if (state === "denied") return `Denied by policy (${verdict.rules.join(", ")}): ${verdict.message}`;
  if (state === "rejected")
    return `Rejected by ${rejection?.reviewer.name ?? "a reviewer"}${rejection?.comment ? `: ${rejection.comment}` : "."}`;
  const error = execution?.error === undefined ? "." : `: ${execution.error.message}`;
  if (state === "unknown") return `It ended without a known outcome${error}`;
  return `It ended as ${state.replace("_", " ")}${exitWords(execution?.exit)}${error}`;
}

export const exitWords = (exit: Exit | undefined): string =>
  exit?.signal !== undefined ? ` (signal ${exit.signal})` : exit?.code === undefined ? "" : ` (exit code ${exit.code})`;
