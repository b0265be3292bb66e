import type { editor } from "monaco-editor";
import { MODEL_OPTIONS } from "../editor/code-options.ts";
import { textChange } from "./text-change.ts";

/** The part of Monaco's ITextModel that a shown text needs. */
export type YamlModel = Pick<
  editor.ITextModel,
  | "getValue"
  | "setValue"
  | "getPositionAt"
  | "applyEdits"
  | "pushEditOperations"
  | "pushStackElement"
  | "canUndo"
  | "canRedo"
  | "setEOL"
  | "updateOptions"
>;

/** monaco.editor.EndOfLineSequence.LF, written as a number so that this file loads without a browser. */
const LF = 0 as editor.EndOfLineSequence;

/** An empty model has the line ends of the system it is on; texts of objects have LF, and would differ by nothing else. */
export function prepare(model: YamlModel): void {
  model.setEOL(LF);
  model.updateOptions(MODEL_OPTIONS);
}

/**
 * Makes a model show a text as it was read. Nothing that was typed before is undone after it: the steps would be at places that are no longer
 * theirs, and behind them an older object would look like an edit. `inPlace` carries out what forgets the steps, and keeps cursor and view.
 */
export function showRead(model: YamlModel, text: string, inPlace: (apply: () => void) => void): void {
  const edit = editTo(model, text);
  if (edit === undefined) return;
  if (model.canUndo() || model.canRedo())
    inPlace(() => {
      model.setValue(text);
      model.setEOL(LF);
    });
  else model.applyEdits([edit]);
}

/** Makes a model show another text, as a step that undo takes back by itself. */
export function replaceText(model: YamlModel, text: string): void {
  const edit = editTo(model, text);
  if (edit === undefined) return;
  model.pushStackElement();
  model.pushEditOperations(null, [edit], () => null);
  model.pushStackElement();
}

function editTo(model: YamlModel, text: string): editor.IIdentifiedSingleEditOperation | undefined {
  const change = textChange(model.getValue(), text);
  if (change === undefined) return undefined;
  const start = model.getPositionAt(change.start);
  const end = model.getPositionAt(change.end);
  const range = { startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column };
  return { range, text: change.text };
}
