import type { Impact } from "@interlock/protocol";
import type { Resolution } from "./connector.ts";

/** What a name in a folder stands for. `special`: a device, a socket, a pipe; it is neither fetched nor written. */
export type FileKind = "file" | "folder" | "link" | "special";

export interface FileEntry {
  /** As the target has it: anything but `/`, so line ends and what a terminal would obey may be in it. */
  name: string;
  kind: FileKind;
  /** In bytes. */
  size: number;
  /** In milliseconds since 1970. */
  modified: number;
  /** Permission bits, e.g. 0o644. */
  mode: number;
  owner: number;
  group: number;
  /** Their names, where the target tells them. */
  ownerName?: string;
  groupName?: string;
  /** Of a link: what it says, and what it leads to; `leadsTo` is absent where it leads nowhere. */
  link?: { to: string; leadsTo?: FileKind };
  /** Its name is not UTF-8, so that it cannot be named here; `name` shows what can be shown of it. */
  unnameable?: boolean;
}

export interface FolderList {
  /** The folder's real path, links resolved. */
  path: string;
  /** Folders first, then by name. */
  entries: FileEntry[];
  /** There are more than are told. */
  truncated: boolean;
}

export interface Download {
  /** In bytes when it was opened; a file that grows is told as far as it goes. */
  size: number;
  modified: number;
  /**
   * The file's bytes in order, fetched as they are asked for. Rejects with `too_large` beyond the limit. The file is closed when it has been read,
   * or is not read on (`return`).
   */
  bytes: AsyncIterable<Uint8Array>;
}

export interface UploadOptions {
  /** Most bytes; more are refused with `too_large`, and nothing is left behind. */
  limit: number;
  /** Whether a file that is there may be replaced; otherwise it is refused with `bad_request`. */
  overwrite: boolean;
  /** Permission bits of a new file; what is replaced keeps its own. Default 0o644. */
  mode?: number;
  /** SHA-256 (hex) that the bytes must have, or nothing takes the place (`digest_mismatch`). */
  sha256?: string;
  /** What must be there right before the last step, or `targets_changed`; null: nothing. Absent: whatever `overwrite` says. */
  replaces?: FileState | null;
  /** Called right before the last step: when the connection breaks after it, it is not known whether the file took its place. */
  placing?: () => void;
}

/** A file as it was looked at. */
export interface FileState {
  bytes: number;
  /** In milliseconds since 1970. */
  modified: number;
  mode: number;
  /** SHA-256 (hex) of what is in it; absent where it is larger than what is read for that. */
  sha256?: string | undefined;
}

/** What putting a file in place would do. */
export interface ForeseenUpload {
  /** Where it would be: links are followed, and nothing in it is `..`. */
  path: string;
  /** What it replaces; null: there is nothing. */
  replaces: FileState | null;
  impact: Impact;
  resolution: Resolution;
}

export interface Uploaded {
  /** Where it is: links are followed. */
  path: string;
  bytes: number;
  /** SHA-256 of what was written, hexadecimal. */
  sha256: string;
  replaced: boolean;
}

/**
 * The files of a target as the connection's account sees them. Paths are absolute, or start at the account's home. Rejects with TargetError:
 * `not_found`, `statement_failed` for what the target refuses (in its words), `bad_request` for what cannot be done with that kind of file,
 * `too_large`, `cancelled`, and all that opening the target can say. Contents are not masked.
 */
export interface FileSystem {
  /** The absolute path that a path leads to, links and `..` resolved. Rejects with `not_found` where it leads nowhere. */
  resolve(path: string, signal: AbortSignal): Promise<string>;
  /** What putting these bytes there would do; writes nothing. What is there is read for its hash up to `limit` bytes. */
  foreseeUpload(path: string, upload: { bytes: number; sha256: string; limit: number }, signal: AbortSignal): Promise<ForeseenUpload>;
  /** At most 10,000 entries. */
  list(path: string, signal: AbortSignal): Promise<FolderList>;
  /** Of what the path names itself; a link is not followed. */
  stat(path: string, signal: AbortSignal): Promise<FileEntry>;
  /** Links are followed. Refused with `too_large` before anything is read where it is known to have more than `limit` bytes. */
  download(path: string, options: { limit: number }, signal: AbortSignal): Promise<Download>;
  /** All or nothing: the bytes go to a file beside it that takes its place at the end. `bytes` is read no faster than the target takes them. */
  upload(path: string, bytes: AsyncIterable<Uint8Array>, options: UploadOptions, signal: AbortSignal): Promise<Uploaded>;
}
