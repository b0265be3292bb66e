import { liveSession, type Db } from "@interlock/db";
import {
  CLOSE,
  ok,
  refuse,
  Verdict,
  type ClientMessage,
  type Command,
  type Outcome,
  type Principal,
  type Role,
  type Terminal,
} from "@interlock/protocol";
import { isPrivate } from "../command/shown-secrets.ts";
import type { DocumentStore } from "../document/document-store.ts";
import type { Log } from "../log.ts";
import type { Services } from "../services.ts";
import type { Membership } from "./membership.ts";
import type { RoomHub } from "./room-hub.ts";
import type { RoomSession } from "./room-session.ts";

export interface RoomActs {
  db: Db;
  hub: RoomHub;
  membership: Membership;
  documents: DocumentStore;
  services: Pick<Services, "commands" | "drafts" | "results" | "objects" | "terminals">;
  log: Log;
}

type Answer = Promise<Outcome<Record<string, unknown>>>;
const DONE = ok({});

/** What every message of a browser does, after it is asked whether this person may do it now (I13). Expected refusals are values. */
export async function handleMessage(acts: RoomActs, socket: RoomSession, message: ClientMessage): Answer {
  const { commands, drafts, results, objects, terminals } = acts.services;
  const { principal, roomId } = socket;
  switch (message.type) {
    case "ping":
      return DONE;
    case "look": {
      const { terminalId, documentId } = message;
      socket.looks = {
        type: "looks",
        userId: principal.id,
        ...(terminalId === undefined ? {} : { terminalId }),
        ...(documentId === undefined ? {} : { documentId }),
      };
      acts.hub.broadcast(roomId, socket.looks);
      return DONE;
    }
    case "draft.focus": {
      const { documentId, anchor, head } = message;
      // Observers have no drafts; what their page says about its cursor costs the target nothing.
      if (socket.role === "observer") return DONE;
      // At once: what is asked below may be answered for a later place before it is for an earlier one.
      socket.cursors.set(documentId, { anchor, head });
      if (!(await stillHere(acts, socket))) return refuse("unauthenticated");
      if (!socket.focused.has(documentId)) {
        if (!(await inRoom(acts, roomId, documentId))) {
          socket.cursors.delete(documentId);
          return refuse("not_found", "there is no such document in this room");
        }
        socket.focused.add(documentId);
      }
      const cursor = socket.cursors.get(documentId);
      if (cursor !== undefined) drafts.focus({ principal, roomId, documentId, ...cursor });
      return DONE;
    }
    case "draft.blur":
      socket.cursors.delete(message.documentId);
      if (socket.focused.delete(message.documentId)) drafts.blur({ principal, roomId, documentId: message.documentId });
      return DONE;
    case "complete": {
      const { documentId, text, offset } = message;
      if (!(await stillHere(acts, socket))) return refuse("unauthenticated");
      if (!(await inRoom(acts, roomId, documentId))) return refuse("not_found", "there is no such document in this room");
      return ok({ items: await drafts.complete({ documentId, text, offset }) });
    }
    case "result.pull":
      if (!(await stillHere(acts, socket))) return refuse("unauthenticated");
      if (!(await resultInRoom(acts, roomId, message.executionId, principal.id)))
        return refuse("not_found", "there is no such result in this room that is shown to you");
      results.pull(socket, message);
      return DONE;
    case "result.stop":
      results.stop(socket, message);
      return DONE;
    case "command.propose":
      return (await mayAct(acts, socket, "responder")) ?? propose(acts, principal, roomId, message);
    case "command.undo": {
      const { commandId, key, reason, maxRows, rest, dryRun = false } = message;
      const said = {
        ...(reason === undefined ? {} : { reason }),
        ...(maxRows === undefined ? {} : { maxRows }),
        ...(rest === undefined ? {} : { rest }),
      };
      return onCommand(acts, socket, commandId, () => commands.undo({ principal, commandId, key, dryRun, ...said }), theCommand);
    }
    case "command.again": {
      const { commandId, key } = message;
      return onCommand(acts, socket, commandId, () => commands.again({ principal, commandId, key }), theCommand);
    }
    case "command.review":
      return onCommand(acts, socket, message.commandId, () => {
        const { commandId, digest, decision, comment } = message;
        return commands.review({ principal, commandId, digest, decision, ...(comment === undefined ? {} : { comment }) });
      });
    case "command.hold":
      return onCommand(acts, socket, message.commandId, () => commands.hold({ principal, commandId: message.commandId }));
    case "command.run":
      return onCommand(acts, socket, message.commandId, () =>
        commands.run({ principal, commandId: message.commandId, digest: message.digest }),
      );
    case "command.cancel":
      return cancelRun(acts, socket, message.commandId);
    case "command.withdraw":
      return onCommand(acts, socket, message.commandId, () => commands.withdraw({ principal, commandId: message.commandId }));
    case "objects.kinds":
      return (await mayLook(acts, socket)) ?? objects.kinds(socket, message.connectionId);
    case "objects.counts":
      return (await mayLook(acts, socket)) ?? objects.counts(socket, message.connectionId, message.namespace);
    case "objects.watch": {
      const { type: _type, ...scope } = message;
      return (await mayLook(acts, socket)) ?? objects.watch(socket, scope);
    }
    case "objects.unwatch": {
      const { type: _type, ...scope } = message;
      objects.unwatch(socket, scope);
      return DONE;
    }
    case "object.schema":
      return (await mayLook(acts, socket)) ?? objects.schema(socket, message.connectionId, message.kind);
    case "object.read": {
      const { type: _type, id: _id, ...ref } = message;
      return (await mayLook(acts, socket)) ?? told(await objects.read(socket, ref));
    }
    case "object.edit": {
      const { type: _type, id: _id, base, text, force, ...ref } = message;
      return (await mayAct(acts, socket, "responder")) ?? told(await objects.edit(socket, ref, { base, text, force }));
    }
    case "terminal.offer": {
      const { connectionId, pod } = message;
      return (await mayAct(acts, socket, "responder")) ?? told(await terminals.offer(principal, roomId, connectionId, pod));
    }
    case "terminal.open": {
      const { type: _type, id: _id, key, ...opening } = message;
      return (await mayAct(acts, socket, "responder")) ?? theTerminal(await terminals.open(principal, roomId, key, opening));
    }
    case "terminal.ask":
      return (await mayAct(acts, socket, "responder")) ?? done(await terminals.ask(principal, roomId, message.terminalId, message.asking));
    case "terminal.give":
      return (
        (await mayAct(acts, socket, "responder")) ??
        done(await terminals.give(principal, socket.role, roomId, message.terminalId, message.userId))
      );
    case "terminal.moderate":
      return (
        (await mayAct(acts, socket, "responder")) ??
        done(await terminals.moderate(principal, roomId, message.terminalId, message.moderating))
      );
    case "terminal.decide": {
      const { type: _type, id: _id, terminalId, ...decided } = message;
      return (await mayAct(acts, socket, "responder")) ?? done(await terminals.decide(principal, socket.role, roomId, terminalId, decided));
    }
    case "terminal.kill":
      return (await mayAct(acts, socket, "responder")) ?? done(await terminals.kill(principal, socket.role, roomId, message.terminalId));
    case "document.create":
      return (await mayAct(acts, socket, "responder")) ?? createDocument(acts, principal, roomId, message);
    case "document.remove":
      return (await mayAct(acts, socket, "responder")) ?? removeDocument(acts, principal, roomId, message.documentId);
    case "room.role":
      return (await mayAct(acts, socket, "lead")) ?? done(await acts.membership.setRole(principal, roomId, message.userId, message.role));
    case "room.close":
    case "room.reopen":
      return (await mayAct(acts, socket, "lead")) ?? done(await acts.membership.setOpen(principal, roomId, message.type === "room.reopen"));
    default:
      return message satisfies never;
  }
}

/** How long an answer about a session counts for what only reads, in milliseconds. */
const FRESH_MS = 500;

/** Whether the session still lives; one that has ended closes the socket. */
async function stillHere(acts: RoomActs, socket: RoomSession): Promise<boolean> {
  if (Date.now() - socket.sessionSeenAt < FRESH_MS) return true;
  if ((await liveSession(acts.db, socket.sessionId)) === undefined) {
    socket.end(CLOSE.unauthenticated, "unauthenticated");
    return false;
  }
  socket.sessionSeenAt = Date.now();
  return true;
}

/** A refusal, or undefined when this person may look: whoever is in the room with a session that lives. */
async function mayLook(acts: RoomActs, socket: RoomSession): Promise<Outcome<never> | undefined> {
  return (await stillHere(acts, socket)) ? undefined : refuse("unauthenticated");
}

/**
 * A refusal, or undefined when this person may. Asked of the database at every act, since notices of a revocation may be late; a session
 * that has ended closes the socket.
 */
async function mayAct(acts: RoomActs, socket: RoomSession, least: Exclude<Role, "observer">): Promise<Outcome<never> | undefined> {
  const [session, role] = await Promise.all([
    liveSession(acts.db, socket.sessionId),
    acts.membership.roleIn(socket.roomId, socket.principal.id),
  ]);
  if (session === undefined) {
    socket.end(CLOSE.unauthenticated, "unauthenticated");
    return refuse("unauthenticated");
  }
  if (role === undefined || role === "observer") return refuse("observer");
  return least === "lead" && role !== "lead" ? refuse("forbidden", "only the room's lead may") : undefined;
}

async function onCommand(
  acts: RoomActs,
  socket: RoomSession,
  commandId: string,
  act: () => Promise<Outcome<Command>>,
  told: (outcome: Outcome<Command>) => Outcome<Record<string, unknown>> = done,
): Answer {
  const refusal = await mayAct(acts, socket, "responder");
  if (refusal !== undefined) return refusal;
  if ((await acts.services.commands.roomOf(commandId)) !== socket.roomId)
    return refuse("not_found", "there is no such command in this room");
  return told(await act());
}

/**
 * Rows would come in faster than the database answers whether this person may stop them, so they wait for it. Only for somebody who was let
 * act when last asked: an observer does not delay anything (I8).
 */
async function cancelRun(acts: RoomActs, socket: RoomSession, commandId: string): Answer {
  const { commands } = acts.services;
  const release = socket.role === "observer" ? undefined : commands.holdRows(commandId, socket.roomId);
  try {
    return await onCommand(acts, socket, commandId, () => commands.cancel({ principal: socket.principal, commandId, mayAct: true }));
  } finally {
    release?.();
  }
}

async function propose(acts: RoomActs, principal: Principal, roomId: string, message: ClientMessage & { type: "command.propose" }): Answer {
  const { documentId, start, end, text, reason, maxRows, dryRun = false, hosts, hostOrder, key } = message;
  const document = await acts.documents.find(documentId);
  if (document === undefined || document.roomId !== roomId) return refuse("not_found", "there is no such document in this room");
  const frozen = await acts.documents.freeze(documentId, start, end, text);
  if (!frozen.ok) return frozen;
  const command = await acts.services.commands.propose({
    principal,
    roomId,
    connectionId: document.connectionId,
    documentId,
    text: frozen.value.text,
    authors: frozen.value.authors,
    key,
    dryRun,
    ...(reason === undefined ? {} : { reason }),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(hostOrder === undefined ? {} : { hostOrder }),
  });
  return command.ok ? ok({ commandId: command.value.id }) : command;
}

async function createDocument(
  acts: RoomActs,
  actor: Principal,
  roomId: string,
  message: ClientMessage & { type: "document.create" },
): Answer {
  const room = await acts.membership.roomOf(roomId);
  if (room === undefined || !room.open) return refuse("room_closed");
  const made = await acts.documents.create({ roomId, name: message.name, connectionId: message.connectionId, actor });
  if (!made.ok) return made;
  acts.hub.broadcast(roomId, { type: "document", document: made.value });
  return ok({ documentId: made.value.id });
}

async function removeDocument(acts: RoomActs, actor: Principal, roomId: string, documentId: string): Answer {
  const removed = await acts.documents.remove({ roomId, documentId, actor });
  if (!removed.ok) return removed;
  acts.hub.broadcast(roomId, { type: "document.gone", documentId });
  return DONE;
}

async function inRoom(acts: RoomActs, roomId: string, documentId: string): Promise<boolean> {
  return (await acts.documents.find(documentId))?.roomId === roomId;
}

/** Whether there is such a result in the room, and it is not one with secret values that policy shows to somebody else. */
async function resultInRoom(acts: RoomActs, roomId: string, executionId: string, reader: string): Promise<boolean> {
  const select = { proposerId: true, effect: true, reason: true, verdict: true } as const;
  const row = await acts.db.command.findFirst({ where: { roomId, execution: { id: executionId } }, select });
  return row !== null && (row.proposerId === reader || !isPrivate(row, Verdict.parse(row.verdict)));
}

const told = (outcome: Outcome<object>): Outcome<Record<string, unknown>> => (outcome.ok ? ok({ ...outcome.value }) : outcome);

/** Which terminal it is. */
const theTerminal = (outcome: Outcome<Terminal>): Outcome<Record<string, unknown>> =>
  outcome.ok ? ok({ terminalId: outcome.value.id }) : outcome;

/** Which command it has become. */
const theCommand = (outcome: Outcome<Command>): Outcome<Record<string, unknown>> =>
  outcome.ok ? ok({ commandId: outcome.value.id }) : outcome;

function done(outcome: Outcome<unknown>): Outcome<Record<string, unknown>> {
  return outcome.ok ? DONE : outcome;
}
