import type { editor } from "monaco-editor";
import { THEME } from "./editor-theme.ts";

/** Lines are wrapped in an editor less wide than this, in pixels: a phone shows whole lines rather than a bar to push them with. */
const NARROW = 480;

export const wrapping = (width: number): { wordWrap: "on" | "off" } => ({ wordWrap: width < NARROW ? "on" : "off" });

export const MODEL_OPTIONS = {
  tabSize: 2,
  bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
} as const satisfies editor.ITextModelUpdateOptions;

/** How every editor of a room looks and behaves, in which people write. Read-only until it is known that one may. */
export const codeOptions = (host: HTMLElement): editor.IStandaloneEditorConstructionOptions => ({
  theme: THEME,
  readOnly: true,
  cursorBlinking: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "solid" : "blink",
  automaticLayout: true,
  fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
  fontLigatures: false,
  fontSize: 13,
  lineNumbersMinChars: 3,
  glyphMargin: false,
  minimap: { enabled: false },
  overviewRulerBorder: false,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 8, useShadows: false },
  hideCursorInOverviewRuler: true,
  renderLineHighlight: "none",
  occurrencesHighlight: "off",
  scrollBeyondLastLine: false,
  padding: { top: 10, bottom: 10 },
  wordBasedSuggestions: "off",
  suggest: { showStatusBar: false },
  bracketPairColorization: { enabled: false },
  contextmenu: false,
  fixedOverflowWidgets: true,
  ...wrapping(host.clientWidth),
});
