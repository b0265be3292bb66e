import { readsAsItIs, type Upload } from "@interlock/protocol";

/** What people read of an upload: where it goes, which bytes, in place of what. The bytes themselves are agreed to by their hash. */
export function uploadText({ path, bytes, sha256, replaces }: Upload): string {
  const size = (of: number): string => `${of.toLocaleString("en-US")} ${of === 1 ? "byte" : "bytes"}`;
  const before =
    replaces === null
      ? "nothing is there"
      : `in place of ${size(replaces.bytes)}, ${replaces.sha256 === undefined ? "too large for a hash" : `SHA-256 ${replaces.sha256}`}, written ${new Date(replaces.modified).toISOString()}`;
  return `put ${plainPath(path)}\n# ${size(bytes)}, SHA-256 ${sha256}\n# ${before}`;
}

/** A path on one line that reads as it is; odd characters as escapes. */
function plainPath(path: string): string {
  const escaped = JSON.stringify(path).replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return /^[^\s"\\]+$/u.test(path) && readsAsItIs(path) && escaped === `"${path}"` ? path : escaped;
}
