import type { RoomState } from "../room/room-state.ts";
import type { BufferState } from "./object-buffer.ts";

/** Whether a person may type into an object. Without a connection, too: only what is asked of the agent waits for one. */
export const mayType = ({ role, room }: Pick<RoomState, "role" | "room">, { phase, gone }: Pick<BufferState, "phase" | "gone">): boolean =>
  role !== "observer" && room?.open !== false && phase === "here" && !gone;

/**
 * Whether the plan in view may be proposed as far as the object goes: it is of the text, nobody's fields are taken unasked, and it is not
 * proposed already.
 */
export const mayPropose = ({ plan, text, planning, proposing, proposed, force }: BufferState): boolean =>
  plan !== undefined &&
  plan.of === text &&
  !planning &&
  !proposing &&
  proposed?.text !== text &&
  (plan.edit.conflicts.length === 0 || force);
