import type { editor, IDisposable } from "monaco-editor";
import { createStore, type Store } from "../room/store.ts";
import type { monaco as Monaco } from "./monaco.ts";

/** What Tab does: `writes` while one types, `leaves` after Escape; `away` when the keyboard is elsewhere. */
export type TabMeans = "away" | "writes" | "leaves";

/** Where Escape has something of its own to close first. */
const NOTHING_OPEN =
  "editorTextFocus && !editorReadonly && !suggestWidgetVisible && !findWidgetVisible && !inSnippetMode && !editorHasMultipleSelections && !markersNavigationVisible";

/**
 * The way out of an editor in which Tab writes (WCAG 2.1.2): Escape, then Tab or Shift+Tab. Any other key, and leaving, make Tab write
 * again. Read-only editors let Tab through by themselves.
 */
export class KeyboardExit implements IDisposable {
  readonly means: Store<TabMeans> = createStore<TabMeans>("away");
  readonly #editor: editor.IStandaloneCodeEditor;
  readonly #owned: IDisposable[];

  constructor(monaco: typeof Monaco, of: editor.IStandaloneCodeEditor) {
    const { KeyCode } = monaco;
    const staysOpen = [KeyCode.Tab, KeyCode.Shift, KeyCode.Escape];
    this.#editor = of;
    this.#owned = [
      of.onDidFocusEditorText(() => this.#set("writes")),
      of.onDidBlurEditorText(() => this.#set("away")),
      of.onKeyDown(({ keyCode }) => this.means.get() === "leaves" && !staysOpen.includes(keyCode) && this.#set("writes")),
      of.onMouseDown(() => this.means.get() === "leaves" && this.#set("writes")),
      of.addAction({
        id: "interlock.leave",
        label: "Let Tab leave the editor",
        keybindings: [KeyCode.Escape],
        precondition: NOTHING_OPEN,
        run: () => {
          // What Escape does by itself.
          of.setPosition(of.getPosition()!);
          this.#set("leaves");
        },
      }),
    ];
  }

  dispose(): void {
    for (const owned of this.#owned) owned.dispose();
  }

  #set(means: TabMeans): void {
    this.#editor.updateOptions({ tabFocusMode: means === "leaves" });
    this.means.set(means);
  }
}
