"use client";
import type { ResultSummary } from "@interlock/protocol";
import type { editor } from "monaco-editor";
import { useTheme } from "next-themes";
import { type RefObject, useEffect, useRef, useState } from "react";
import { THEME } from "../editor/editor-theme.ts";
import { count } from "../impact/figures.ts";
import { useSession } from "../room/room-context.tsx";
import { OUTPUT_LINES } from "./output-text.ts";

/** Lines are wrapped in a view less wide than this, in pixels. */
const NARROW = 640;

interface TextViewProps {
  executionId: string;
  result: ResultSummary;
  language: "yaml" | "plaintext";
  label: string;
}

/** Output as text: to read, search (Ctrl+F), select and fold. Lines come in while they are written. */
export function TextView({ executionId, result, language, label }: TextViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useReader(host, language, label);
  useLines(view, executionId, result);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div ref={host} className="min-h-0 flex-1" data-testid="output" />
      {result.rows > OUTPUT_LINES && (
        <p className="shrink-0 border-t border-line px-3.5 py-1 text-xs text-dim">
          The first {count(OUTPUT_LINES)} of {count(result.rows)} lines. Export the result to have all of them.
        </p>
      )}
    </div>
  );
}

/** A read-only editor in `host`, once Monaco is here. */
export function useReader(
  host: RefObject<HTMLDivElement | null>,
  language: string,
  label: string,
): editor.IStandaloneCodeEditor | undefined {
  const [view, setView] = useState<editor.IStandaloneCodeEditor>();
  const { resolvedTheme } = useTheme();
  useEffect(() => {
    let made: editor.IStandaloneCodeEditor | undefined;
    let gone = false;
    // Monaco needs a browser as soon as it loads, and it is large: it comes by itself.
    void import("./text-monaco.ts").then(({ monaco, defineTheme }) => {
      if (gone || !host.current) return;
      defineTheme();
      const model = monaco.editor.createModel("", language);
      made = monaco.editor.create(host.current, {
        model,
        theme: THEME,
        readOnly: true,
        domReadOnly: true,
        // One reads here: Tab goes on.
        tabFocusMode: true,
        ariaLabel: label,
        automaticLayout: true,
        fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
        fontLigatures: false,
        fontSize: 12,
        lineHeight: 19,
        lineNumbersMinChars: 4,
        lineDecorationsWidth: 16,
        glyphMargin: false,
        folding: language === "yaml",
        foldingStrategy: "indentation",
        showFoldingControls: "always",
        minimap: { enabled: false },
        overviewRulerBorder: false,
        overviewRulerLanes: 0,
        scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 8, useShadows: false },
        renderLineHighlight: "none",
        occurrencesHighlight: "off",
        selectionHighlight: false,
        scrollBeyondLastLine: false,
        stickyScroll: { enabled: false },
        padding: { top: 8, bottom: 8 },
        guides: { indentation: language === "yaml", bracketPairs: false },
        bracketPairColorization: { enabled: false },
        contextmenu: false,
        fixedOverflowWidgets: true,
        wordWrap: host.current.clientWidth < NARROW ? "on" : "off",
      });
      made.onDidLayoutChange(({ width }) => made?.updateOptions({ wordWrap: width < NARROW ? "on" : "off" }));
      setView(made);
    });
    return () => {
      gone = true;
      made?.getModel()?.dispose();
      made?.dispose();
      setView(undefined);
    };
  }, [host, language, label]);

  useEffect(() => {
    if (view) void import("./text-monaco.ts").then(({ defineTheme }) => defineTheme());
  }, [view, resolvedTheme]);
  return view;
}

/** Brings every row into the text, in order, each once. */
function useLines(view: editor.IStandaloneCodeEditor | undefined, executionId: string, { statement }: ResultSummary): void {
  const { results } = useSession();
  useEffect(() => {
    const model = view?.getModel();
    if (!model) return;
    let taken = 0;
    return results.follow(executionId, statement, (rows, firstRow) => {
      const fresh = rows.slice(Math.max(0, taken - firstRow), Math.max(0, OUTPUT_LINES - firstRow)).map(([value]) => value ?? "");
      if (fresh.length === 0 || model.isDisposed()) return;
      const text = (taken === 0 ? "" : "\n") + fresh.join("\n");
      taken += fresh.length;
      const line = model.getLineCount();
      const at = { lineNumber: line, column: model.getLineMaxColumn(line) };
      model.applyEdits([
        { range: { startLineNumber: at.lineNumber, startColumn: at.column, endLineNumber: at.lineNumber, endColumn: at.column }, text },
      ]);
    });
  }, [view, results, executionId, statement]);
}
