import { textFingerprint, type Diagnostic, type Document, type DraftAnalysis } from "@interlock/protocol";
import type { editor, IDisposable, IPosition } from "monaco-editor";
import { afterDialogs } from "../../components/ui/focus-return.tsx";
import type { RoomSession } from "../room/room-session.ts";
import { editorLanguage } from "./document-language.ts";
import { codeOptions, MODEL_OPTIONS, wrapping } from "./code-options.ts";
import { coversCursor } from "./cursor-cover.ts";
import { type OthersEdit, placeAfter } from "./cursor-place.ts";
import type { DocumentConnection } from "./document-connection.ts";
import { type Place, placeAt } from "./document-session.ts";
import { KeyboardExit } from "./keyboard-exit.ts";
import type { monaco as Monaco } from "./monaco.ts";
import { MonacoBinding } from "./monaco-binding.ts";
import { addProposalKeys, type ProposalKeys } from "./proposal-keys.ts";
import { RemoteCursors } from "./remote-cursors.ts";
import { completions } from "./sql-completion.ts";

/** Least time between two messages about the own cursor, in milliseconds. */
const FOCUS_EVERY = 50;

/** Where somebody may be typing, or choosing, something else. What is closing keeps the focus until it is gone. */
const OTHER_FIELDS =
  ':is([role="dialog"], [role="alertdialog"], [role="menu"]):not([data-state="closed"]), input, select, textarea:not(.monaco-editor *)';

/** A range of the document as it is now, with its text. UTF-16 units, end exclusive. */
export interface TextRange {
  start: number;
  end: number;
  text: string;
}

export interface DocumentEditorParts extends ProposalKeys {
  monaco: typeof Monaco;
  host: HTMLElement;
  session: RoomSession;
  document: Document;
  connection: DocumentConnection;
  onFocus: () => void;
}

/** One Monaco editor on one shared document. No React: the component makes it and disposes it. */
export class DocumentEditor implements IDisposable {
  readonly editor: editor.IStandaloneCodeEditor;
  readonly exit: KeyboardExit;
  readonly #parts: DocumentEditorParts;
  readonly #model: editor.ITextModel;
  readonly #binding: MonacoBinding;
  readonly #owned: IDisposable[] = [];
  readonly #highlight: editor.IEditorDecorationsCollection;
  #readOnly = true;
  /** Whether the person has been in the editor: who only looks on has no cursor to show and no statement to analyse. */
  #engaged = false;
  #withdrawKeyboard = (): void => {};
  #focusTimer: ReturnType<typeof setTimeout> | undefined;
  #focusedAt = 0;
  /** Of the model's text, so that it is worked out once a version. */
  #fingerprint: { version: number; of: string } | undefined;

  constructor(parts: DocumentEditorParts) {
    const { monaco, host, connection } = parts;
    const language = editorLanguage(parts.document.language);
    this.#parts = parts;
    this.#model = monaco.editor.createModel("", language.id);
    this.#model.updateOptions(MODEL_OPTIONS);
    this.editor = monaco.editor.create(host, {
      model: this.#model,
      ...codeOptions(host),
      readOnlyMessage: { value: "Observers read along; ask the room's lead to make you a responder." },
      ariaLabel: `${parts.document.name}, ${language.name}; Escape, then Tab leaves it`,
      lineHeight: 21,
      lineDecorationsWidth: 14,
      folding: false,
      overviewRulerLanes: 0,
      guides: { indentation: false, bracketPairs: false },
      quickSuggestions: { other: true, comments: false, strings: false },
      placeholder: language.placeholder,
    });
    this.#highlight = this.editor.createDecorationsCollection();
    this.exit = new KeyboardExit(monaco, this.editor);
    this.#binding = new MonacoBinding(
      connection.text,
      this.#model,
      () => !this.#readOnly,
      (apply, edits) => this.#keepingCursors(apply, edits),
    );
    this.#owned.push(
      this.exit,
      this.#binding,
      new RemoteCursors(monaco, this.editor, connection),
      monaco.languages.registerCompletionItemProvider(language.id, completions(parts.session, parts.document, this)),
      this.editor.onDidChangeCursorSelection(() => this.#focusSoon()),
      this.#model.onDidChangeContent(() => this.#changed()),
      this.editor.onDidLayoutChange(({ width }) => this.editor.updateOptions(wrapping(width))),
      // The impact below grows and shrinks with the statement: the line that is written stays in sight.
      this.editor.onDidLayoutChange(() => this.#engaged && this.editor.revealPositionInCenterIfOutsideViewport(this.editor.getPosition()!)),
      this.editor.onDidFocusEditorText(() => {
        this.#engaged = true;
        this.#focusSoon();
        parts.onFocus();
      }),
    );
    addProposalKeys(monaco, this.editor, parts);
  }

  get model(): editor.ITextModel {
    return this.#model;
  }

  setReadOnly(readOnly: boolean): void {
    this.#readOnly = readOnly;
    this.editor.updateOptions({ readOnly, domReadOnly: readOnly });
    if (!readOnly) this.#focusSoon();
  }

  /** Puts text where the cursor is, in place of the selection. */
  insert(text: string): void {
    if (this.#readOnly) return;
    this.editor.executeEdits("interlock", [{ range: this.editor.getSelection()!, text, forceMoveMarkers: true }]);
    this.editor.focus();
  }

  /** Writes a line of its own below the cursor's, or into it where that is empty. False while nothing may be written yet. */
  insertLine(line: string): boolean {
    if (this.#readOnly) return false;
    const { Range } = this.#parts.monaco;
    const { lineNumber } = this.editor.getPosition() ?? { lineNumber: 1 };
    const column = this.#model.getLineMaxColumn(lineNumber);
    const empty = this.#model.getLineContent(lineNumber).trim() === "";
    const range = empty ? new Range(lineNumber, 1, lineNumber, column) : new Range(lineNumber, column, lineNumber, column);
    this.#binding.apart(() =>
      this.editor.executeEdits("interlock", [{ range, text: `${empty ? "" : "\n"}${line}`, forceMoveMarkers: true }]),
    );
    const at = lineNumber + (empty ? 0 : 1);
    this.editor.setPosition({ lineNumber: at, column: this.#model.getLineMaxColumn(at) });
    this.editor.focus();
    return true;
  }

  /** Puts `text` in place of a range, as one edit of this person. */
  replace({ start, end }: { start: number; end: number }, text: string): void {
    if (this.#readOnly) return;
    const { Range } = this.#parts.monaco;
    this.#binding.apart(() =>
      this.editor.executeEdits("interlock", [
        { range: Range.fromPositions(this.#model.getPositionAt(start), this.#model.getPositionAt(end)), text },
      ]),
    );
    this.editor.focus();
  }

  get cursor(): number {
    return this.#model.getOffsetAt(this.editor.getPosition() ?? { lineNumber: 1, column: 1 });
  }

  /** The selection without the space around it; undefined when nothing is selected. */
  selection(): TextRange | undefined {
    const selection = this.editor.getSelection();
    if (!selection || selection.isEmpty()) return undefined;
    const raw = this.#model.getValueInRange(selection);
    const text = raw.trim();
    if (text === "") return undefined;
    const start = this.#model.getOffsetAt(selection.getStartPosition()) + raw.indexOf(text);
    return { start, end: start + text.length, text };
  }

  /** Whether an analysis is of the whole text as it is now: a beginning of what stands here is something else. */
  isCurrent(draft: Pick<DraftAnalysis, "fingerprint">): boolean {
    const version = this.#model.getVersionId();
    if (this.#fingerprint?.version !== version) this.#fingerprint = { version, of: textFingerprint(this.#model.getValue()) };
    return this.#fingerprint.of === draft.fingerprint;
  }

  /** Whether an analysis is of what the cursor is in now, not of what it has just left. */
  isUnderCursor(draft: Pick<DraftAnalysis, "fingerprint" | "at" | "start" | "end" | "text">): boolean {
    if (!this.isCurrent(draft)) return false;
    return draft.text === "" ? draft.at === this.cursor : coversCursor(this.#model.getValue(), draft, this.cursor);
  }

  /** Whether an analysis is of what a proposal would be of now: the selection, else the statement under the cursor. */
  isMeant(draft: Pick<DraftAnalysis, "fingerprint" | "at" | "start" | "end" | "text">): boolean {
    const selected = this.selection();
    return selected === undefined ? this.isUnderCursor(draft) : this.isCurrent(draft) && draft.text.trim() === selected.text;
  }

  /** Told after every change of the text, the cursor or the selection. */
  onDidMove(listener: () => void): IDisposable {
    const all = [this.#model.onDidChangeContent(listener), this.editor.onDidChangeCursorSelection(listener)];
    return { dispose: () => all.forEach((one) => one.dispose()) };
  }

  places(range: TextRange): { start: Place; end: Place } {
    const { text } = this.#parts.connection;
    return { start: placeAt(text, range.start, "after"), end: placeAt(text, range.end, "before") };
  }

  showDiagnostics(diagnostics: readonly Diagnostic[]): void {
    const { monaco } = this.#parts;
    const length = this.#model.getValueLength();
    monaco.editor.setModelMarkers(
      this.#model,
      "interlock",
      diagnostics.map(({ start, end, message, severity }) => {
        // An empty range at the end of the text would not be seen: underline the character before.
        const from = this.#model.getPositionAt(Math.min(start, Math.max(0, length - 1)));
        const to = this.#model.getPositionAt(Math.max(end, Math.min(start, length - 1) + 1));
        return {
          startLineNumber: from.lineNumber,
          startColumn: from.column,
          endLineNumber: to.lineNumber,
          endColumn: to.column,
          message,
          source: editorLanguage(this.#parts.document.language).checker,
          severity: severity === "error" ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
        };
      }),
    );
  }

  /** Marks the lines of a statement; none without a draft. */
  showStatement(draft: DraftAnalysis | undefined): void {
    if (!draft || draft.text.trim() === "" || !this.isCurrent(draft)) return this.#highlight.clear();
    const { Range } = this.#parts.monaco;
    const effect = draft.impact?.effect ?? "unknown";
    const range = Range.fromPositions(this.#model.getPositionAt(draft.start), this.#model.getPositionAt(draft.end));
    this.#highlight.set([
      {
        range,
        options: {
          isWholeLine: true,
          className: `statement-line statement-${effect}`,
          marginClassName: `statement-margin statement-${effect}`,
        },
      },
    ]);
  }

  /** Puts the keyboard into the text, unless somebody has gone on to type elsewhere: no key of theirs may end up here. */
  takeKeyboard(): void {
    if (!document.activeElement?.closest(OTHER_FIELDS)) this.editor.focus();
  }

  /** The same once a dialog that is closing has given the focus back. */
  takeKeyboardSoon(): void {
    this.#withdrawKeyboard();
    this.#withdrawKeyboard = afterDialogs(() => this.takeKeyboard());
  }

  /** Puts it back into the text after something that was begun here, unless its person has gone to another place meanwhile. */
  takeKeyboardBack(): void {
    this.#withdrawKeyboard();
    this.#withdrawKeyboard = afterDialogs(() => {
      const { activeElement, body } = document;
      if (activeElement === null || activeElement === body || activeElement.closest('[data-place="editor"]')) this.takeKeyboard();
    });
  }

  /** Tells the room again where the cursor is, e.g. after a reconnect. */
  refocus(): void {
    this.#focusSoon();
  }

  dispose(): void {
    this.#withdrawKeyboard();
    clearTimeout(this.#focusTimer);
    this.#parts.connection.awareness.setLocalStateField("cursor", null);
    this.#parts.session.connection.notify({ type: "draft.blur", documentId: this.#parts.document.id });
    for (const owned of this.#owned) owned.dispose();
    this.editor.dispose();
    this.#model.dispose();
  }

  /** Monaco takes a cursor along with text that is inserted at it; here that text is somebody else's. */
  #keepingCursors(apply: () => void, edits: readonly OthersEdit[]): void {
    const { Range, Selection } = this.#parts.monaco;
    const offset = (position: IPosition) => this.#model.getOffsetAt(position);
    const wanted = this.editor.getSelections()?.map((selection) => {
      const empty = selection.isEmpty();
      return {
        start: placeAfter(offset(selection.getStartPosition()), edits, empty ? "before" : "behind"),
        end: placeAfter(offset(selection.getEndPosition()), edits),
        direction: selection.getDirection(),
      };
    });
    apply();
    if (!this.#engaged || wanted === undefined) return;
    const at = (offset: number) => this.#model.getPositionAt(offset);
    const selections = wanted.map(({ start, end, direction }) =>
      Selection.fromRange(Range.fromPositions(at(start), at(Math.max(start, end))), direction),
    );
    const now = this.editor.getSelections() ?? [];
    if (!selections.every((selection, index) => now[index]?.equalsSelection(selection))) this.editor.setSelections(selections);
  }

  #changed(): void {
    // Text that arrives pushes a cursor at its start before it: an untouched document opens at its top.
    if (!this.#engaged) this.editor.setPosition({ lineNumber: 1, column: 1 });
    this.#focusSoon();
  }

  #focusSoon(): void {
    if (!this.#engaged) return;
    if (this.#focusTimer !== undefined) return;
    const wait = Math.max(0, this.#focusedAt + FOCUS_EVERY - performance.now());
    this.#focusTimer = setTimeout(() => this.#focusNow(), wait);
  }

  #focusNow(): void {
    this.#focusTimer = undefined;
    this.#focusedAt = performance.now();
    const selection = this.editor.getSelection();
    if (!selection) return;
    const { connection, session, document } = this.#parts;
    // A cursor belongs to the character before it, as `placeAfter` has it.
    const side = selection.isEmpty() ? "before" : "after";
    const anchor = placeAt(connection.text, this.#model.getOffsetAt(selection.getSelectionStart()), side);
    const head = placeAt(connection.text, this.#model.getOffsetAt(selection.getPosition()), side);
    connection.awareness.setLocalStateField("cursor", { anchor, head });
    if (!this.#readOnly) session.connection.notify({ type: "draft.focus", documentId: document.id, anchor, head });
  }
}
