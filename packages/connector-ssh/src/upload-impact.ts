import type { FileState } from "@interlock/connector";
import { bareStatement, strongest, type Effect, type Impact } from "@interlock/protocol";
import { analyzeShell } from "@interlock/shell-model";
import { quoted } from "./quoting.ts";

interface Foretold {
  bytes: number;
  replaces: FileState | null;
  /** Of the account. */
  home: string;
  started: number;
}

/**
 * What putting a file in place would do: something new (`append`), or a change of what is there (`modify`). Where a line of a shell that writes
 * there would be more than that (configuration of the host, keys that let people in, what a scheduler runs), so is this.
 */
export function uploadImpact(path: string, { bytes, replaces, home, started }: Foretold): Impact {
  // As the account's own file as well: what its shells start with is known by its place below a home.
  const names = [path, ...(path.startsWith(`${home}/`) ? [`/home/account${path.slice(home.length)}`] : [])];
  const lines = names.flatMap((name) => analyzeShell(`cat > ${quoted(name)}`).lines);
  const written = lines.flatMap(({ objects }) => objects);
  const beyond = written.map(({ effect }) => effect).filter((effect) => effect === "privilege" || effect === "unknown");
  const effect: Effect = strongest([replaces === null ? "append" : "modify", ...beyond]);
  const risks = lines.flatMap((line) => line.risks).map(({ code, message }) => ({ code, severity: "danger" as const, message }));
  const title = `${replaces === null ? "Uploads" : "Replaces"} ${path}`;
  const text = `put ${path}`;
  return {
    effect,
    complete: true,
    tookMs: performance.now() - started,
    warnings: [],
    script: true,
    statements: [
      {
        ...bareStatement({
          index: 0,
          start: 0,
          end: text.length,
          text,
          title: `${title} (${bytes.toLocaleString("en-US")} bytes)`,
          effect,
        }),
        effects: [{ effect, object: path, kind: "upload", rows: { value: 1, kind: "exact" } }],
        reversibleReason: "Interlock does not keep what a file held before",
        risks,
      },
    ],
  };
}

/** One line of what is agreed to: where, which bytes, in place of what. */
export function uploadTarget(
  path: string,
  { bytes, sha256, replaces }: { bytes: number; sha256: string; replaces: FileState | null },
): string {
  const before = replaces === null ? "nothing" : `${replaces.bytes}:${replaces.sha256 ?? `at ${replaces.modified}`}`;
  return `file:${path}=${bytes}:${sha256} in place of ${before}`;
}
