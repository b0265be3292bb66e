import { createHash } from "node:crypto";
import { TargetError } from "@interlock/connector";
import { ok, refuse, type FilePreview, type HostFolder, type Outcome } from "@interlock/protocol";
import { attempt, type FileGate, type FileAsk, type FileParts } from "./file-gate.ts";
import { previewOf } from "./preview.ts";

/** A file on its way out of the agent. */
export interface Outgoing {
  /** Resolved. */
  path: string;
  size: number;
  bytes: AsyncIterable<Uint8Array>;
}

/** Files of hosts, looked at and taken: raw bytes leave only by `download`, where policy says so. */
export class FileService {
  readonly #parts: FileParts;
  readonly #gate: FileGate;

  constructor(parts: FileParts, gate: FileGate) {
    this.#parts = parts;
    this.#gate = gate;
  }

  async list(ask: FileAsk, signal: AbortSignal): Promise<Outcome<HostFolder>> {
    const admitted = await this.#gate.admit("browse", ask);
    if (!admitted.ok) return admitted;
    const { files, who } = admitted.value;
    await this.#gate.log("files.listed", ask, { path: ask.path });
    const folder = await attempt(() => files.list(ask.path, signal));
    if (!folder.ok) return folder;
    const [preview, download, upload] = (["preview", "download", "upload"] as const).map((act) =>
      this.#gate.terms(act, who, ask.connection),
    );
    return ok({
      ...folder.value,
      rights: {
        preview: preview!.decision === "allow",
        download: download!.decision === "allow",
        upload: upload!.decision === "allow",
        downloadBytes: download!.maxBytes,
        uploadBytes: upload!.maxBytes,
        reason: download!.reason,
        ...(download!.decision === "allow" ? {} : { why: download!.message }),
      },
    });
  }

  async preview(ask: FileAsk, signal: AbortSignal): Promise<Outcome<FilePreview>> {
    const admitted = await this.#gate.admit("preview", ask);
    if (!admitted.ok) return admitted;
    const { files } = admitted.value;
    await this.#gate.log("file.previewed", ask, { path: ask.path });
    return attempt(async () => {
      const path = await files.resolve(ask.path, signal);
      // Only its beginning is read, however large it is.
      const { size, modified, bytes } = await files.download(path, { limit: Number.MAX_SAFE_INTEGER }, signal);
      return { path, size, modified, ...(await previewOf(bytes, this.#parts.policy.current)) };
    });
  }

  /**
   * The file's bytes as they are. In the log is what was asked for before the host is asked what that is; then which file it is,
   * before the first of its bytes; and at the end how many were taken, and their hash.
   */
  async download(ask: FileAsk & { reason?: string | undefined }, signal: AbortSignal): Promise<Outcome<Outgoing>> {
    const admitted = await this.#gate.admit("download", ask);
    if (!admitted.ok) return admitted;
    const { files, terms } = admitted.value;
    const reason = ask.reason?.trim();
    if (terms.reason && (reason === undefined || reason === "")) return refuse("reason_required", terms.message);
    const why = { rules: terms.rules, ...(reason ? { reason } : {}) };
    await this.#gate.log("file.download_asked", ask, { path: ask.path, ...why });
    return attempt(async () => {
      const path = await files.resolve(ask.path, signal);
      const { size } = await files.stat(path, signal);
      await this.#gate.log("file.downloaded", ask, { path, size, ...why });
      const download = await files.download(path, { limit: terms.maxBytes }, signal);
      return { path, size: download.size, bytes: this.#told(ask, path, download) };
    });
  }

  /** Exactly as many bytes as were promised: a file that became shorter meanwhile is a fault, never an end. */
  async *#told(
    ask: FileAsk,
    path: string,
    { size, bytes }: { size: number; bytes: AsyncIterable<Uint8Array> },
  ): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    let told = 0;
    try {
      for await (const piece of bytes) {
        // What a file of no size holds (as below /proc) is told as far as it goes.
        const part = size === 0 ? piece : piece.subarray(0, size - told);
        hash.update(part);
        told += part.byteLength;
        if (part.byteLength > 0) yield part;
        if (size > 0 && told >= size) break;
      }
      if (told < size) throw new TargetError("targets_changed", `${path} became shorter while it was read.`);
    } finally {
      await this.#gate.log("file.download_ended", ask, { path, bytes: told, sha256: hash.digest("hex"), whole: told >= size });
    }
  }
}
