import { setTimeout as pause } from "node:timers/promises";
import { Command, FetchedToken, FINAL_STATES, LIMITS } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { readOptions } from "./options.ts";
import { getFromService, postToService, serviceUrl } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** How often it is asked whether people have agreed, in milliseconds: what nobody needs to agree to is done in a moment. */
const [FIRST_MS, LOOK_MS] = [100, 1_000] as const;

/** A name of Kubernetes (RFC 1123 subdomain), which is one word of a line whatever it says. */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
/** As kubectl reads it: `15m`, `1h30m`. */
const DURATION = /^(?=\d)(\d+h)?(\d+m)?(\d+s)?$/;

interface Asked {
  connection: string;
  line: string;
  title: string;
  room: string | undefined;
  reason: string | undefined;
  kubeconfig: boolean;
}

/**
 * Proposes `kubectl create token`, waits until people have agreed and it ran, and prints the token, or a kubeconfig with it, and nothing else;
 * all words go to standard error. Interrupted while it waits, it takes the command back.
 */
export async function tokenOutside(args: string[], terminal: Terminal): Promise<ExitCode> {
  const asked = readAsked(args);
  const { token } = terminal.config;
  if (token === undefined)
    throw usage("Set INTERLOCK_TOKEN (interlock token create): the running service hands a token to the person who asked for it.");
  const room = asked.room ?? (await openRoom(token, asked.title, terminal));
  const { connection, line: text, reason } = asked;
  const proposed = read(
    Command,
    await postToService(token, `/rooms/${room}/commands`, { connection, text, ...(reason === undefined ? {} : { reason }) }, terminal),
  );
  const done = await ended(token, proposed, terminal);
  for (const { expiresAt, account, audiences } of done.execution?.tokens ?? [])
    terminal.error(`Issued: ${account.namespace}/${account.name} for ${audiences.join(", ") || "the API server"}, until ${expiresAt}.`);
  if ((done.execution?.tokens ?? []).length === 0) throw new Stop(EXIT.finding, whyNot(done));
  const [given] = read(FetchedToken.array(), await postToService(token, `/commands/${done.id}/tokens`, {}, terminal));
  if (given === undefined) throw unreachable("Interlock answers without a token.");
  if (asked.kubeconfig) for (const warning of given.warnings) terminal.error(`Warning: ${warning}`);
  terminal.out(asked.kubeconfig ? given.kubeconfig.trimEnd() : given.token);
  return EXIT.ok;
}

function readAsked(args: string[]): Asked {
  const { kubeconfig, rest } = withSwitch(args, "--kubeconfig");
  const names = ["connection", "service-account", "duration", "audience", "reason", "room"];
  const { values } = readOptions(rest, names, 0);
  const { connection, duration, audience, reason, room } = values;
  const account = values["service-account"];
  if (!connection) throw usage("Of which cluster? Give --connection NAME.");
  const [namespace = "", name = "", ...more] = (account ?? "").split("/");
  if (!NAME.test(namespace) || !NAME.test(name) || more.length > 0) throw usage("Whose? Give --service-account NAMESPACE/NAME.");
  if (duration !== undefined && !DURATION.test(duration))
    throw usage(`--duration ${JSON.stringify(duration)} is no time such as 15m or 1h.`);
  if (audience !== undefined && !/^[\x21-\x7e]+$/.test(audience)) throw usage("--audience is one word, such as https://vault.example.com.");
  if (reason !== undefined && reason.length > LIMITS.reasonChars) throw usage(`--reason is at most ${LIMITS.reasonChars} characters.`);
  const line = [
    `kubectl create token ${name} -n ${namespace}`,
    ...(duration === undefined ? [] : [`--duration=${duration}`]),
    ...(audience === undefined ? [] : [`'--audience=${audience.replaceAll("'", `'\\''`)}'`]),
  ].join(" ");
  return { connection, line, title: `Token of ${namespace}/${name}`.slice(0, LIMITS.titleChars), room, reason, kubeconfig };
}

/** Options of this command line take a value, but for this one. */
function withSwitch(args: readonly string[], name: string): { kubeconfig: boolean; rest: string[] } {
  return { kubeconfig: args.includes(name), rest: args.filter((word) => word !== name) };
}

async function openRoom(token: string, title: string, terminal: Terminal): Promise<string> {
  const { id } = ((await postToService(token, "/rooms", { title }, terminal)) ?? {}) as { id?: unknown };
  if (typeof id !== "string") throw unreachable(UNKNOWN_FORM);
  return id;
}

/** Resolves when the command has ended, or has a token to hand out; says what it waits for as it changes. */
async function ended(token: string, proposed: Command, terminal: Terminal): Promise<Command> {
  const url = new URL(`/rooms/${proposed.roomId}?command=${proposed.id}`, await serviceUrl(terminal));
  let told = "";
  let wait: number = FIRST_MS;
  for (let command = proposed; ; command = read(Command, await getFromService(token, `/commands/${proposed.id}`, terminal))) {
    if (FINAL_STATES.has(command.state) || (command.execution?.tokens ?? []).length > 0) return command;
    const words = waitsFor(command);
    if (words !== told) terminal.error(`${words} ${told === "" ? url.href : ""}`.trimEnd());
    told = words;
    try {
      await pause(wait, undefined, { signal: terminal.signal });
      wait = Math.min(wait * 2, LOOK_MS);
    } catch (error) {
      await withdraw(token, command, terminal);
      throw error;
    }
  }
}

function waitsFor({ state, verdict }: Command): string {
  if (state !== "awaiting_review") return state === "running" ? "It runs." : "Agreed; it runs in a moment.";
  const demands = verdict.obligations.reviews.map(({ count, group }) => `${count} of ${group}`);
  return `Waits for ${demands.join(" and ")} to agree:`;
}

/** Nobody would fetch what is agreed to later. Whoever interrupted waits for no more than this. */
async function withdraw(token: string, { id }: Command, terminal: Terminal): Promise<void> {
  const own = { ...terminal, signal: AbortSignal.timeout(5_000) };
  try {
    await postToService(token, `/commands/${id}/withdraw`, {}, own);
    terminal.error("Interrupted: the command was withdrawn.");
  } catch {
    terminal.error(`Interrupted, and the command could not be withdrawn: look at it in its room.`);
  }
}

function whyNot({ state, verdict, execution, reviews }: Command): string {
  const rejection = reviews.find(({ decision }) => decision === "reject");
  if (state === "denied") return `Denied by policy (${verdict.rules.join(", ")}): ${verdict.message}`;
  if (state === "rejected")
    return `Rejected by ${rejection?.reviewer.name ?? "a reviewer"}${rejection?.comment ? `: ${rejection.comment}` : "."}`;
  const error = execution?.error === undefined ? "." : `: ${execution.error.message}`;
  if (state === "failed") return `It failed${error}`;
  return state === "unknown" ? `It ended without a known outcome${error}` : `It ended as ${state.replace("_", " ")}; there is no token.`;
}

const UNKNOWN_FORM = "Interlock answers in a form that this version does not know.";

function read<T>(reader: { safeParse(value: unknown): { success: boolean; data?: T } }, value: unknown): T {
  const { data } = reader.safeParse(value);
  if (data === undefined) throw unreachable(UNKNOWN_FORM);
  return data;
}
