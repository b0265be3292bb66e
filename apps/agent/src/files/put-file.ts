import { TargetError, type ExecuteOutcome, type Target } from "@interlock/connector";
import type { Life } from "../command/command-parts.ts";
import type { Envelope } from "../command/envelope.ts";

/**
 * Puts the bytes that were agreed to where they were agreed to be, in place of what was agreed to be replaced: beside it first, compared by hash,
 * and in one step at the end, so that what fails before leaves everything as it was. A connection that breaks in that last step leaves the outcome
 * unknown.
 */
export async function putFile(
  life: Pick<Life, "uploads">,
  target: Target,
  { id, path, bytes, sha256, replaces }: NonNullable<Envelope["upload"]>,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  let placing = false;
  try {
    if (target.fileSystem === undefined) throw new TargetError("bad_request", "The target has no files.");
    const terms = { limit: bytes, overwrite: replaces !== null, sha256, replaces, placing: () => (placing = true) };
    await target.fileSystem.upload(path, life.uploads.read(id), terms, signal);
    return {
      state: "succeeded",
      affected: [{ object: path, inserted: replaces === null ? 1 : 0, updated: replaces === null ? 0 : 1, deleted: 0 }],
    };
  } catch (error) {
    if (!(error instanceof TargetError)) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT")
        return failed("failed", "not_found", "The bytes that were agreed to are kept no longer; send them again.");
      throw error;
    }
    if (placing && error.code === "target_down")
      return failed("unknown", error.code, `The connection broke as the file was to take its place; look whether it did. ${error.message}`);
    if (error.code === "cancelled") return failed("cancelled", error.code, error.message);
    return failed("failed", error.code, `${error.message} Nothing was put there.`);
  } finally {
    await life.uploads.drop(id);
  }
}

const failed = (state: ExecuteOutcome["state"], code: NonNullable<ExecuteOutcome["error"]>["code"], message: string): ExecuteOutcome => ({
  state,
  affected: [],
  error: { code, message },
});
