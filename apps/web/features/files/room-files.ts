import { Document, ERRORS, LIMITS } from "@interlock/protocol";
import { toast } from "sonner";
import { newKey } from "../room/request-key.ts";
import type { RoomSession } from "../room/room-session.ts";
import { rest } from "../shell/rest-client.ts";
import { fileSize } from "../queue/file-size.ts";

/** Languages of documents that are files for commands, not commands themselves. */
const FILE_LANGUAGES: ReadonlySet<string> = new Set(["yaml", "json", "plaintext"]);

export const isFile = (document: Document) => FILE_LANGUAGES.has(document.language);

/** Files taken at once; who needs more has a folder, which is not what one drops at night. */
const AT_ONCE = 20;

/** Puts files of this computer into the room as documents, whose names commands use. Says what became of each that was not taken. */
export async function addFiles(session: RoomSession, connection: string, files: readonly File[]): Promise<void> {
  if (files.length > AT_ONCE) {
    toast.error(`That is ${files.length} files; at most ${AT_ONCE} are added at once.`);
    return;
  }
  const added: Document[] = [];
  for (const file of files) {
    const refusal = await addFile(session, connection, file, (document) => added.push(document));
    if (refusal !== undefined) toast.error(`${file.name} was not added.`, { description: refusal });
  }
  const [first] = added;
  if (first === undefined) return;
  toast(added.length === 1 ? `${first.name} is in the room.` : `${added.length} files are in the room.`, {
    description: `Commands read ${added.length === 1 ? "it" : "them"} by name: -f ${first.name}`,
  });
  session.openDocument(first.id);
}

async function addFile(
  session: RoomSession,
  connection: string,
  file: File,
  take: (document: Document) => void,
): Promise<string | undefined> {
  if (file.size > LIMITS.commandFileBytes) return `It is ${fileSize(file.size)}; a file is at most ${fileSize(LIMITS.commandFileBytes)}.`;
  const taken = session.state.get().documents.some(({ name }) => name === file.name);
  if (taken) return "The room has a document of that name: commands could not tell them apart. Remove or edit that one.";
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return "It is no text in UTF-8.";
  }
  const made = await rest.post(`/rooms/${session.roomId}/documents`, { name: file.name, connection, text }, Document, { key: newKey() });
  if (!made.ok) return made.detail ?? ERRORS[made.code].title;
  take(made.value);
  return undefined;
}
