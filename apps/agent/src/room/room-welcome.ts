import { CLOSE, type ErrorCode, LIMITS, type RoomSnapshot, type ServerMessage } from "@interlock/protocol";
import type { Welcome } from "../door/door.ts";
import type { Services } from "../services.ts";
import type { Presence } from "./presence.ts";
import type { RoomActs } from "./room-acts.ts";
import { RoomSession } from "./room-session.ts";

export interface RoomWelcomeParts extends RoomActs {
  services: Services;
  presence: Presence;
  demo: boolean;
}

/** Commands that a page is told of when it opens. */
const NEWEST_COMMANDS = 200;
/** Older ones that a page is told of because they have not ended; each comes with its whole impact. */
const UNENDED_COMMANDS = 100;

/** Seats a browser in a room: joins it, tells the others, sends the snapshot. */
export function welcomeToRoom(parts: RoomWelcomeParts): Welcome {
  const { hub, membership, log } = parts;
  const told = (roomId: string): void => {
    membership.tell(roomId).catch((error: unknown) => log.error({ err: error, roomId }, "a room could not be told who is in it"));
  };
  membership.onRole((roomId, userId, role) => {
    for (const socket of hub.sockets(roomId)) {
      if (!(socket instanceof RoomSession) || socket.principal.id !== userId) continue;
      socket.role = role;
      socket.send({ type: "role", role });
    }
  });
  return async (live, roomId) => {
    if ((await membership.roomOf(roomId)) === undefined) {
      live.end(CLOSE.forbidden, "not_found" satisfies ErrorCode);
      return;
    }
    const role = await membership.join(roomId, live.principal);
    if (live.closed.aborted) return;
    const session = new RoomSession(live, roomId, role, parts);
    hub.add(session);
    parts.presence.came(roomId, live.principal);
    told(roomId);
    live.closed.addEventListener("abort", () => leave(parts, session, told), { once: true });
    // Again, now that a change of role would be told to this session; nothing has been read from the browser yet.
    session.role = (await membership.roleIn(roomId, live.principal.id)) ?? "observer";
    session.begin({ type: "snapshot", snapshot: await snapshot(parts, session) } satisfies ServerMessage);
    for (const other of hub.sockets(roomId)) if (other instanceof RoomSession && other.looks !== undefined) session.send(other.looks);
  };
}

function leave({ hub, services, presence }: RoomWelcomeParts, session: RoomSession, told: (roomId: string) => void): void {
  hub.remove(session);
  const { principal, roomId } = session;
  const elsewhere = [...hub.sockets(roomId)].filter((socket) => socket instanceof RoomSession && socket.principal.id === principal.id);
  for (const documentId of session.focused)
    if (!elsewhere.some((socket) => socket instanceof RoomSession && socket.focused.has(documentId)))
      services.drafts.blur({ principal, roomId, documentId });
  if (elsewhere.length > 0) return;
  presence.went(roomId, principal);
  told(roomId);
}

async function snapshot(parts: RoomWelcomeParts, session: RoomSession): Promise<RoomSnapshot> {
  const { membership, documents, services, demo } = parts;
  const { roomId, principal } = session;
  const [room, connections, documentList, { commands, left }, terminals, timeline, auditHead] = await Promise.all([
    membership.roomOf(roomId),
    services.connections.list(),
    documents.documentsOf(roomId),
    services.commands.inView(roomId, NEWEST_COMMANDS, UNENDED_COMMANDS),
    services.terminals.inView(roomId),
    services.timeline.entries(roomId, LIMITS.timelineEntries),
    services.timeline.head(),
  ]);
  if (room === undefined) throw new Error(`room ${roomId} is gone`);
  const policyProblem = services.policy.problem;
  return {
    room,
    me: principal,
    role: session.role,
    connections,
    documents: documentList,
    commands,
    commandsLeft: left,
    timeline,
    drafts: services.drafts.drafts(roomId),
    terminals,
    auditHead,
    ...(policyProblem === undefined ? {} : { policyProblem }),
    demo,
  };
}
