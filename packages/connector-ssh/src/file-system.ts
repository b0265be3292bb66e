import { posix } from "node:path";
import { TargetError, type FileEntry, type FileSystem, type Resolution } from "@interlock/connector";
import type { Stats } from "ssh2";
import { kindOf } from "./file-kind.ts";
import type { LinkOptions } from "./link.ts";
import { SftpPool, type Sftp } from "./sftp.ts";
import { download, placeOf, stateOf, upload } from "./transfer.ts";
import { uploadImpact, uploadTarget } from "./upload-impact.ts";

/** Names of one folder that are told. */
const MOST = 10_000;
/** Links of one folder that are followed, and how many at a time: each takes two requests. */
const LINKS = 1_000;
const AT_ONCE = 16;

export interface SshFileSystem extends FileSystem {
  close(): void;
}

/** The host's files by SFTP, version 3. */
export function openFileSystem(options: LinkOptions, resolution: () => Promise<Resolution>, most = MOST): SshFileSystem {
  const pool = new SftpPool(options);
  return {
    resolve: (path, signal) => pool.use(path, signal, (sftp) => sftp.realPath(named(path))),
    foreseeUpload: async (path, { bytes, sha256, limit }, signal) => {
      const started = performance.now();
      const real = await placeOf(pool, named(path), signal);
      const replaces = await stateOf(pool, real, limit, signal);
      const [host, home] = await Promise.all([resolution(), pool.use(path, signal, (sftp) => sftp.realPath("."))]);
      return {
        path: real,
        replaces,
        impact: uploadImpact(real, { bytes, replaces, home, started }),
        resolution: { ...host, settings: {}, targets: [...host.targets, uploadTarget(real, { bytes, sha256, replaces })] },
      };
    },
    list: (path, signal) =>
      pool.use(path, signal, async (sftp) => {
        const folder = await sftp.realPath(named(path));
        const { entries, truncated } = await namesOf(sftp, folder, most);
        const links = entries.filter(({ kind, unnameable }) => kind === "link" && unnameable !== true).slice(0, LINKS);
        for (let at = 0; at < links.length; at += AT_ONCE)
          await Promise.all(links.slice(at, at + AT_ONCE).map((entry) => followed(sftp, posix.join(folder, entry.name), entry)));
        entries.sort((left, right) => rank(left) - rank(right) || (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
        return { path: folder, entries, truncated };
      }),
    stat: (path, signal) =>
      pool.use(path, signal, async (sftp) => {
        const entry = entryOf(posix.basename(path) || "/", await sftp.lstat(named(path)));
        if (entry.kind === "link") await followed(sftp, named(path), entry);
        return entry;
      }),
    download: (path, { limit }, signal) => download(pool, named(path), limit, signal),
    upload: (path, bytes, uploading, signal) => upload(pool, named(path), bytes, uploading, signal),
    close: () => pool.close(),
  };
}

/** A path that can be sent. The library writes names as UTF-8 and ends none at a zero byte. */
function named(path: string): string {
  if (path.includes("\0") || !path.isWellFormed())
    throw new TargetError("bad_request", "A path on a host has neither zero bytes nor broken characters.");
  return path === "" || path === "~" ? "." : path.startsWith("~/") ? path.slice(2) || "." : path;
}

async function namesOf(sftp: Sftp, folder: string, most: number): Promise<{ entries: FileEntry[]; truncated: boolean }> {
  const entries: FileEntry[] = [];
  const handle = await sftp.openFolder(folder);
  try {
    for (let more = await sftp.readFolder(handle); more !== undefined; more = await sftp.readFolder(handle))
      for (const { filename, longname, attrs } of more) {
        if (filename === "." || filename === "..") continue;
        if (entries.length >= most) return { entries, truncated: true };
        entries.push({ ...entryOf(filename, attrs), ...namesIn(longname) });
      }
    return { entries, truncated: false };
  } finally {
    await sftp.close(handle);
  }
}

const rank = ({ kind, link }: FileEntry): number => (kind === "folder" || link?.leadsTo === "folder" ? 0 : 1);

function entryOf(name: string, attrs: Stats): FileEntry {
  return {
    name,
    kind: kindOf(attrs),
    size: attrs.size,
    modified: attrs.mtime * 1000,
    mode: attrs.mode & 0o7777,
    owner: attrs.uid,
    group: attrs.gid,
    // What is not UTF-8 is read with this character in its place.
    ...(name.includes("\ufffd") ? { unnameable: true } : {}),
  };
}

/** Owner and group by name, where the host tells a line as `ls -l` has it. The protocol gives it no form, so what looks otherwise tells nothing. */
function namesIn(longname: string): Pick<FileEntry, "ownerName" | "groupName"> {
  const found = /^[-dlbcps][-rwxsStT]{9}[.+@]?\s+(?:\d+|\?)\s+([^\s/]{1,64})\s+([^\s/]{1,64})\s+\d/.exec(longname);
  return found === null ? {} : { ownerName: found[1]!, groupName: found[2]! };
}

/** Adds what a link says and leads to. */
async function followed(sftp: Sftp, path: string, entry: FileEntry): Promise<void> {
  try {
    entry.link = { to: await sftp.readLink(path) };
    entry.link.leadsTo = kindOf(await sftp.stat(path));
  } catch (error) {
    // It leads nowhere, or to where the account may not look: it is told without.
    if (error instanceof TargetError || typeof (error as { code?: unknown }).code !== "number") throw error;
  }
}
