// The editor's core and the few abilities a document needs; everything else of Monaco stays out of the bundle.
import "monaco-editor/features/bracketMatching/register.js";
import "monaco-editor/features/caretOperations/register.js";
import "monaco-editor/features/clipboard/register.js";
import "monaco-editor/features/codeEditor/register.js";
import "monaco-editor/features/codicon/register.js";
import "monaco-editor/features/comment/register.js";
import "monaco-editor/features/find/register.js";
import "monaco-editor/features/gotoError/register.js";
import "monaco-editor/features/hover/register.js";
import "monaco-editor/features/linesOperations/register.js";
import "monaco-editor/features/multicursor/register.js";
import "monaco-editor/features/placeholderText/register.js";
import "monaco-editor/features/readOnlyMessage/register.js";
import "monaco-editor/features/snippet/register.js";
import "monaco-editor/features/suggest/register.js";
import "monaco-editor/editor/contrib/suggest/browser/suggestController.js";
import "monaco-editor/features/tokenization/register.js";
import "monaco-editor/features/wordHighlighter/register.js";
import "monaco-editor/features/wordOperations/register.js";
import "monaco-editor/languages/definitions/shell/register.js";
import "monaco-editor/languages/definitions/yaml/register.js";
import * as monaco from "monaco-editor/editor/editor.api.js";
import { KUBECTL, KUBECTL_CONFIGURATION, KUBECTL_TOKENS } from "./kubectl-language.ts";
import { SQL, SQL_CONFIGURATION, SQL_TOKENS } from "./sql-language.ts";
import { THEME } from "./editor-theme.ts";

globalThis.MonacoEnvironment = {
  getWorker: () => new Worker(new URL("monaco-editor/editor/editor.worker.js", import.meta.url), { type: "module" }),
};

monaco.languages.register({ id: SQL });
monaco.languages.setLanguageConfiguration(SQL, SQL_CONFIGURATION);
monaco.languages.setMonarchTokensProvider(SQL, SQL_TOKENS);
monaco.languages.register({ id: KUBECTL });
monaco.languages.setLanguageConfiguration(KUBECTL, KUBECTL_CONFIGURATION);
monaco.languages.setMonarchTokensProvider(KUBECTL, KUBECTL_TOKENS);

export { monaco };

/** Makes Monaco's theme from the page's tokens as they are now; call again when the page's theme has changed. */
export function defineTheme(): void {
  const dark = document.documentElement.dataset["theme"] !== "light";
  const token = (name: string) => hex(getComputedStyle(document.documentElement).getPropertyValue(`--${name}`));
  const rule = (scope: string, name: string, fontStyle?: string) => ({
    token: scope,
    foreground: token(name).slice(1, 7),
    ...(fontStyle ? { fontStyle } : {}),
  });
  monaco.editor.defineTheme(THEME, {
    base: dark ? "vs-dark" : "vs",
    inherit: true,
    rules: [
      rule("", "syntax-identifier"),
      rule("keyword", "syntax-keyword"),
      rule("operator", "syntax-operator"),
      rule("delimiter", "syntax-operator"),
      rule("string", "syntax-string"),
      rule("number", "syntax-number"),
      rule("comment", "syntax-comment"),
      rule("identifier", "syntax-identifier"),
      // Keys of YAML.
      rule("type", "syntax-keyword"),
      // Monaco's light theme has a colour of its own for these.
      rule("string.yaml", "syntax-string"),
      rule("kind", "syntax-number"),
      rule("namespace", "syntax-string"),
    ],
    colors: {
      "editor.background": token("bg"),
      "editor.foreground": token("fg"),
      "editorLineNumber.foreground": token("faint"),
      "editorLineNumber.dimmedForeground": token("faint"),
      "editorLineNumber.activeForeground": token("dim"),
      "editorCursor.foreground": token("fg"),
      "editor.selectionBackground": token("accent-line"),
      "editor.inactiveSelectionBackground": token("accent-soft"),
      "editor.lineHighlightBackground": "#00000000",
      "editor.lineHighlightBorder": "#00000000",
      "editorGutter.background": token("bg"),
      "editorWidget.background": token("panel"),
      "editorWidget.border": token("line"),
      "editorHoverWidget.background": token("panel"),
      "editorHoverWidget.border": token("line"),
      "editorSuggestWidget.background": token("panel"),
      "editorSuggestWidget.border": token("line"),
      "editorSuggestWidget.foreground": token("fg"),
      "editorSuggestWidget.selectedBackground": token("hover"),
      "editorSuggestWidget.selectedForeground": token("fg"),
      "editorSuggestWidget.highlightForeground": token("accent-text"),
      "editorSuggestWidget.focusHighlightForeground": token("accent-text"),
      "editorError.foreground": token("delete"),
      "editorWarning.foreground": token("modify"),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`editorBracketHighlight.foreground${level}`, token("syntax-operator")])),
      "editorBracketHighlight.unexpectedBracket.foreground": token("syntax-operator"),
      "input.background": token("bg"),
      "input.foreground": token("fg"),
      "input.border": token("line-strong"),
      focusBorder: token("focus"),
      "scrollbarSlider.background": token("unknown-soft"),
      "scrollbarSlider.hoverBackground": token("unknown-line"),
      "widget.shadow": "#00000000",
    },
  });
  monaco.editor.setTheme(THEME);
}

/** Monaco takes only `#rrggbb(aa)`; a canvas turns any CSS colour into numbers. */
function hex(color: string): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d")!;
  context.fillStyle = color.trim();
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return `#${[r!, g!, b!, ...(a === 255 ? [] : [a!])].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
