import { createHash } from "node:crypto";
import { appendAudit, hashPassword } from "@interlock/db";
import { EXIT, type ExitCode, Stop, usage } from "./exit.ts";
import { inputText } from "./input-text.ts";
import { readOptions } from "./options.ts";
import { withDatabase } from "./own-database.ts";
import type { Terminal } from "./terminal.ts";

const NAME = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;
const GROUP = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const PASSWORD_BYTES = 1024;
/** Shortest that NIST SP 800-63B-4 lets stand alone. */
const SHORTEST = 15;
/** As in the demo: apart from each other, and from the colours that mean an effect. */
const COLORS = ["#5b8cff", "#a78bfa", "#3fb68b", "#e0a458", "#e879a6", "#4fb6c9"] as const;

/** The password comes by file or standard input, never as an argument. */
export async function userAdd(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = readOptions(args, ["groups", "display"], 2);
  const [name, file] = positionals;
  if (name === undefined || !NAME.test(name)) throw usage("Who? Give a NAME of lower-case letters, digits, dots and hyphens.");
  const groups = (values["groups"] ?? "").split(",").filter((group) => group !== "");
  const wrong = groups.find((group) => !GROUP.test(group));
  if (wrong !== undefined) throw usage(`${JSON.stringify(wrong)} is no name of a group.`);
  const password = (await inputText(file, PASSWORD_BYTES, terminal)).replace(/\r?\n$/, "");
  if ([...password].length < SHORTEST) throw new Stop(EXIT.finding, `A password has at least ${SHORTEST} characters.`);
  const passwordHash = await hashPassword(password);
  await withDatabase(terminal, async (db) => {
    if ((await db.user.findUnique({ where: { name } })) !== null)
      throw new Stop(EXIT.finding, `There is somebody called ${JSON.stringify(name)} already.`);
    const color = COLORS[createHash("sha256").update(name).digest()[0]! % COLORS.length]!;
    await db.$transaction(async (tx) => {
      await tx.user.create({
        data: { name, displayName: values["display"] ?? name, color, passwordHash, groups: { create: groups.map((group) => ({ group })) } },
      });
      await appendAudit(tx, { type: "user.created", actor: "system", data: { user: name, groups, via: "command line" } });
    });
  });
  terminal.out(`added ${name}`);
  return EXIT.ok;
}
