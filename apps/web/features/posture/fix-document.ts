import { Document, ERRORS, ok, type Outcome, Room } from "@interlock/protocol";
import { newKey } from "../room/request-key.ts";
import { rest } from "../shell/rest-client.ts";

const Made = Document.pick({ id: true });

export interface FixText {
  name: string;
  /** Name of the connection. */
  connection: string;
  text: string;
}

/**
 * Puts the lines of a fix into a document of a room that is there, or of one that is made for them. However often somebody tries again, there is
 * one new room: the first attempt that makes it is remembered, and an attempt of which nobody knows what became of it is sent again as itself.
 */
export class FixDocument {
  /** The room that was made for it. */
  #room: Room | undefined;
  /** Keys of requests that had no answer, by what they ask. */
  readonly #unanswered = new Map<string, string>();

  get room(): Room | undefined {
    return this.#room;
  }

  /** `roomId`: undefined for a new one. Rejects never. */
  async put(roomId: string | undefined, fix: FixText): Promise<Outcome<{ roomId: string; documentId: string }>> {
    if (roomId === undefined && this.#room === undefined) {
      const made = await this.#post("/rooms", { title: `Posture of ${fix.connection}` }, Room);
      if (!made.ok) return made;
      this.#room = made.value;
    }
    const target = roomId ?? this.#room!.id;
    const made = await this.#post(`/rooms/${target}/documents`, fix, Made);
    return made.ok ? ok({ roomId: target, documentId: made.value.id }) : made;
  }

  async #post<T>(path: string, body: object, reader: Parameters<typeof rest.post<T>>[2]): Promise<Outcome<T>> {
    const request = JSON.stringify([path, body]);
    const key = this.#unanswered.get(request) ?? newKey();
    const outcome = await rest.post(path, body, reader, { key });
    // A refusal is an answer, which the same key would only repeat.
    if (outcome.ok || (ERRORS[outcome.code].status < 500 && outcome.code !== "protocol_version")) this.#unanswered.delete(request);
    else this.#unanswered.set(request, key);
    return outcome;
  }
}
