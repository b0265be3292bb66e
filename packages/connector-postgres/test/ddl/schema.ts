import { readFile } from "node:fs/promises";

/** Whether a line is for servers of this major version: it may end in `-- since N` or `-- before N`. */
export function isFor(line: string, version: number): boolean {
  const [, when, mark] = /-- (since|before) (\d+)$/.exec(line) ?? [];
  return mark === undefined || (when === "since" ? version >= Number(mark) : version < Number(mark));
}

/** schema.sql as a server of this major version can have it. */
export async function schemaFor(version: number): Promise<string> {
  const text = await readFile(new URL("schema.sql", import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => isFor(line, version))
    .join("\n");
}
