import type { editor, IDisposable } from "monaco-editor";
import { codeOptions, wrapping } from "../editor/code-options.ts";
import { KeyboardExit } from "../editor/keyboard-exit.ts";
import type { monaco as Monaco } from "../editor/monaco.ts";
import { attachSchema, YAML } from "./yaml-language.ts";
import { prepare, replaceText, showRead } from "./yaml-model.ts";

export interface ObjectEditorParts {
  monaco: typeof Monaco;
  host: HTMLElement;
  /** Unique among those in the page. */
  key: string;
  label: string;
  onText: (text: string) => void;
  onSave: () => void;
  onPropose: () => void;
}

/** One Monaco editor on the text of one object. No React: the component makes it and disposes it. */
export class ObjectEditor implements IDisposable {
  readonly editor: editor.IStandaloneCodeEditor;
  readonly exit: KeyboardExit;
  readonly #parts: ObjectEditorParts;
  readonly #model: editor.ITextModel;
  /** For reading only: the whole object, `managedFields` included. */
  readonly #full: editor.ITextModel;
  readonly #owned: IDisposable[];
  #schema: { dispose(): void } | undefined;
  #writing = false;
  #readOnly = true;
  /** Whether the person has been in the text. */
  #engaged = false;

  constructor(parts: ObjectEditorParts) {
    const { monaco, host, key } = parts;
    this.#parts = parts;
    const path = encodeURIComponent(key);
    this.#model = monaco.editor.createModel("", YAML, monaco.Uri.parse(`inmemory://object/${path}.yaml`));
    this.#full = monaco.editor.createModel("", YAML, monaco.Uri.parse(`inmemory://full/${path}.yaml`));
    for (const model of [this.#model, this.#full]) prepare(model);
    this.editor = monaco.editor.create(host, {
      model: this.#model,
      ...codeOptions(host),
      readOnlyMessage: { value: "This is for reading." },
      ariaLabel: `${parts.label}, YAML; Escape, then Tab leaves it`,
      lineHeight: 20,
      lineDecorationsWidth: 16,
      folding: true,
      foldingStrategy: "indentation",
      showFoldingControls: "mouseover",
      overviewRulerLanes: 1,
      stickyScroll: { enabled: false },
      guides: { indentation: true, bracketPairs: false },
      quickSuggestions: { other: true, comments: false, strings: true },
    });
    this.exit = new KeyboardExit(monaco, this.editor);
    const propose = monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter;
    const save = monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS;
    this.#owned = [
      this.exit,
      this.#model.onDidChangeContent(() => {
        if (!this.#writing) parts.onText(this.#model.getValue());
      }),
      this.editor.addAction({ id: "interlock.save", label: "Plan the change", keybindings: [save], run: () => parts.onSave() }),
      this.editor.addAction({ id: "interlock.propose", label: "Propose the change", keybindings: [propose], run: () => parts.onPropose() }),
      this.editor.onDidFocusEditorText(() => (this.#engaged = true)),
      this.editor.onDidLayoutChange(({ width }) => {
        this.editor.updateOptions(wrapping(width));
        // The plan that opens below takes room: what one edits stays in view.
        const cursor = this.editor.getPosition();
        if (this.#engaged && cursor) this.editor.revealPositionInCenterIfOutsideViewport(cursor);
      }),
    ];
  }

  /** Shows a text that did not come from here; the cursor stays where it was. */
  show(text: string, full: string): void {
    this.#quietly(() => {
      for (const [model, now] of [
        [this.#model, text],
        [this.#full, full],
      ] as const)
        showRead(model, now, (apply) => {
          const view = this.editor.getModel() === model ? this.editor.saveViewState() : null;
          apply();
          if (view !== null) this.editor.restoreViewState(view);
        });
    });
  }

  /** Puts another text in place of what is edited; undo brings that back. */
  replace(text: string): void {
    this.#quietly(() => replaceText(this.#model, text));
  }

  #quietly(write: () => void): void {
    this.#writing = true;
    write();
    this.#writing = false;
  }

  /** `whole`: with `managedFields`, for reading only. */
  showWhole(whole: boolean): void {
    const model = whole ? this.#full : this.#model;
    if (this.editor.getModel() !== model) this.editor.setModel(model);
    this.editor.updateOptions({ readOnly: this.#readOnly || whole });
  }

  setReadOnly(readOnly: boolean): void {
    this.#readOnly = readOnly;
    this.editor.updateOptions({ readOnly: readOnly || this.editor.getModel() === this.#full });
  }

  setSchema(schema: Record<string, unknown>): void {
    this.#schema?.dispose();
    this.#schema = attachSchema(this.#model.uri.toString(), schema);
  }

  /** Errors of the text, by its schema and as YAML. */
  onErrors(told: (errors: number) => void): IDisposable {
    const { monaco } = this.#parts;
    const count = (): void =>
      told(
        monaco.editor.getModelMarkers({ resource: this.#model.uri }).filter(({ severity }) => severity >= monaco.MarkerSeverity.Warning)
          .length,
      );
    count();
    return monaco.editor.onDidChangeMarkers((changed) => {
      if (changed.some((uri) => uri.toString() === this.#model.uri.toString())) count();
    });
  }

  dispose(): void {
    this.#schema?.dispose();
    for (const owned of this.#owned) owned.dispose();
    this.editor.dispose();
    this.#model.dispose();
    this.#full.dispose();
  }
}
