import { HostKey, HostKeys } from "@interlock/protocol";
import { z } from "zod";
import { EXIT, type ExitCode, Stop, usage } from "./exit.ts";
import { readOptions } from "./options.ts";
import { getFromService, postToService, readAnswer } from "./service.ts";
import type { Terminal } from "./terminal.ts";

const Named = z.array(z.object({ name: z.string(), connector: z.string() }));

/** A key with the connection whose host answered with it. */
interface Met extends HostKey {
  connection: string;
}

/**
 * Keys that hosts answered with: which wait for an administrator's word, and that word. A key is approved by its fingerprint, whole: who types
 * it, or pastes it from the host's own console, has compared it.
 */
export async function hostKey(args: string[], terminal: Terminal): Promise<ExitCode> {
  const [what = "list", ...rest] = args[0]?.startsWith("-") === true ? ["list", ...args] : args;
  const { token } = terminal.config;
  if (token === undefined) throw usage("Set INTERLOCK_TOKEN (interlock token create): the running service knows the keys.");
  if (what === "list") return list(token, rest, terminal);
  if (what === "approve" || what === "refuse") return decide(token, what, rest, terminal);
  throw usage(`There is no host-key ${JSON.stringify(what)}; it is list, approve or refuse.`);
}

async function list(token: string, args: string[], terminal: Terminal): Promise<ExitCode> {
  const all = args.includes("--all");
  const { values } = readOptions(
    args.filter((word) => word !== "--all"),
    ["connection", "format"],
    0,
  );
  const { connection, format = "text" } = values;
  if (format !== "text" && format !== "json") throw usage(`There is no format ${JSON.stringify(format)}; it is text or json.`);
  const keys = (await met(token, connection, terminal)).filter(({ state }) => all || connection !== undefined || state === "met");
  if (format === "json") terminal.out(JSON.stringify(keys, null, 2));
  else if (keys.length === 0) terminal.out(all ? "No host has answered yet." : "No key waits to be approved.");
  else terminal.out(keys.map(wordsOf).join("\n"));
  return EXIT.ok;
}

async function decide(token: string, decision: "approve" | "refuse", args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args, ["connection"], 1);
  const { connection } = values;
  const [fingerprint] = positionals;
  if (!connection) throw usage("Of which connection? Give --connection NAME.");
  if (fingerprint === undefined || !/^SHA256:[A-Za-z0-9+/]{43}$/.test(fingerprint))
    throw usage("Which key? Give its fingerprint as the host itself shows it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
  const found = (await met(token, connection, terminal)).filter((key) => key.fingerprint === fingerprint);
  if (found.length === 0)
    throw new Stop(
      EXIT.finding,
      `No host of ${connection} answered with ${fingerprint}. If that is what the host itself shows, somebody else answered in its place.`,
    );
  // A jump host may be one of the connection's own: the same key of two addresses is two keys.
  for (const { id, host } of found) {
    const answer = await postToService(
      token,
      `/connections/${encodeURIComponent(connection)}/host-keys/${id}`,
      { decision, fingerprint },
      terminal,
    );
    readAnswer(HostKey, answer);
    terminal.out(`${decision === "approve" ? "approved" : "refused"} ${fingerprint} of ${host}`);
  }
  return EXIT.ok;
}

/** Of one connection, or of all that are reached by SSH. */
async function met(token: string, connection: string | undefined, terminal: Terminal): Promise<Met[]> {
  const names = connection === undefined ? await hosts(token, terminal) : [connection];
  const keys: Met[] = [];
  for (const name of names) {
    const answer = readAnswer(HostKeys, await getFromService(token, `/connections/${encodeURIComponent(name)}/host-keys`, terminal));
    keys.push(...answer.keys.map((key) => ({ ...key, connection: name })));
  }
  return keys;
}

async function hosts(token: string, terminal: Terminal): Promise<string[]> {
  const answer = readAnswer(Named, await getFromService(token, "/connections?ping=false", terminal));
  return answer.filter(({ connector }) => connector === "ssh").map(({ name }) => name);
}

const STATES = { met: "waits", approved: "approved", refused: "refused" } as const;

function wordsOf({ connection, host, algorithm, fingerprint, state, metAt, decidedBy, decidedAt }: Met): string {
  const by = decidedBy === undefined ? `since ${metAt}` : `by ${decidedBy}, ${decidedAt}`;
  return `${connection}  ${host}  ${algorithm}  ${fingerprint}  ${STATES[state]} ${by}`;
}
