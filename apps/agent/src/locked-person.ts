import { principalOf, type Db } from "@interlock/db";
import type { CommandService } from "./command/command-service.ts";

/**
 * Cancels what runs for a person who was locked out (I11). Signing out does not: what was agreed belongs to the room, whose members can
 * cancel it.
 */
export async function cancelRunsOf(db: Db, commands: Pick<CommandService, "cancel">, userId: string): Promise<void> {
  const user = await db.user.findUnique({ where: { id: userId }, include: { groups: true } });
  if (user === null) return;
  const running = await db.command.findMany({ where: { proposerId: userId, state: "running" }, select: { id: true } });
  // A refusal means that it has ended by itself meanwhile.
  await Promise.all(running.map(({ id }) => commands.cancel({ principal: principalOf(user), commandId: id })));
}
