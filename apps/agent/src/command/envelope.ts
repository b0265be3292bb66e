import { createHash } from "node:crypto";
import { canonicalJson } from "@interlock/audit";
import type { Resolution } from "@interlock/connector";

/** Everything a reviewer agrees to. Whatever is missing here could change between approval and run without anybody noticing (I2). */
export interface Envelope {
  v: 1;
  /** The exact characters that will be sent. */
  text: string;
  files: readonly string[];
  targets: readonly string[];
  database: string;
  role: string;
  settings: Readonly<Record<string, string>>;
  connectionId: string;
  parameters: readonly string[];
  policyVersion: string;
  maxRows: number | null;
  roomId: string;
}

export interface Seal {
  /** The RFC 8785 text the digest is over. */
  envelope: string;
  /** SHA-256, hex. */
  digest: string;
}

export interface Sealable {
  text: string;
  resolution: Resolution;
  connectionId: string;
  policyVersion: string;
  maxRows?: number | undefined;
  roomId: string;
}

export function seal(input: Sealable): Seal {
  const { database, role, targets, settings } = input.resolution;
  const envelope: Envelope = {
    v: 1,
    text: input.text,
    files: [],
    targets,
    database,
    role,
    settings,
    connectionId: input.connectionId,
    parameters: [],
    policyVersion: input.policyVersion,
    maxRows: input.maxRows ?? null,
    roomId: input.roomId,
  };
  const text = canonicalJson(envelope);
  return { envelope: text, digest: digestOf(text) };
}

export function digestOf(envelope: string): string {
  return createHash("sha256").update(envelope, "utf8").digest("hex");
}

export interface SealedRow {
  text: string;
  digest: string;
  envelope: string;
  connectionId: string;
  roomId: string;
  maxRows: number | null;
}

/** The envelope of a stored command; undefined when any byte of the row says something else than what was sealed. */
export function openSeal(row: SealedRow): Envelope | undefined {
  if (digestOf(row.envelope) !== row.digest) return undefined;
  const envelope: Envelope = JSON.parse(row.envelope);
  const same =
    envelope.text === row.text &&
    envelope.connectionId === row.connectionId &&
    envelope.roomId === row.roomId &&
    envelope.maxRows === row.maxRows;
  return same ? envelope : undefined;
}

export function resolutionOf(envelope: Envelope): Resolution {
  const { database, role, targets, settings } = envelope;
  return { database, role, targets: [...targets], settings };
}
