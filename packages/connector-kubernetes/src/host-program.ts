import { access, constants } from "node:fs/promises";

/** Where programs of a host usually are; the agent's own environment is not asked. */
export const HOST_FOLDERS = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/snap/bin";

/** The first of these paths that may be run. */
export async function firstThatRuns(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}
