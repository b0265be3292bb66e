import { ok, refuse, type Outcome, type Principal } from "@interlock/protocol";
import type { Case } from "../command/judgement.ts";
import type { Membership } from "./membership.ts";

/**
 * The room by which somebody's question is judged. Only one that they are in: rules give way in an incident, and nobody borrows another's. One
 * that is closed is none any more.
 */
export async function judgedRoom(
  membership: Pick<Membership, "roomOf">,
  principal: Principal,
  roomId: string | undefined,
): Promise<Outcome<Case["room"]>> {
  if (roomId === undefined) return ok(undefined);
  const room = await membership.roomOf(roomId);
  if (room === undefined) return refuse("not_found", "There is no such room.");
  if (!room.members.some(({ id }) => id === principal.id)) return refuse("forbidden", "You are not in that room.");
  return ok(room.open ? { id: room.id, severity: room.severity ?? null } : undefined);
}
