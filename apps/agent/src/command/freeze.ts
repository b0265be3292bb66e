import { createHash } from "node:crypto";
import type { Connector } from "@interlock/connector";
import { canonicalJson } from "@interlock/audit";
import { LIMITS, ok, readsAsItIs, refuse, type Connection, type Outcome } from "@interlock/protocol";
import type { CommandParts } from "./command-parts.ts";
import { freezeFiles, type FrozenFile } from "./files.ts";
import { hostsAsked, type FrozenHosts } from "./hosts.ts";
import { actingRole, humans, type Human } from "./people.ts";
import type { Proposal, Undoing, Uploading } from "./proposal.ts";

/** What the database's integer holds. */
const MAX_ROWS = 2_147_483_647;

/** A proposal that passed the door: from here on nobody can change a character of it. */
export interface Frozen {
  text: string;
  /** What it reads besides its text, by name. */
  files: readonly FrozenFile[];
  roomId: string;
  room: { id: string; severity: string | null };
  connectionId: string;
  connection: Connection;
  connector: Connector;
  proposer: Human;
  /** User ids, the proposer's included. */
  authors: string[];
  documentId?: string;
  reason?: string;
  maxRows?: number;
  dryRun: boolean;
  /** It runs on each of these, the first being its own connection. */
  hosts?: FrozenHosts;
  upload?: Uploading;
  undo?: Undoing;
  key?: { key: string; fingerprint: string };
  /** The command this is a resend of. */
  repeats?: string;
}

export async function freeze(parts: CommandParts, proposal: Proposal): Promise<Outcome<Frozen>> {
  const { principal, roomId, connectionId, text } = proposal;
  if (Buffer.byteLength(text) > LIMITS.commandBytes) return refuse("too_large", `A command is at most ${LIMITS.commandBytes} bytes.`);
  // Reviewers agree to what they read, so it must read as what will run (I2).
  if (!readsAsItIs(text))
    return refuse(
      "bad_request",
      "The text holds control characters, or ones that make it read otherwise than it runs; write them as escapes.",
    );
  if (text.trim() === "") return refuse("empty_command");
  if (proposal.maxRows !== undefined && proposal.maxRows > MAX_ROWS) return refuse("bad_request", `maxRows is at most ${MAX_ROWS}.`);

  const room = await parts.db.room.findUnique({ where: { id: roomId }, select: { id: true, severity: true, closedAt: true } });
  if (room === null) return refuse("not_found", "There is no such room.");
  const proposer = (await humans(parts.db, [principal.id])).get(principal.id);
  if (proposer === undefined) return refuse("forbidden");
  if ((await actingRole(parts.db, roomId, proposer)) === "observer") return refuse("observer");
  if (room.closedAt !== null) return refuse("room_closed");

  const connection = await parts.connections.byId(connectionId);
  if (connection === undefined) return refuse("unknown_connection");
  const connector = parts.connections.connector(connection.connector);
  if (connector === undefined) return refuse("unknown_connection", `No connector speaks ${connection.connector}.`);
  if (proposal.documentId !== undefined) {
    const document = await parts.db.document.findUnique({ where: { id: proposal.documentId }, select: { roomId: true } });
    if (document?.roomId !== roomId) return refuse("not_found", "There is no such document in this room.");
  }

  const hosts = await freezeHosts(parts, proposal, connection, connector);
  if (!hosts.ok) return hosts;

  const { files: sent, stdin } = proposal;
  const documents = () => parts.documents.files(roomId);
  const files =
    proposal.undo === undefined && proposal.upload === undefined
      ? await freezeFiles({ text, connector, connectionId, files: sent, stdin, room: documents })
      : ok([]);
  if (!files.ok) return files;

  const reason = proposal.reason?.trim();
  const frozen: Frozen = {
    text,
    files: files.value,
    roomId,
    room,
    connectionId,
    connection,
    connector,
    proposer,
    // Whoever wrote in a file the command reads has written a part of it.
    authors: [...new Set([principal.id, ...proposal.authors, ...files.value.flatMap(({ document }) => document?.authors ?? [])])],
    ...(proposal.documentId === undefined ? {} : { documentId: proposal.documentId }),
    ...(reason === undefined || reason === "" ? {} : { reason }),
    ...(proposal.maxRows === undefined ? {} : { maxRows: proposal.maxRows }),
    dryRun: proposal.dryRun === true,
    ...(hosts.value === undefined ? {} : { hosts: hosts.value }),
    ...(proposal.upload === undefined ? {} : { upload: proposal.upload }),
    ...(proposal.undo === undefined ? {} : { undo: proposal.undo }),
  };
  return proposal.key === undefined ? ok(frozen) : withKey(parts, frozen, proposal.key);
}

/** The further hosts of a proposal, each a connection that is there and of the same kind. */
async function freezeHosts(
  parts: CommandParts,
  { hosts: ids = [], hostOrder }: Proposal,
  own: Connection,
  connector: Connector,
): Promise<Outcome<FrozenHosts | undefined>> {
  if (ids.length === 0) return ok(undefined);
  if (connector.severalTargets !== true) return refuse("bad_request", `A command of ${connector.name} runs on one connection.`);
  const others = await Promise.all(ids.map((id) => parts.connections.byId(id)));
  return others.some((one) => one === undefined)
    ? refuse("unknown_connection")
    : hostsAsked(
        own,
        others.filter((one) => one !== undefined),
        hostOrder,
      );
}

async function withKey(parts: CommandParts, frozen: Frozen, sent: string): Promise<Outcome<Frozen>> {
  const { roomId, connectionId, text, documentId, reason, maxRows, dryRun, undo, hosts } = frozen;
  // Files that were sent are part of the request; a document may have changed between it and its resend.
  const files = frozen.files.filter(({ document }) => document === undefined).map(({ name, sha256 }) => [name, sha256]);
  const said = {
    ...(dryRun ? { dryRun } : {}),
    ...(files.length === 0 ? {} : { files }),
    ...(hosts === undefined ? {} : { hosts: [hosts.order, hosts.each.map(({ id }) => id)] }),
  };
  const asked = canonicalJson({ roomId, connectionId, text, documentId, reason, maxRows, ...said, undoOf: undo?.of });
  const key = { key: `propose:${sent}`, fingerprint: createHash("sha256").update(asked).digest("hex") };
  const seen = await parts.db.idempotencyKey.findUnique({ where: { userId_key: { userId: frozen.proposer.id, key: key.key } } });
  if (seen === null) return ok({ ...frozen, key });
  if (seen.fingerprint !== key.fingerprint) return refuse("idempotency_conflict");
  return ok({ ...frozen, key, repeats: seen.body });
}
