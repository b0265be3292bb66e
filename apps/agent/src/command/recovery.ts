import { ok, type ResultSummary } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { change, durably } from "./transition.ts";

/**
 * After a start: what was running when the last process ended is `unknown` and never run again (I5); what was counting down is held, because
 * nobody could have objected while the service was away. Rejects when that cannot be written: then the service must not start.
 */
export async function recover(life: Life): Promise<void> {
  const left = await life.db.command.findMany({
    where: { OR: [{ state: "running" }, { state: "approved", runsAt: { not: null } }] },
    select: { id: true, roomId: true, title: true, state: true, execution: { select: { id: true } } },
  });
  for (const command of left) {
    const running = command.state === "running";
    // Read before the transaction: what was recorded up to the crash stays visible (I12).
    const results = running && command.execution !== null ? await recorded(life, command.execution.id) : [];
    const written = await durably<undefined>(life, async (tx) => {
      if (running)
        await tx.execution.updateMany({
          where: { commandId: command.id, endedAt: null },
          data: { endedAt: new Date(), summary: { results } },
        });
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

/** A recording that cannot be read must not keep the service from starting; the command is `unknown` either way. */
async function recorded(life: Life, executionId: string): Promise<ResultSummary[]> {
  try {
    return await life.results.recover(executionId);
  } catch (error) {
    life.log.error({ err: error, executionId }, "what an interrupted run had recorded cannot be read");
    return [];
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
      const events = await change(tx, command, {
        from: ["awaiting_review", "approved"],
        where: { runsAt: null },
        data: { state: "expired" },
        facts,
      });
      return ok({ value: events !== undefined, events: events ?? [] });
    });
    if (written.ok && written.value) await life.announce(command.id);
  }
}
