import { plainLine } from "@interlock/protocol";

/** The room a question is asked from. */
export const JUDGED_ROOM = plainLine(100)
  .optional()
  .describe("Id of a room that you are in, by which policy judges: its rules may go by an incident.");
