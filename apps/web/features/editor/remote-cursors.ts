import type { editor, IDisposable } from "monaco-editor";
import type { DocumentConnection } from "./document-connection.ts";
import { offsetOfPlace } from "./document-session.ts";
import type { monaco as Monaco } from "./monaco.ts";

/** What another browser's awareness says; the server vouches for `user`, the rest may be anything. */
interface Peer {
  user?: { id?: unknown; name?: unknown; color?: unknown };
  cursor?: { anchor?: unknown; head?: unknown };
}

/** A name stays beside its cursor this long after it moved, in milliseconds. */
const NAME_SHOWN = 5_000;

/** Draws the others' cursors and selections, in the colour and with the name the server gave them. */
export class RemoteCursors implements IDisposable {
  readonly #editor: editor.IStandaloneCodeEditor;
  readonly #connection: DocumentConnection;
  readonly #monaco: typeof Monaco;
  readonly #widgets = new Map<number, CursorWidget>();
  readonly #selections: editor.IEditorDecorationsCollection;
  readonly #style = document.head.appendChild(document.createElement("style"));
  readonly #colors = new Set<string>();
  readonly #draw = () => this.#drawAll();

  constructor(monaco: typeof Monaco, codeEditor: editor.IStandaloneCodeEditor, connection: DocumentConnection) {
    this.#monaco = monaco;
    this.#editor = codeEditor;
    this.#connection = connection;
    this.#selections = codeEditor.createDecorationsCollection();
    connection.awareness.on("change", this.#draw);
    // After the binding has written the change into the model, so that offsets mean the same on both sides.
    connection.doc.on("afterTransaction", this.#draw);
    this.#drawAll();
  }

  dispose(): void {
    this.#connection.awareness.off("change", this.#draw);
    this.#connection.doc.off("afterTransaction", this.#draw);
    for (const widget of this.#widgets.values()) this.#remove(widget);
    this.#selections.clear();
    this.#style.remove();
  }

  #drawAll(): void {
    const model = this.#editor.getModel();
    if (!model || model.isDisposed()) return;
    const decorations: editor.IModelDeltaDecoration[] = [];
    const seen = new Set<number>();
    for (const [client, state] of this.#connection.awareness.getStates() as Map<number, Peer>) {
      if (client === this.#connection.doc.clientID) continue;
      const anchor = offsetOfPlace(this.#connection.text, state.cursor?.anchor);
      const head = offsetOfPlace(this.#connection.text, state.cursor?.head);
      if (anchor === undefined || head === undefined) continue;
      seen.add(client);
      const color = typeof state.user?.color === "string" && /^#[0-9a-f]{6}$/iu.test(state.user.color) ? state.user.color : "#8b94a7";
      const name = typeof state.user?.name === "string" ? state.user.name : "somebody";
      this.#widget(client, name, color).moveTo(model.getPositionAt(head));
      if (anchor !== head)
        decorations.push({
          range: this.#monaco.Range.fromPositions(model.getPositionAt(Math.min(anchor, head)), model.getPositionAt(Math.max(anchor, head))),
          options: { className: this.#selectionClass(color) },
        });
    }
    for (const [client, widget] of this.#widgets)
      if (!seen.has(client)) {
        this.#remove(widget);
        this.#widgets.delete(client);
      }
    this.#selections.set(decorations);
  }

  #widget(client: number, name: string, color: string): CursorWidget {
    let widget = this.#widgets.get(client);
    if (widget === undefined) {
      widget = new CursorWidget(this.#editor, `remote-cursor-${client}`, this.#monaco.editor.ContentWidgetPositionPreference.EXACT);
      this.#widgets.set(client, widget);
      this.#editor.addContentWidget(widget);
    }
    widget.name(name, color);
    return widget;
  }

  #remove(widget: CursorWidget): void {
    widget.dispose();
    this.#editor.removeContentWidget(widget);
  }

  #selectionClass(color: string): string {
    const name = `remote-selection-${color.slice(1)}`;
    if (!this.#colors.has(color)) {
      this.#colors.add(color);
      this.#style.sheet?.insertRule(`.${name} { background: ${color}40; }`);
    }
    return name;
  }
}

class CursorWidget implements editor.IContentWidget, IDisposable {
  readonly suppressMouseDown = false;
  readonly #editor: editor.IStandaloneCodeEditor;
  readonly #id: string;
  readonly #preference: editor.ContentWidgetPositionPreference;
  readonly #node = document.createElement("div");
  readonly #label = document.createElement("span");
  #position: { lineNumber: number; column: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(codeEditor: editor.IStandaloneCodeEditor, id: string, preference: editor.ContentWidgetPositionPreference) {
    this.#editor = codeEditor;
    this.#id = id;
    this.#preference = preference;
    this.#node.className = "remote-cursor";
    this.#node.append(this.#label);
  }

  getId = () => this.#id;
  getDomNode = () => this.#node;
  getPosition = () => (this.#position ? { position: this.#position, preference: [this.#preference] } : null);

  name(name: string, color: string): void {
    this.#label.textContent = name;
    this.#node.style.setProperty("--person", color);
  }

  moveTo(position: { lineNumber: number; column: number }): void {
    if (this.#position?.lineNumber === position.lineNumber && this.#position.column === position.column) return;
    this.#position = position;
    this.#node.classList.toggle("remote-cursor-first-line", position.lineNumber === 1);
    this.#node.classList.add("remote-cursor-moved");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#node.classList.remove("remote-cursor-moved"), NAME_SHOWN);
    this.#editor.layoutContentWidget(this);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
