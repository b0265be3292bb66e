import { ERRORS, ok, type Outcome, Room } from "@interlock/protocol";
import { newKey } from "../room/request-key.ts";
import { rest } from "../shell/rest-client.ts";

type Reader<T> = Parameters<typeof rest.post<T>>[2];

/**
 * Puts something into a room that is there, or into one that is made for it. However often somebody tries again, there is one new room: the
 * first attempt that makes it is remembered, and an attempt of which nobody knows what became of it is sent again as itself.
 */
export class RoomPosts {
  readonly #title: string;
  /** The room that was made for it. */
  #room: Room | undefined;
  /** Keys of requests that had no answer, by what they ask. */
  readonly #unanswered = new Map<string, string>();

  /** `title`: of the room that is made. */
  constructor(title: string) {
    this.#title = title;
  }

  get room(): Room | undefined {
    return this.#room;
  }

  /** `roomId`: undefined for a new one. `what`: the last part of the path below the room. Rejects never. */
  async put<T>(
    roomId: string | undefined,
    what: "documents" | "commands",
    body: object,
    reader: Reader<T>,
  ): Promise<Outcome<{ roomId: string; answer: T }>> {
    if (roomId === undefined && this.#room === undefined) {
      const made = await this.#post("/rooms", { title: this.#title }, Room);
      if (!made.ok) return made;
      this.#room = made.value;
    }
    const target = roomId ?? this.#room!.id;
    const made = await this.#post(`/rooms/${target}/${what}`, body, reader);
    return made.ok ? ok({ roomId: target, answer: made.value }) : made;
  }

  async #post<T>(path: string, body: object, reader: Reader<T>): Promise<Outcome<T>> {
    const request = JSON.stringify([path, body]);
    const key = this.#unanswered.get(request) ?? newKey();
    const outcome = await rest.post(path, body, reader, { key });
    // A refusal is an answer, which the same key would only repeat.
    if (outcome.ok || (ERRORS[outcome.code].status < 500 && outcome.code !== "protocol_version")) this.#unanswered.delete(request);
    else this.#unanswered.set(request, key);
    return outcome;
  }
}
