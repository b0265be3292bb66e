import type { editor, IDisposable } from "monaco-editor";
import * as Y from "yjs";
import { textChange } from "../yaml/text-change.ts";
import type { OthersEdit } from "./cursor-place.ts";

/** The part of Monaco's ITextModel the binding uses. `undo` and `redo` are replaced: only the binding knows whose edits are whose. */
export type TextModel = Pick<
  editor.ITextModel,
  "getValue" | "setValue" | "applyEdits" | "setEOL" | "onDidChangeContent" | "getPositionAt" | "undo" | "redo"
>;

/** monaco.editor.EndOfLineSequence.LF, written as a number so that this file loads without a browser. */
const LF = 0 as editor.EndOfLineSequence;

/**
 * Keeps a Monaco model and a Y.Text the same. Offsets are UTF-16 units on both sides, which holds only while lines end in LF alone:
 * the model is set to LF, and a carriage return that some other client wrote is shown as nothing and removed by the first writer.
 * Undo and redo take back the own edits only. Dispose it before the model.
 */
export class MonacoBinding implements IDisposable {
  readonly undoManager: Y.UndoManager;
  readonly #text: Y.Text;
  readonly #model: TextModel;
  readonly #canWrite: () => boolean;
  readonly #aroundOthers: (apply: () => void, edits: readonly OthersEdit[]) => void;
  readonly #observer: (event: Y.YTextEvent, transaction: Y.Transaction) => void;
  readonly #listener: IDisposable;
  #applying = false;

  /** `aroundOthers` carries out an edit of somebody else and may put the own cursors where they belong. */
  constructor(
    text: Y.Text,
    model: TextModel,
    canWrite: () => boolean,
    aroundOthers: (apply: () => void, edits: readonly OthersEdit[]) => void = (apply) => apply(),
  ) {
    this.#text = text;
    this.#aroundOthers = aroundOthers;
    this.#model = model;
    this.#canWrite = canWrite;
    this.undoManager = new Y.UndoManager(text, { trackedOrigins: new Set([this]), captureTimeout: 500 });
    model.setEOL(LF);
    this.#showWhole();
    this.#observer = (event, transaction) => this.#fromDocument(event, transaction);
    text.observe(this.#observer);
    this.#listener = model.onDidChangeContent((event) => this.#fromModel(event));
    model.undo = () => void this.undoManager.undo();
    model.redo = () => void this.undoManager.redo();
  }

  /** Makes an edit that undo takes back by itself, however soon after it something was typed, or is. */
  apart(edit: () => void): void {
    this.undoManager.stopCapturing();
    edit();
    this.undoManager.stopCapturing();
  }

  dispose(): void {
    this.#text.unobserve(this.#observer);
    this.#listener.dispose();
    this.undoManager.destroy();
  }

  #fromModel(event: editor.IModelContentChangedEvent): void {
    if (this.#applying) return;
    if (!this.#canWrite()) {
      this.#showWhole();
      return;
    }
    this.#text.doc!.transact(() => {
      if (cutsPairs(event, this.#model.getValue())) return this.#writeWhole();
      // From the last change to the first, so that the offsets of those before stay true.
      for (const change of [...event.changes].sort((a, b) => b.rangeOffset - a.rangeOffset)) {
        const inserted = change.text.replaceAll("\r", "");
        if (this.#stands(inserted, change)) continue;
        if (change.rangeLength > 0) this.#text.delete(change.rangeOffset, change.rangeLength);
        if (inserted !== "") this.#text.insert(change.rangeOffset, inserted);
      }
    }, this);
    this.#mendPairs();
  }

  /** Makes the document what the model shows, in whole characters: Yjs writes U+FFFD for each half of one that an edit cuts in two. */
  #writeWhole(): void {
    const raw = this.#text.toString();
    const wanted = this.#model.getValue().replaceAll("\r", "").toWellFormed();
    const change = textChange(raw, wanted);
    if (change === undefined) return;
    const start = isWithinPair(raw, change.start) ? change.start - 1 : change.start;
    const end = isWithinPair(raw, change.end) ? change.end + 1 : change.end;
    if (end > start) this.#text.delete(start, end - start);
    const inserted = wanted.slice(start, wanted.length - (raw.length - end));
    if (inserted !== "") this.#text.insert(start, inserted);
  }

  /** Typing over a bracket or quote that Monaco closed by itself replaces it by itself: not an edit, and nobody becomes an author by it. */
  #stands(text: string, { rangeOffset, rangeLength }: editor.IModelContentChange): boolean {
    return text.length === rangeLength && this.#text.toString().startsWith(text, rangeOffset);
  }

  #fromDocument(event: Y.YTextEvent, transaction: Y.Transaction): void {
    // What this binding wrote is in the model already; its undo and redo come with the manager as origin and are not.
    if (transaction.origin === this) return;
    const edits = editsOf(event.delta, this.#model);
    if (edits === undefined || this.#model.getValue().length + edits.growth !== this.#text.length) this.#showWhole();
    else {
      const apply = () => this.#withoutEcho(() => this.#model.applyEdits(edits.edits));
      // The own undo moves the cursor to what it brings back, as everywhere.
      if (transaction.origin === this.undoManager) apply();
      else this.#aroundOthers(apply, edits.places);
    }
    this.#mendPairs();
  }

  /** Yjs writes U+FFFD where an edit cuts a surrogate pair in two, without saying so in the delta. */
  #mendPairs(): void {
    if (!this.#model.getValue().isWellFormed()) this.#showWhole();
  }

  /** Makes the model show the whole document, changing as little of it as a common start and end allow. */
  #showWhole(): void {
    const raw = this.#text.toString();
    const wanted = raw.replaceAll("\r", "");
    const shown = this.#model.getValue();
    const edit = textChange(shown, wanted);
    if (edit !== undefined) {
      this.#withoutEcho(() =>
        this.#model.applyEdits([{ range: rangeOf(this.#model, edit.start, edit.end), text: edit.text, forceMoveMarkers: true }]),
      );
    }
    if (raw.length !== wanted.length && this.#canWrite()) queueMicrotask(() => this.#removeReturns());
  }

  #removeReturns(): void {
    if (!this.#canWrite()) return;
    this.#text.doc?.transact(() => {
      const raw = this.#text.toString();
      for (let at = raw.lastIndexOf("\r"); at >= 0; at = at === 0 ? -1 : raw.lastIndexOf("\r", at - 1)) this.#text.delete(at, 1);
    }, REMOVING_RETURNS);
  }

  #withoutEcho(change: () => void): void {
    this.#applying = true;
    try {
      change();
    } finally {
      this.#applying = false;
    }
  }
}

const isHigh = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xd800;
const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
const isWithinPair = (text: string, at: number): boolean => isHigh(text, at - 1) && isLow(text, at);

/** Whether a change of what was well-formed before begins or ends within a surrogate pair; `after` is the text after it. */
function cutsPairs({ changes }: editor.IModelContentChangedEvent, after: string): boolean {
  let grown = 0;
  return [...changes]
    .sort((a, b) => a.rangeOffset - b.rangeOffset)
    .some(({ rangeOffset, rangeLength, text }) => {
      const start = rangeOffset + grown;
      grown += text.length - rangeLength;
      return isHigh(after, start - 1) || isLow(after, start + text.length);
    });
}

/** Not the own origin: undo must not bring carriage returns back. */
const REMOVING_RETURNS = "remove carriage returns";

/** A Yjs delta as edits of the model as it is now; undefined when a carriage return makes the offsets differ. */
function editsOf(
  delta: Y.YTextEvent["delta"],
  model: TextModel,
): { edits: editor.IIdentifiedSingleEditOperation[]; places: OthersEdit[]; growth: number } | undefined {
  const edits: editor.IIdentifiedSingleEditOperation[] = [];
  const places: OthersEdit[] = [];
  let at = 0;
  let growth = 0;
  for (const step of delta) {
    if (step.retain !== undefined) at += step.retain;
    else if (step.delete !== undefined) {
      edits.push({ range: rangeOf(model, at, at + step.delete), text: "" });
      places.push({ at, removed: step.delete, added: 0 });
      at += step.delete;
      growth -= step.delete;
    } else if (typeof step.insert === "string") {
      if (step.insert.includes("\r")) return undefined;
      edits.push({ range: rangeOf(model, at, at), text: step.insert, forceMoveMarkers: true });
      const before = places.at(-1);
      // Yjs reports a replacement as a deletion and an insert behind it.
      if (before && before.at + before.removed === at && before.added === 0) before.added = step.insert.length;
      else places.push({ at, removed: 0, added: step.insert.length });
      growth += step.insert.length;
    }
  }
  return { edits: joinTouching(edits), places, growth };
}

/** Monaco refuses overlapping edits and orders touching ones its own way, so an insert at a deletion's start becomes one replacement. */
function joinTouching(edits: editor.IIdentifiedSingleEditOperation[]): editor.IIdentifiedSingleEditOperation[] {
  const joined: editor.IIdentifiedSingleEditOperation[] = [];
  for (const edit of edits) {
    const before = joined.at(-1);
    if (before && before.range.endLineNumber === edit.range.startLineNumber && before.range.endColumn === edit.range.startColumn)
      joined[joined.length - 1] = {
        range: { ...before.range, endLineNumber: edit.range.endLineNumber, endColumn: edit.range.endColumn },
        text: (before.text ?? "") + (edit.text ?? ""),
        forceMoveMarkers: true,
      };
    else joined.push(edit);
  }
  return joined;
}

function rangeOf(model: TextModel, start: number, end: number) {
  const from = model.getPositionAt(start);
  const to = model.getPositionAt(end);
  return { startLineNumber: from.lineNumber, startColumn: from.column, endLineNumber: to.lineNumber, endColumn: to.column };
}
