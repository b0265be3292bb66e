import { FetchedToken, LIMITS, type Command } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { readOptions } from "./options.ts";
import { ended, propose, whyNot } from "./proposed-command.ts";
import { postToService, readAnswer } from "./service.ts";
import type { Terminal } from "./terminal.ts";

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
  const { connection, line: text, reason, room, title } = asked;
  const command = { connection, text, ...(reason === undefined ? {} : { reason }) };
  const proposed = await propose(token, { room, title, asked: command }, terminal);
  const done = await ended(token, proposed, terminal, (one) => tokensOf(one).length > 0);
  for (const { expiresAt, account, audiences } of tokensOf(done))
    terminal.error(`Issued: ${account.namespace}/${account.name} for ${audiences.join(", ") || "the API server"}, until ${expiresAt}.`);
  if (tokensOf(done).length === 0)
    throw new Stop(EXIT.finding, done.state === "succeeded" ? "It succeeded; there is no token." : whyNot(done));
  const [given] = readAnswer(FetchedToken.array(), await postToService(token, `/commands/${done.id}/tokens`, {}, terminal));
  if (given === undefined) throw unreachable("Interlock answers without a token.");
  if (asked.kubeconfig) for (const warning of given.warnings) terminal.error(`Warning: ${warning}`);
  terminal.out(asked.kubeconfig ? given.kubeconfig.trimEnd() : given.token);
  return EXIT.ok;
}

const tokensOf = ({ execution }: Command): NonNullable<NonNullable<Command["execution"]>["tokens"]> => execution?.tokens ?? [];

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
