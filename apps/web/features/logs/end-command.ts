import type { CommandState, ErrorCode } from "@interlock/protocol";
import type { Answer, Request } from "../room/room-connection.ts";

/**
 * Ends a command that is wanted no longer: what runs is cancelled, what waits is withdrawn, so that nobody agrees to it later and it runs on
 * unseen. One that has begun in the meantime is cancelled, one that has ended is what was wanted. `state` as it is known here, if it is.
 */
export async function endCommand(
  ask: (request: Request, handled: readonly ErrorCode[]) => Promise<Answer>,
  commandId: string,
  state: CommandState | undefined,
): Promise<void> {
  const acts = state === "running" ? (["command.cancel"] as const) : (["command.withdraw", "command.cancel"] as const);
  for (const type of acts) {
    const answer = await ask({ type, commandId }, ["wrong_state"]);
    if (answer.ok || answer.code !== "wrong_state") return;
  }
}
