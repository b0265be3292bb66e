import { createHash } from "node:crypto";
import { canonicalJson } from "@interlock/audit";
import type { ApprovedWrite, Resolution } from "@interlock/connector";
import { ReplacedFile, type HostOrder, type Impact, type Upload } from "@interlock/protocol";
import { approvedWrites } from "./approved-writes.ts";
import { sealedFiles } from "./files.ts";

/** One of several hosts, as a reviewer agrees to it. */
export interface HostEnvelope {
  connectionId: string;
  database: string;
  role: string;
  targets: readonly string[];
  settings: Readonly<Record<string, string>>;
  /** SHA-256 (hex) over the RFC 8785 form of what it does there. */
  impact: string;
}

/** Everything a reviewer agrees to. Whatever is missing here could change between approval and run without anybody noticing (I2). */
export interface Envelope {
  v: 3;
  /** The exact characters that will be sent. */
  text: string;
  /** `name=sha256:…` of each file it reads, sorted; `-` is standard input. */
  files: readonly string[];
  targets: readonly string[];
  database: string;
  role: string;
  settings: Readonly<Record<string, string>>;
  connectionId: string;
  parameters: readonly string[];
  policyVersion: string;
  maxRows: number | null;
  /** What the guard lets through, per object (I6). */
  approved: readonly ApprovedWrite[];
  /** SHA-256 (hex) over the RFC 8785 form of the impact that reviewers are shown and policy judges. */
  impact: string;
  roomId: string;
  /** Rolled back whatever it does. */
  dryRun: boolean;
  /** The command whose changes it puts back, and the SHA-256 (hex) of the rows kept of it. */
  undo: { of: string; digest: string } | null;
  /** Of a command on several hosts; it goes to these, in this order, and nowhere else. Absent: it is on one target. */
  hosts?: { order: HostOrder; each: readonly HostEnvelope[] };
  /** Of a command that puts a file in place: where, which bytes by their hash, and what they replace. */
  upload?: Upload & { id: string };
}

export interface Seal {
  /** The RFC 8785 text the digest is over. */
  envelope: string;
  /** SHA-256, hex. */
  digest: string;
}

export interface Sealable {
  text: string;
  files: readonly { name: string; sha256: string }[];
  resolution: Resolution;
  connectionId: string;
  policyVersion: string;
  maxRows?: number | undefined;
  impact: Impact;
  roomId: string;
  dryRun: boolean;
  undo?: { of: string; digest: string } | undefined;
  hosts?: { order: HostOrder; each: readonly HostEnvelope[] } | undefined;
  upload?: (Upload & { id: string }) | undefined;
}

export function seal(input: Sealable): Seal {
  const { database, role, targets, settings } = input.resolution;
  const envelope: Envelope = {
    v: 3,
    text: input.text,
    files: sealedFiles(input.files),
    targets,
    database,
    role,
    settings,
    connectionId: input.connectionId,
    parameters: [],
    policyVersion: input.policyVersion,
    maxRows: input.maxRows ?? null,
    approved: approvedWrites(input.impact, input.maxRows),
    impact: digestOf(canonicalJson(input.impact)),
    roomId: input.roomId,
    dryRun: input.dryRun,
    undo: input.undo === undefined ? null : { of: input.undo.of, digest: input.undo.digest },
    ...(input.upload === undefined ? {} : { upload: uploadOf(input.upload) }),
    ...(input.hosts === undefined ? {} : { hosts: { order: input.hosts.order, each: [...input.hosts.each] } }),
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
  dryRun: boolean;
  undoOfId: string | null;
  files: readonly { name: string; sha256: string }[];
  /** As it is stored. */
  impact: unknown;
  effect: string;
  hostOrder: unknown;
  hosts: readonly { connectionId: string; impact: unknown }[];
  upload: StoredUpload | null;
}

interface StoredUpload {
  id: string;
  path: string;
  bytes: bigint;
  sha256: string;
  replaces: unknown;
}

/** A stored upload as it is sealed. */
export const uploadOf = ({ id, path, bytes, sha256, replaces }: StoredUpload | (Upload & { id: string })): Upload & { id: string } => ({
  id,
  path,
  bytes: Number(bytes),
  sha256,
  replaces: ReplacedFile.nullable().parse(replaces),
});

/** The envelope of a stored command; undefined when any byte of the row says something else than what was sealed. */
export function openSeal(row: SealedRow): Envelope | undefined {
  if (digestOf(row.envelope) !== row.digest) return undefined;
  const envelope: Envelope = JSON.parse(row.envelope);
  const same =
    envelope.text === row.text &&
    canonicalJson(envelope.files) === canonicalJson(sealedFiles(row.files)) &&
    envelope.connectionId === row.connectionId &&
    envelope.roomId === row.roomId &&
    envelope.maxRows === row.maxRows &&
    envelope.dryRun === row.dryRun &&
    (envelope.undo?.of ?? null) === row.undoOfId &&
    envelope.impact === digestOf(canonicalJson(row.impact)) &&
    row.effect === effectOf(row.impact) &&
    canonicalJson(envelope.upload ?? null) === canonicalJson(row.upload === null ? null : uploadOf(row.upload)) &&
    canonicalJson(envelope.hosts?.order ?? null) === canonicalJson(row.hostOrder ?? null) &&
    canonicalJson((envelope.hosts?.each ?? []).map(({ connectionId, impact }) => [connectionId, impact])) ===
      canonicalJson(row.hosts.map(({ connectionId, impact }) => [connectionId, digestOf(canonicalJson(impact))]));
  return same ? envelope : undefined;
}

const effectOf = (impact: unknown): unknown =>
  typeof impact === "object" && impact !== null && "effect" in impact ? impact.effect : undefined;

export function resolutionOf(envelope: Pick<Envelope, "database" | "role" | "targets" | "settings">): Resolution {
  const { database, role, targets, settings } = envelope;
  return { database, role, targets: [...targets], settings };
}
