/** What changes how text reads, or is not seen at all: controls, line ends, and the marks that reverse or join. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A name of a host's file as it can be drawn on one line: anything but `/` may be in it. */
export const visibleName = (name: string): string =>
  name.replaceAll(UNSEEN, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });

/** The last part of a path. */
export const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1) || "/";

export const joined = (folder: string, name: string): string => `${folder === "/" ? "" : folder}/${name}`;

/** The folders of an absolute path, from `/` on, each with its own path. */
export function crumbs(path: string): { name: string; path: string }[] {
  const parts = path.split("/").filter(Boolean);
  return [{ name: "/", path: "/" }, ...parts.map((name, at) => ({ name, path: `/${parts.slice(0, at + 1).join("/")}` }))];
}

/** `drwxr-xr-x`, as `ls -l` has it. */
export function modeWords(kind: "file" | "folder" | "link" | "special", mode: number): string {
  const type = { file: "-", folder: "d", link: "l", special: "?" }[kind];
  const bits = ["r", "w", "x", "r", "w", "x", "r", "w", "x"].map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : "-"));
  if (mode & 0o4000) bits[2] = bits[2] === "x" ? "s" : "S";
  if (mode & 0o2000) bits[5] = bits[5] === "x" ? "s" : "S";
  if (mode & 0o1000) bits[8] = bits[8] === "x" ? "t" : "T";
  return type + bits.join("");
}

/** `2026-11-22 02:31`, in the browser's time. */
export function timeWords(at: number): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
