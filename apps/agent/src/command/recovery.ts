import { Execution, ok, type HostRun, type ResultSummary } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import type { ExecutionSummary } from "./command-row.ts";
import { change, durably } from "./transition.ts";

/**
 * After a start: what was running when the last process ended is `unknown` and never run again (I5); what was counting down is held, because
 * nobody could have objected while the service was away. Rejects when that cannot be written: then the service must not start.
 */
export async function recover(life: Life): Promise<void> {
  const left = await life.db.command.findMany({
    where: { OR: [{ state: "running" }, { state: "approved", runsAt: { not: null } }] },
    select: { id: true, roomId: true, title: true, state: true, execution: { select: { id: true, summary: true } } },
  });
  for (const command of left) {
    const running = command.state === "running";
    // Read before the transaction: what was recorded up to the crash stays visible (I12).
    const summary = running && command.execution !== null ? await recorded(life, command.execution) : {};
    const written = await durably<undefined>(life, async (tx) => {
      if (running)
        await tx.execution.updateMany({
          where: { commandId: command.id, endedAt: null },
          data: { endedAt: new Date(), summary },
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
async function recorded(
  life: Life,
  { id, summary }: { id: string; summary: unknown },
): Promise<Pick<ExecutionSummary, "results" | "hosts">> {
  const hosts = Execution.pick({ hosts: true }).parse(summary).hosts?.map(leftBehind);
  let results: ResultSummary[] = [];
  try {
    results = await life.results.recover(id);
  } catch (error) {
    life.log.error({ err: error, executionId: id }, "what an interrupted run had recorded cannot be read");
  }
  if (hosts === undefined) return { results };
  return {
    hosts,
    results: results.map((result) => {
      const host = hosts[result.statement]?.connection.name;
      return host === undefined ? result : { ...result, host };
    }),
  };
}

/** A host is marked durably before anything is sent to it: one that was not was not begun, and one that had not ended is not known. */
function leftBehind(host: HostRun): HostRun {
  if (host.state === "running") return { ...host, state: "unknown" };
  return host.state === "waiting" ? { ...host, state: "skipped" } : host;
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
