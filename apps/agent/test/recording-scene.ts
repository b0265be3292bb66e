import { randomUUID } from "node:crypto";
import { appendAudit, hashToken, newToken, type Db } from "@interlock/db";
import { CastWriter, CHUNK_MS, unpackContent } from "@interlock/recording";
import { RecordingStore } from "../src/terminal/recording-store.ts";
import type { TestPerson } from "./people.ts";

/** What happened in a made-up shell, with milliseconds since its beginning. */
export type Scene = readonly (
  | [at: number, what: "output", text: string]
  | [at: number, what: "started", text: string]
  | [at: number, what: "finished", exitCode: number]
)[];

export interface StoredRecording {
  roomId: string;
  connectionId: string;
  openedBy: TestPerson;
  name?: string;
  openedAt?: Date;
  scene: Scene;
  /** How it is at the end; it goes on without one. */
  end?: "sealed" | "interrupted";
}

/** Stores a recording as a terminal of the agent does: its pieces, and the event of its end. Returns its id. */
export async function storeRecording(db: Db, recording: StoredRecording): Promise<string> {
  const { roomId, connectionId, openedBy, name = "api-stg", openedAt = new Date(), scene, end } = recording;
  const id = randomUUID();
  const lasts = scene.at(-1)?.[0] ?? 0;
  await db.terminal.create({
    data: {
      id,
      roomId,
      connectionId,
      name,
      openedById: openedBy.id,
      key: id,
      terms: { joining: "peer", moderators: [] },
      columns: 80,
      rows: 24,
      phase: end === undefined ? "live" : "ended",
      openedAt,
      connectedAt: openedAt,
      endedAt: end === undefined ? null : new Date(openedAt.getTime() + lasts),
      recording: end ?? "recording",
    },
  });
  let now = 0;
  let stored = { chunks: 0, bytes: 0, hash: "" };
  const writer = new CastWriter({
    recording: id,
    header: { columns: 80, rows: 24, timestamp: Math.round(openedAt.getTime() / 1000), title: name },
    store: new RecordingStore(db, id),
    now: () => now,
    stored: ({ number, content, chain }) => (stored = { chunks: number + 1, bytes: stored.bytes + content.byteLength, hash: chain }),
  });
  for (const [at, what, value] of scene) {
    // As by the clock of a terminal: what was shown is stored within a second.
    if (at - now >= CHUNK_MS) await writer.flush();
    now = at;
    if (what === "output") writer.output(new TextEncoder().encode(value));
    else if (what === "started") writer.command({ kind: "started", text: value, folder: "/srv/api" });
    else writer.command({ kind: "finished", exitCode: value });
  }
  if (end === undefined) await writer.flush();
  else if (end === "sealed") await writer.seal({ code: 0 });
  else await writer.interrupt("Interlock was restarted");
  if (end !== undefined) {
    const data = { terminalId: id, name, recording: { state: end, ...stored } };
    await db.$transaction((tx) => appendAudit(tx, { type: "terminal.ended", actor: "system", roomId, data }));
  }
  return id;
}

/** Asks the REST interface as a person. */
export function restOf(db: Db, port: () => number) {
  const tokens = new Map<string, string>();
  return async (person: TestPerson, path: string, init: RequestInit = {}): Promise<Response> => {
    let token = tokens.get(person.id);
    if (token === undefined) {
      token = newToken();
      tokens.set(person.id, token);
      await db.apiToken.create({ data: { userId: person.id, hash: hashToken(token) } });
    }
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return fetch(`http://127.0.0.1:${port()}/api/v1${path}`, { ...init, headers });
  };
}

/** What is stored of a recording, to be searched as text. */
export async function unpackedText(contents: readonly Uint8Array[]): Promise<string> {
  return Buffer.concat(await Promise.all(contents.map(unpackContent))).toString();
}
