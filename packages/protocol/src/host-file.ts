import { z } from "zod";
import { Impact } from "./impact.ts";
import { Verdict } from "./verdict.ts";

/** What a name in a folder of a host stands for. `special`: a device, a socket, a pipe. */
export const HostFileKind = z.enum(["file", "folder", "link", "special"]);
export type HostFileKind = z.infer<typeof HostFileKind>;

/** A name in a folder of a host. */
export const HostFile = z.object({
  /** As the host has it: anything but `/`, also line ends and what changes how text reads; draw it with `visibleName`. */
  name: z.string(),
  kind: HostFileKind,
  /** In bytes. */
  size: z.number(),
  /** In milliseconds since 1970; the host tells seconds. */
  modified: z.number(),
  /** Permission bits, e.g. 0o644. */
  mode: z.number().int(),
  owner: z.number().int(),
  group: z.number().int(),
  ownerName: z.string().optional(),
  groupName: z.string().optional(),
  /** Of a link: what it says and what it leads to; `leadsTo` is absent where it leads nowhere that can be looked at. */
  link: z.object({ to: z.string(), leadsTo: HostFileKind.optional() }).optional(),
  /** Its name is not UTF-8: it is shown and cannot be opened. */
  unnameable: z.boolean().optional(),
});
export type HostFile = z.infer<typeof HostFile>;

/** What somebody may do with files of a connection, by policy. */
export const FileRights = z.object({
  preview: z.boolean(),
  download: z.boolean(),
  upload: z.boolean(),
  /** Most bytes of one file that is taken or put there. */
  downloadBytes: z.number(),
  uploadBytes: z.number(),
  /** A download says why. */
  reason: z.boolean(),
  /** Why a download is not permitted, in the policy's words. */
  why: z.string().optional(),
});
export type FileRights = z.infer<typeof FileRights>;

/** A folder of a host. */
export const HostFolder = z.object({
  /** Its real path: links and `..` are resolved. */
  path: z.string(),
  entries: z.array(HostFile),
  /** There are more than are told. */
  truncated: z.boolean(),
  rights: FileRights,
});
export type HostFolder = z.infer<typeof HostFolder>;

/** The beginning of a file, masked. */
export const FilePreview = z.object({
  path: z.string(),
  /** Of the whole file, in bytes. */
  size: z.number(),
  modified: z.number().optional(),
  /** Absent for what is no text in UTF-8. */
  text: z.string().optional(),
  /** There is more of it than is shown. */
  truncated: z.boolean(),
  /** Something in it was masked. */
  masked: z.boolean(),
});
export type FilePreview = z.infer<typeof FilePreview>;

/** What an upload puts itself in place of. */
export const ReplacedFile = z.object({
  bytes: z.number(),
  modified: z.number(),
  mode: z.number().int(),
  /** SHA-256 (hex); absent where it is larger than what is read for that: then size and time are compared. */
  sha256: z.string().optional(),
});
export type ReplacedFile = z.infer<typeof ReplacedFile>;

/** What a command puts on a host. */
export const Upload = z.object({
  /** Where it goes, links and `..` resolved. */
  path: z.string(),
  bytes: z.number(),
  /** SHA-256 (hex) of the bytes: what is agreed to. */
  sha256: z.string(),
  /** Null: nothing is there. */
  replaces: ReplacedFile.nullable(),
});
export type Upload = z.infer<typeof Upload>;

/** Bytes that were received and wait to be proposed; nothing of them is on the host. */
export const StagedUpload = Upload.extend({
  id: z.string(),
  impact: Impact,
  verdict: Verdict,
  /** When it is dropped unless it was proposed. */
  keptUntil: z.iso.datetime(),
});
export type StagedUpload = z.infer<typeof StagedUpload>;
