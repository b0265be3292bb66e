import { ok } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { change, durably } from "./transition.ts";

/**
 * After a start: what was running when the last process ended is `unknown` and never run again (I5); what was counting down is held, because
 * nobody could have objected while the service was away. Rejects when that cannot be written: then the service must not start.
 */
export async function recover(life: Life): Promise<void> {
  const left = await life.db.command.findMany({
    where: { OR: [{ state: "running" }, { state: "approved", runsAt: { not: null } }] },
    select: { id: true, roomId: true, title: true, state: true },
  });
  for (const command of left) {
    const running = command.state === "running";
    const written = await durably<undefined>(life, async (tx) => {
      if (running) await tx.execution.updateMany({ where: { commandId: command.id, endedAt: null }, data: { endedAt: new Date() } });
      const data = { title: command.title, why: "restart" };
      const events = await change(
        tx,
        command,
        running
          ? { from: ["running"], data: { state: "unknown" }, facts: [{ type: "command.unknown", actor: "system", data }] }
          : { from: ["approved"], data: { state: "approved", runsAt: null }, facts: [{ type: "command.held", actor: "system", data }] },
      );
      return ok({ value: undefined, events: events ?? [] });
    });
    if (!written.ok) throw new Error(`Command ${command.id} was interrupted and that cannot be written to the log.`);
    await life.announce(command.id);
  }
}

/** Ends what waited too long: for reviews, or held. Commands that count down or run are left alone. */
export async function expire(life: Life): Promise<void> {
  const waiting = { OR: [{ state: "awaiting_review" }, { state: "approved", runsAt: null }] };
  const late = await life.db.command.findMany({
    where: { ...waiting, expiresAt: { lte: new Date() } },
    select: { id: true, roomId: true, title: true },
    take: 100,
  });
  for (const command of late) {
    const facts = [{ type: "command.expired", actor: "system", data: { title: command.title } }] as const;
    const written = await durably<boolean>(life, async (tx) => {
      const events = await change(tx, command, { from: ["awaiting_review", "approved"], where: { runsAt: null }, data: { state: "expired" }, facts });
      return ok({ value: events !== undefined, events: events ?? [] });
    });
    if (written.ok && written.value) await life.announce(command.id);
  }
}
