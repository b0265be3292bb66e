import { randomUUID } from "node:crypto";
import type { Resolution } from "@interlock/connector";
import {
  Impact,
  ok,
  refuse,
  ReplacedFile,
  type Command,
  type FilePreview,
  type Outcome,
  type Principal,
  type StagedUpload,
  type Upload,
} from "@interlock/protocol";
import type { CommandService } from "../command/command-service.ts";
import { judgeNow } from "../command/judgement.ts";
import type { Log } from "../log.ts";
import { isId } from "../room/membership.ts";
import { attempt, type FileGate, type FileAsk, type FileParts } from "./file-gate.ts";
import { previewOf } from "./preview.ts";
import type { StagedUploads } from "./staged-uploads.ts";
import { uploadText } from "./upload-text.ts";

/** How long bytes wait to be proposed, in milliseconds. */
const STAGED_MS = 60 * 60_000;
/** How often what nobody needs any more is removed, in milliseconds. */
const SWEEP_MS = 10 * 60_000;
/** Most bytes of a file that is replaced which are read for its hash. */
const HASHED_BYTES = 256 * 1024 * 1024;
/** States in which a command may still put its bytes in place. */
const NEEDED = ["proposed", "awaiting_review", "approved", "running"];

interface UploadParts extends FileParts {
  commands: Pick<CommandService, "propose" | "get">;
  staged: StagedUploads;
  log: Log;
}

/**
 * Files on their way to a host. The bytes come first and are looked at (where they would go, what they replace, what policy says); then they are
 * proposed, and from there they are a command: agreed to by their hash, put in place by its run.
 */
export class UploadService {
  readonly #parts: UploadParts;
  readonly #gate: FileGate;
  readonly #timer: NodeJS.Timeout;
  /** Of these there is no row yet. */
  readonly #receiving = new Set<string>();

  constructor(parts: UploadParts, gate: FileGate) {
    this.#parts = parts;
    this.#gate = gate;
    this.#timer = setInterval(() => this.#sweepQuietly(), SWEEP_MS).unref();
    this.#sweepQuietly();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Takes the bytes in and says what putting them there would do. Nothing is written on the host. */
  async receive(ask: FileAsk, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Outcome<StagedUpload>> {
    const admitted = await this.#gate.admit("upload", ask);
    if (!admitted.ok) return admitted;
    const { files, terms, who, room } = admitted.value;
    const { db, staged, policy } = this.#parts;
    const id = randomUUID();
    this.#receiving.add(id);
    try {
      const received = await staged.receive(id, body, terms.maxBytes, signal);
      if (!received.ok) return received;
      const { bytes, sha256 } = received.value;
      await this.#gate.log("file.received", ask, { path: ask.path, bytes, sha256 });
      const foreseen = await attempt(() => files.foreseeUpload(ask.path, { bytes, sha256, limit: HASHED_BYTES }, signal));
      if (!foreseen.ok) {
        await staged.drop(id);
        return foreseen;
      }
      const { path, replaces, impact, resolution } = foreseen.value;
      const row = await db.upload.create({
        data: {
          id,
          roomId: room.id,
          connectionId: ask.connection.id,
          userId: who.id,
          path,
          bytes,
          sha256,
          ...(replaces === null ? {} : { replaces: { ...replaces } }),
          impact,
          resolution: { ...resolution },
        },
      });
      const verdict = judgeNow(policy.current, { proposer: who, connection: ask.connection, room, impact });
      const keptUntil = new Date(row.createdAt.getTime() + STAGED_MS).toISOString();
      return ok({ id, path, bytes, sha256, replaces, impact, verdict, keptUntil });
    } finally {
      this.#receiving.delete(id);
    }
  }

  /** Makes a command of what was received; only by who sent it, and once. */
  async propose(
    principal: Principal,
    roomId: string,
    uploadId: string,
    { reason, key }: { reason?: string | undefined; key?: string | undefined },
  ): Promise<Outcome<Command>> {
    const row = isId(uploadId) ? await this.#parts.db.upload.findUnique({ where: { id: uploadId } }) : null;
    if (row === null || row.roomId !== roomId || row.userId !== principal.id)
      return refuse("not_found", "There is no such upload of yours in this room.");
    if (row.commandId !== null) return refuse("wrong_state", "It was proposed already.");
    const upload: Upload & { id: string } = {
      id: row.id,
      path: row.path,
      bytes: Number(row.bytes),
      sha256: row.sha256,
      replaces: row.replaces === null ? null : ReplacedFile.parse(row.replaces),
    };
    return this.#parts.commands.propose({
      principal,
      roomId,
      connectionId: row.connectionId,
      text: uploadText(upload),
      authors: [principal.id],
      upload: { ...upload, impact: Impact.parse(row.impact), resolution: row.resolution as unknown as Resolution },
      ...(reason === undefined ? {} : { reason }),
      ...(key === undefined ? {} : { key }),
    });
  }

  /** Drops what was received and is not to be proposed. */
  async drop(principal: Principal, roomId: string, uploadId: string): Promise<Outcome<Record<string, never>>> {
    const { db, staged } = this.#parts;
    const where = { id: uploadId, roomId, userId: principal.id, commandId: null };
    const { count } = isId(uploadId) ? await db.upload.deleteMany({ where }) : { count: 0 };
    if (count === 0) return refuse("not_found", "There is no such upload of yours that waits to be proposed.");
    await staged.drop(uploadId);
    return ok({});
  }

  /** What a command would put in place, for those who agree to it: its beginning, masked. */
  async preview(commandId: string): Promise<Outcome<FilePreview>> {
    const row = isId(commandId) ? await this.#parts.db.upload.findUnique({ where: { commandId } }) : null;
    if (row === null) return refuse("not_found", "It puts no file anywhere.");
    if (!(await this.#parts.staged.kept()).includes(row.id)) return refuse("not_found", "Its bytes are kept no longer.");
    const shown = await previewOf(this.#parts.staged.read(row.id), this.#parts.policy.current);
    return ok({ path: row.path, size: Number(row.bytes), ...shown });
  }

  /** Removes bytes that nobody proposed in time, and those whose command is over. What is said of them in commands and in the log stays. */
  async sweep(now = new Date()): Promise<void> {
    const { db, staged } = this.#parts;
    await db.upload.deleteMany({ where: { commandId: null, createdAt: { lt: new Date(now.getTime() - STAGED_MS) } } });
    const kept = await staged.kept();
    const needed = await db.upload.findMany({
      where: { id: { in: kept.filter(isId) }, OR: [{ commandId: null }, { command: { state: { in: NEEDED } } }] },
      select: { id: true },
    });
    const still = new Set([...this.#receiving, ...needed.map(({ id }) => id)]);
    for (const id of kept) if (!still.has(id)) await staged.drop(id);
  }

  #sweepQuietly(): void {
    this.sweep().catch((error: unknown) => this.#parts.log.error({ err: error }, "uploads that are over could not be removed"));
  }
}
