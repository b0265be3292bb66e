import { randomUUID } from "node:crypto";
import { appendAudit, sealSecret } from "@interlock/db";
import { Environment } from "@interlock/protocol";
import { CONNECTORS } from "./connectors.ts";
import { readSecrets } from "./embedded.ts";
import { EXIT, type ExitCode, Stop, usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import { readOptions } from "./options.ts";
import { withDatabase } from "./own-database.ts";
import type { Terminal } from "./terminal.ts";

/** A kubeconfig with certificates is a few kilobytes; many clusters in one file are some hundred. */
const SECRET_BYTES = 1024 * 1024;
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The credential comes by file or standard input, never as an argument, which every user of the host can read. */
export async function connectionAdd(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args, ["connector", "environment", "labels"], 2);
  const [name, file] = positionals;
  if (name === undefined || !NAME.test(name)) throw usage("What is it called? Give a NAME of lower-case letters, digits and hyphens.");
  const connector = CONNECTORS.find((known) => known.name === values["connector"]);
  if (connector === undefined) throw usage(`Which connector? Give --connector ${CONNECTORS.map((known) => known.name).join("|")}.`);
  const environment = Environment.safeParse(values["environment"]);
  if (!environment.success) throw usage(`Which environment? Give --environment ${Environment.options.join("|")}.`);
  const labels = labelsOf(values["labels"]);
  const secret = secretOf(connector.name, await inputText(file, SECRET_BYTES, terminal));
  try {
    connector.readSecret(secret);
  } catch (error) {
    throw new Stop(EXIT.finding, error instanceof Error ? error.message : String(error), { cause: error });
  }
  const key = Buffer.from(terminal.config.key ?? (await readSecrets(terminal.config.home)).key, "base64");
  await withDatabase(terminal, async (db) => {
    if ((await db.connection.findUnique({ where: { name } })) !== null)
      throw new Stop(EXIT.finding, `There is a connection ${JSON.stringify(name)} already.`);
    const id = randomUUID();
    const kept = { name, connector: connector.name, environment: environment.data };
    await db.$transaction(async (tx) => {
      await tx.connection.create({ data: { id, ...kept, labels, secret: sealSecret(key, id, secret) } });
      await appendAudit(tx, { type: "connection.created", actor: "system", data: { connectionId: id, ...kept, via: "command line" } });
    });
  });
  terminal.out(`added ${name}`);
  return EXIT.ok;
}

/** `a=b,c=d`. */
function labelsOf(text: string | undefined): Record<string, string> {
  if (text === undefined || text === "") return {};
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw usage(`Labels are written name=value,name=value; ${JSON.stringify(pair)} is not.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** JSON of the connector's own shape; for a cluster a kubeconfig as it is, for a database its URL. */
function secretOf(connector: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is what people have at hand.
    return connector === "kubernetes" ? { kubeconfig: text } : { read: text.trim() };
  }
}
