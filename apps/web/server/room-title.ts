import { cache } from "react";
import { currentSession } from "./current-session.ts";
import { database } from "./database.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/** The title of a room for the browser's tab; undefined when there is no such room, or for nobody. */
export const roomTitle = cache(async (id: string): Promise<string | undefined> => {
  if (!UUID.test(id) || !(await currentSession())) return undefined;
  const room = await database().room.findUnique({ where: { id }, select: { title: true } });
  return room?.title;
});
