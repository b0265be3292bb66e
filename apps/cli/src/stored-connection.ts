import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connector, Target } from "@interlock/connector";
import { appendAudit, openSecret } from "@interlock/db";
import { DEFAULT_POLICY, type JudgeInput, maskRules, parsePolicy } from "@interlock/policy";
import { Environment, STANDARD_INPUT, type AuditType } from "@interlock/protocol";
import { CONNECTORS } from "./connectors.ts";
import { EXIT, Stop, unreachable, usage } from "./exit.ts";
import type { GivenFiles } from "./given-files.ts";
import { readSecrets } from "./embedded.ts";
import { withDatabase } from "./own-database.ts";
import type { Terminal } from "./terminal.ts";

/** A stored connection: its target, and what policy goes by. */
export interface Stored {
  target: Target;
  connection: JudgeInput["connection"];
}

/** A stored connection, to analyse `text` with what it reads. */
export function openStored(name: string, { text, files }: { text: string; files: GivenFiles }, terminal: Terminal): Promise<Stored> {
  const data = { textSha256: createHash("sha256").update(text).digest("hex") };
  return openNamed(name, terminal, { type: "draft.analysed", data, check: (connector) => checkFiles(connector, text, files) });
}

interface Asked {
  type: AuditType;
  data?: Record<string, string>;
  /** Stops where the connector cannot be asked this. */
  check?(connector: Connector): void;
}

/** The target of a stored connection. That somebody asks it is in the audit log before anything is asked (I1). */
export async function openLogged(name: string, terminal: Terminal, asked: Asked): Promise<Target> {
  const { target } = await openNamed(name, terminal, asked);
  return target;
}

async function openNamed(name: string, terminal: Terminal, { type, data: asked = {}, check }: Asked): Promise<Stored> {
  const columns = await maskedColumns(terminal.config.home);
  return withDatabase(terminal, async (db) => {
    const row = await db.connection.findUnique({ where: { name } });
    if (row === null) {
      const names = (await db.connection.findMany({ select: { name: true }, orderBy: { name: "asc" } })).map((known) => known.name);
      throw new Stop(
        EXIT.finding,
        `There is no connection ${JSON.stringify(name)}. There ${names.length > 0 ? `are: ${names.join(", ")}` : "is none yet"}.`,
      );
    }
    const connector = CONNECTORS.find((known) => known.name === row.connector);
    if (connector === undefined) throw new Stop(EXIT.finding, `This version has no connector ${row.connector}.`);
    check?.(connector);
    const key = Buffer.from(terminal.config.key ?? (await readSecrets(terminal.config.home)).key, "base64");
    const secret = open(connector, key, row);
    const data = { connection: name, connectionId: row.id, ...asked, via: "command line" };
    await db.$transaction((tx) => appendAudit(tx, { type, actor: "system", data }));
    const labels = Object.fromEntries(
      Object.entries((row.labels ?? {}) as object).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
    );
    return {
      target: connector.open({ connectionName: name, secret, maskedColumns: () => columns, host: terminal.config.host }),
      connection: { name, connector: connector.name, environment: Environment.parse(row.environment), labels },
    };
  });
}

/** The same as the service says: a missing file is named, and one that nothing reads is a mistake. */
function checkFiles(connector: Connector, text: string, files: GivenFiles): void {
  const named = connector.files?.(text) ?? { names: [], folders: [], stdin: false };
  const reads = (name: string): boolean =>
    name === STANDARD_INPUT
      ? named.stdin
      : named.folders.length > 0 || named.names.some((one) => one === name || name.startsWith(`${one}/`));
  const idle = [...files.keys()].find((name) => !reads(name));
  if (idle !== undefined)
    throw usage(idle === STANDARD_INPUT ? "Nothing of it reads standard input." : `Nothing of it reads the file ${idle}.`);
  const missing = named.names.find((name) => !files.has(name) && ![...files.keys()].some((one) => one.startsWith(`${name}/`)));
  if (missing !== undefined) throw new Stop(EXIT.finding, `There is no file ${missing}: give it with --file ${missing}=PATH.`);
  if (named.stdin && !files.has(STANDARD_INPUT))
    throw new Stop(EXIT.finding, "Nothing is given for its standard input: give it with --stdin PATH.");
}

function open(connector: Connector, key: Uint8Array, row: { id: string; secret: Uint8Array }): unknown {
  try {
    return connector.readSecret(openSecret(key, row.id, row.secret));
  } catch (error) {
    throw unreachable(error instanceof Error ? error.message : String(error), error);
  }
}

/** From the policy file; the default one where there is none yet. */
async function maskedColumns(home: string): Promise<string[]> {
  const text = await readFile(join(home, "policy.yaml"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return DEFAULT_POLICY;
    throw error;
  });
  const parsed = parsePolicy(text);
  // Nothing is counted on any column then: a mask that cannot be read may be a mask on everything.
  return parsed.ok ? maskRules(parsed.policy).columns : ["*.*.*"];
}
