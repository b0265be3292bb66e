import { createHash } from "node:crypto";
import type { CommandFiles, Connector } from "@interlock/connector";
import { FileName, LIMITS, ok, readsAsItIs, refuse, STANDARD_INPUT, type Outcome, type Refusal } from "@interlock/protocol";
import type { RoomFile } from "../document/document-store.ts";

/** What somebody sends along with a text. */
export interface GivenFiles {
  files?: Readonly<Record<string, string>> | undefined;
  stdin?: string | undefined;
}

/** What a command reads, from here on. */
export interface FrozenFile {
  name: string;
  content: string;
  bytes: number;
  /** SHA-256, hex, of the content in UTF-8. */
  sha256: string;
  /** The document it was, and everybody who wrote or deleted in it. */
  document?: { id: string; authors: readonly string[] };
}

export interface FileSources extends GivenFiles {
  text: string;
  connector: Connector;
  connectionId: string;
  /** The documents of the room, asked for only when the text names a file that is not given. Undefined where there is no room. */
  room?: (() => Promise<readonly RoomFile[]>) | undefined;
}

/**
 * Everything a text reads besides itself, by name: what is sent with it, else the room's document of that name as it is now. Nothing is read
 * from a disk. A file that nothing would read is refused: a reviewer must not be shown what does not matter.
 */
export async function freezeFiles(sources: FileSources): Promise<Outcome<FrozenFile[]>> {
  const { text, connector, room } = sources;
  const given = givenFiles(sources);
  if (!given.ok) return given;
  const named = connector.files?.(text);
  if (named === undefined) return given.value.size === 0 ? ok([]) : refuse("bad_request", `Commands of ${connector.name} read no files.`);
  const frozen = new Map<string, FrozenFile>();
  const whole = named.folders.length > 0;
  for (const [name, content] of given.value) {
    const read = name === STANDARD_INPUT ? named.stdin : whole || named.names.some((one) => one === name || name.startsWith(`${one}/`));
    if (!read)
      return refuse("bad_request", name === STANDARD_INPUT ? "Nothing reads the standard input." : `Nothing reads the file ${name}.`);
    frozen.set(name, fileOf(name, content));
  }
  const missing = named.names.filter((name) => !has(frozen, name));
  // Who sends a folder's files with the command means those, whatever the room holds.
  const roomFolder = whole && ![...given.value.keys()].some((name) => name !== STANDARD_INPUT);
  if (missing.length > 0 || roomFolder) {
    const documents = (await room?.()) ?? [];
    const there = documents.filter(({ name }) => FileName.safeParse(name).success);
    const wanted: RoomFile[] = [];
    for (const name of missing) {
      const found = there.filter((one) => one.name === name || one.name.startsWith(`${name}/`));
      if (found.length === 0) return absent(name, room === undefined ? [...given.value.keys()] : there.map((one) => one.name));
      wanted.push(...found);
    }
    // Of a whole folder only what is a file for this protocol: a document of statements is none.
    if (roomFolder) wanted.push(...there.filter(({ language }) => language !== connector.language && FILE_LANGUAGES.has(language)));
    for (const name of new Set(wanted.map((one) => one.name))) {
      const alike = there.filter((one) => one.name === name);
      // Of two documents of one name the one of the command's own connection; where that does not decide, a person must.
      const own = alike.filter((one) => one.connectionId === sources.connectionId);
      const [chosen, ...more] = own.length > 0 ? own : alike;
      if (more.length > 0)
        return refuse("file_missing", `The room has ${more.length + 1} documents called ${name}; remove or rename all but one.`);
      if (chosen === undefined || frozen.has(name)) continue;
      const { content, authors } = await chosen.read();
      frozen.set(name, { ...fileOf(name, content), document: { id: chosen.id, authors } });
    }
  }
  if (named.stdin && !frozen.has(STANDARD_INPUT))
    return refuse("file_missing", "Nothing is given for its standard input: write the text behind the line, with -f - <<'EOF'.");
  return checked([...frozen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

/** Languages of documents that are files, not statements; see `languageOfName`. */
const FILE_LANGUAGES: ReadonlySet<string> = new Set(["yaml", "json", "plaintext"]);

function givenFiles({ files = {}, stdin }: GivenFiles): Outcome<Map<string, string>> {
  const all = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    if (!FileName.safeParse(name).success)
      return refuse(
        "bad_request",
        `${JSON.stringify(name.slice(0, 100))} is no name of a file: it must be plain and relative, such as deploy.yaml.`,
      );
    all.set(name, content);
  }
  const folder = [...all.keys()].find((name) => [...all.keys()].some((other) => other.startsWith(`${name}/`)));
  if (folder !== undefined) return refuse("bad_request", `${folder} is a file and a folder.`);
  if (stdin !== undefined) all.set(STANDARD_INPUT, stdin);
  return ok(all);
}

const has = (files: ReadonlyMap<string, FrozenFile>, name: string): boolean =>
  files.has(name) || [...files.keys()].some((one) => one.startsWith(`${name}/`));

function absent(name: string, known: readonly string[]): Refusal {
  const files = known.filter((one) => one !== STANDARD_INPUT).toSorted();
  const shown = files.slice(0, 20).join(", ");
  const more = files.length > 20 ? ` and ${files.length - 20} more` : "";
  return refuse(
    "file_missing",
    `There is no file ${name}. ${files.length === 0 ? "There are no files here." : `There are: ${shown}${more}.`}`,
  );
}

function checked(files: FrozenFile[]): Outcome<FrozenFile[]> {
  if (files.length > LIMITS.commandFiles)
    return refuse("too_large", `A command reads at most ${LIMITS.commandFiles} files; these are ${files.length}.`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > LIMITS.commandFileBytes)
    return refuse("too_large", `The files of a command are at most ${LIMITS.commandFileBytes} bytes together; these are ${bytes}.`);
  // Reviewers agree to what they read, so it must read as what will be used (I2).
  const odd = files.find(({ content }) => !readsAsItIs(content));
  if (odd !== undefined)
    return refuse(
      "bad_request",
      `${odd.name} holds control characters, or ones that make it read otherwise than it is; write them as escapes.`,
    );
  return ok(files);
}

function fileOf(name: string, content: string): FrozenFile {
  return { name, content, bytes: Buffer.byteLength(content), sha256: sha256(content) };
}

export const sha256 = (content: string): string => createHash("sha256").update(content, "utf8").digest("hex");

/** As a target takes them; undefined where there are none. */
export function asCommandFiles(files: readonly Pick<FrozenFile, "name" | "content">[]): CommandFiles | undefined {
  return files.length === 0 ? undefined : new Map(files.map(({ name, content }) => [name, Buffer.from(content)]));
}

/** One line of the envelope for each file, sorted. */
export const sealedFiles = (files: readonly Pick<FrozenFile, "name" | "sha256">[]): string[] =>
  files.map((file) => `${file.name}=sha256:${file.sha256}`).toSorted();
