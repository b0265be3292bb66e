import { appendAudit, type Db } from "@interlock/db";
import { CLOSE, type ErrorCode, type Principal } from "@interlock/protocol";
import type { Welcome } from "../door/door.ts";
import type { Log } from "../log.ts";
import type { Membership } from "../room/membership.ts";
import type { Timeline } from "../timeline.ts";
import { DocumentSocket } from "./document-socket.ts";
import type { DocumentStore } from "./document-store.ts";

export interface DocumentWelcomeParts {
  db: Db;
  documents: DocumentStore;
  membership: Membership;
  timeline: Timeline;
  log: Log;
}

/** Seats a browser at a document, as what it is in the document's room. */
export function welcomeToDocument(parts: DocumentWelcomeParts): Welcome {
  const { documents, membership, log } = parts;
  const seats = new Map<DocumentSocket, string>();
  membership.onRole((roomId, userId, role) => {
    for (const [socket, room] of seats) if (room === roomId && socket.userId === userId) socket.role = role;
  });
  return async (live, documentId) => {
    const document = await documents.find(documentId);
    if (document === undefined) {
      live.end(CLOSE.forbidden, "not_found" satisfies ErrorCode);
      return;
    }
    const { roomId } = document;
    const role = await membership.join(roomId, live.principal);
    const opened = await documents.open(documentId);
    if (opened === undefined) {
      live.end(CLOSE.forbidden, "not_found" satisfies ErrorCode);
      return;
    }
    if (live.closed.aborted || opened.live.broken) {
      opened.release();
      live.end(CLOSE.restart, "internal" satisfies ErrorCode);
      return;
    }
    const onRefused = (code: ErrorCode): void => {
      refusalAudited(parts, live.principal, roomId, documentId, code).catch((error: unknown) =>
        log.error({ err: error, documentId }, "a refused update could not be written to the audit log"),
      );
    };
    const socket = new DocumentSocket({ socket: live, live: opened.live, role, onRefused });
    seats.set(socket, roomId);
    live.closed.addEventListener(
      "abort",
      () => {
        seats.delete(socket);
        socket.leave();
        opened.release();
      },
      { once: true },
    );
    // Again, now that a change of role would be told to this seat; nothing has been read from the browser yet.
    socket.role = (await membership.roleIn(roomId, live.principal.id)) ?? "observer";
  };
}

async function refusalAudited(
  parts: DocumentWelcomeParts,
  principal: Principal,
  roomId: string,
  documentId: string,
  code: ErrorCode,
): Promise<void> {
  const data = { documentId, code };
  const event = await parts.db.$transaction((tx) => appendAudit(tx, { type: "update.refused", actor: principal.name, roomId, data }));
  await parts.timeline.publish(event);
}
