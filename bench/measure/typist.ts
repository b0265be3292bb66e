import { setTimeout as sleep } from "node:timers/promises";
import * as Y from "yjs";
import { Editor } from "../../apps/agent/test/editor.ts";
import { ORIGIN } from "./agent.ts";

/** When each stroke was typed, by client id and clock: a stroke inserts one character, so one clock is one stroke. */
export type Strokes = Map<number, Map<number, number>>;

/** One person with the document open: types, moves the cursor with it, and notes when other people's strokes arrive. */
export class Typist {
  readonly #editor: Editor;
  readonly #strokes: Strokes;
  readonly #unacknowledged: { sent: number; at: number }[] = [];
  /** Milliseconds from a stroke in another editor to its text in this one. */
  readonly seen: number[] = [];
  /** Milliseconds from a stroke in this editor to word that it is durable. */
  readonly durable: number[] = [];

  private constructor(editor: Editor, strokes: Strokes) {
    this.#editor = editor;
    this.#strokes = strokes;
    editor.doc.on("afterTransaction", (transaction: Y.Transaction) => this.#arrived(transaction));
    // After the editor's own listener, which has read the acknowledgement by then.
    editor.ws.on("message", () => this.#acknowledged());
  }

  static async open(url: string, strokes: Strokes): Promise<Typist> {
    return new Typist(await Editor.open(url, ORIGIN), strokes);
  }

  get text(): string {
    return this.#editor.toString();
  }

  /** Characters there when somebody starts to type. */
  get length(): number {
    return this.#editor.text.length;
  }

  /** Types where the own cursor is, or at the end: one character, or several at once as pasting does. Answers with the new cursor. */
  stroke(characters: string): unknown {
    const { doc, text, awareness } = this.#editor;
    const cursor = awareness.getLocalState()?.["cursor"] as { head: unknown } | undefined;
    const known = cursor && Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(cursor.head), doc);
    const at = known?.index ?? text.length;
    const typed = performance.now();
    const own = this.#strokes.get(doc.clientID) ?? new Map<number, number>();
    this.#strokes.set(doc.clientID, own);
    own.set(Y.getState(doc.store, doc.clientID), typed);
    text.insert(at, characters);
    this.#unacknowledged.push({ sent: this.#editor.sent, at: typed });
    // Bound to the character left of it, as an editor's cursor is: others' text at this place does not carry it away.
    const head: unknown = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, at + characters.length, -1));
    awareness.setLocalStateField("cursor", { anchor: head, head });
    return head;
  }

  /** Resolves when everything typed here is durable and `length` characters are here. */
  async complete(length: number): Promise<void> {
    await this.#editor.saved();
    await this.#editor.until(() => this.length >= length, "complete");
    if (this.#editor.refusals.length > 0) throw new Error(`refused: ${JSON.stringify(this.#editor.refusals)}`);
  }

  close(): void {
    this.#editor.close();
  }

  #arrived({ afterState, beforeState }: Y.Transaction): void {
    const now = performance.now();
    for (const [client, clock] of afterState) {
      if (client === this.#editor.clientId) continue;
      const typed = this.#strokes.get(client);
      for (let at = beforeState.get(client) ?? 0; at < clock; at++) {
        const when = typed?.get(at);
        if (when !== undefined) this.seen.push(now - when);
      }
    }
  }

  #acknowledged(): void {
    const now = performance.now();
    while (this.#unacknowledged[0] !== undefined && this.#unacknowledged[0].sent <= this.#editor.acked)
      this.durable.push(now - this.#unacknowledged.shift()!.at);
  }
}

/** Types a text with the pauses of a person: 60 to 240 ms, longer between words. Resolves after the last stroke. */
export async function typeLikeAPerson(text: string, chance: () => number, stroke: (character: string) => void): Promise<void> {
  for (const character of text) {
    await sleep((character === " " ? 120 : 60) + chance() * 180);
    stroke(character);
  }
}
