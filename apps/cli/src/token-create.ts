import { appendAudit, hashToken, newToken } from "@interlock/db";
import { EXIT, type ExitCode, Stop, usage } from "./exit.ts";
import { readOptions } from "./options.ts";
import { withDatabase } from "./own-database.ts";
import type { Terminal } from "./terminal.ts";

export async function tokenCreate(args: string[], terminal: Terminal): Promise<ExitCode> {
  const name = readOptions(args, ["user"], 0).values["user"];
  if (!name) throw usage("For whom? Give --user NAME.");
  const token = newToken();
  await withDatabase(terminal, async (db) => {
    const user = await db.user.findUnique({ where: { name } });
    if (user === null) throw new Stop(EXIT.finding, `There is nobody called ${JSON.stringify(name)}.`);
    if (user.lockedAt !== null) throw new Stop(EXIT.finding, `${name} is locked out.`);
    await db.$transaction(async (tx) => {
      const { id } = await tx.apiToken.create({ data: { userId: user.id, hash: hashToken(token) } });
      await appendAudit(tx, { type: "token.created", actor: "system", data: { token: id, user: name, via: "command line" } });
    });
  });
  terminal.out(token);
  return EXIT.ok;
}
