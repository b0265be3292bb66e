import type { editor } from "monaco-editor";
import { expect, test } from "vitest";
import { prepare, replaceText, showRead, type YamlModel } from "./yaml-model.ts";

/** Monaco's contract as far as it is used: what is pushed is undone step by step, between stack elements. */
class FakeModel {
  value = "";
  eol: number | undefined;
  steps: string[] = [];
  #open = false;
  getValue = () => this.value;
  setEOL = (eol: number) => void (this.eol = eol);
  updateOptions = () => undefined;
  getPositionAt = (offset: number) => {
    const lines = this.value.slice(0, offset).split("\n");
    return { lineNumber: lines.length, column: lines.at(-1)!.length + 1 };
  };
  canUndo = () => this.steps.length > 0;
  canRedo = () => false;
  setValue = (value: string) => {
    this.value = value;
    this.steps = [];
    this.eol = undefined;
  };
  applyEdits = ([operation]: editor.IIdentifiedSingleEditOperation[]) => this.#put(operation!);
  pushStackElement = () => void (this.#open = false);
  pushEditOperations = (_: unknown, [operation]: editor.IIdentifiedSingleEditOperation[]) => {
    if (!this.#open) this.steps.push(this.value);
    this.#open = true;
    this.#put(operation!);
    return null;
  };
  #put({ range, text }: editor.IIdentifiedSingleEditOperation) {
    const at = (line: number, column: number) =>
      this.value
        .split("\n")
        .slice(0, line - 1)
        .reduce((sum, { length }) => sum + length + 1, column - 1);
    const [start, end] = [at(range.startLineNumber, range.startColumn), at(range.endLineNumber, range.endColumn)];
    this.value = this.value.slice(0, start) + (text ?? "") + this.value.slice(end);
  }
  type(text: string) {
    const { lineNumber, column } = this.getPositionAt(this.value.length);
    const range = { startLineNumber: lineNumber, startColumn: column, endLineNumber: lineNumber, endColumn: column };
    this.pushEditOperations(null, [{ range, text }]);
  }
  undo() {
    this.#open = false;
    this.value = this.steps.pop() ?? this.value;
  }
}

function stage() {
  const model = new FakeModel();
  const views: string[] = [];
  const read = (text: string) =>
    showRead(model as unknown as YamlModel, text, (apply) => {
      views.push(model.value);
      apply();
    });
  return { model, read, views, shown: model as unknown as YamlModel };
}

test("a discarded edit comes back by undo, and then what was typed before it", () => {
  const { model, read, shown } = stage();
  read("spec:\n  replicas: 2\n");
  model.type("# mine");
  // As the cluster has it by now.
  replaceText(shown, "spec:\n  paused: true\n  replicas: 2\n");
  model.type("# more");
  model.undo();
  expect(model.value).toBe("spec:\n  paused: true\n  replicas: 2\n");
  model.undo();
  expect(model.value).toBe("spec:\n  replicas: 2\n# mine");
  model.undo();
  expect(model.value).toBe("spec:\n  replicas: 2\n");
  // What was read first is where it ends.
  model.undo();
  expect(model.value).toBe("spec:\n  replicas: 2\n");
});

test("undo does not reach behind what was read last, and never garbles it", () => {
  const { model, read, views } = stage();
  read("spec:\n  replicas: 2\n");
  read("spec:\n  replicas: 3\n");
  expect(views).toEqual([]);
  model.type("# mine");
  read("spec:\n  paused: true\n  replicas: 3\n# mine");
  expect(views).toEqual(["spec:\n  replicas: 3\n# mine"]);
  expect(model.eol).toBe(0);
  model.undo();
  expect(model.value).toBe("spec:\n  paused: true\n  replicas: 3\n# mine");
  read(model.value);
  expect(views).toHaveLength(1);
});

test("lines end as in the texts that are shown, whatever the system's own do", () => {
  const model = new FakeModel();
  prepare(model as unknown as YamlModel);
  expect(model.eol).toBe(0);
});
