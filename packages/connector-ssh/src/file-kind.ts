import type { FileKind } from "@interlock/connector";

/** What a file is by its mode: the type is in the bits 0o170000, as POSIX has it. */
export function kindOf({ mode }: { mode: number }): FileKind {
  const type = mode & 0o170000;
  if (type === 0o100000) return "file";
  if (type === 0o040000) return "folder";
  return type === 0o120000 ? "link" : "special";
}
