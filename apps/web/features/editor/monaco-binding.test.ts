import fc from "fast-check";
import type { editor } from "monaco-editor";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { MonacoBinding, type TextModel } from "./monaco-binding.ts";

type Listener = (event: editor.IModelContentChangedEvent) => void;

/** The model's contract as the binding uses it: edits are given in the coordinates before them and reported last first. */
class FakeModel {
  value = "";
  eol: number | undefined;
  listeners = new Set<Listener>();
  getValue = () => this.value;
  setValue = (value: string) => this.edit([{ offset: 0, length: this.value.length, text: value }]);
  setEOL = (eol: number) => void (this.eol = eol);
  onDidChangeContent = (listener: Listener) => {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  };
  getPositionAt = (offset: number) => {
    const lines = this.value.slice(0, offset).split("\n");
    return { lineNumber: lines.length, column: lines.at(-1)!.length + 1 };
  };
  offsetAt(line: number, column: number) {
    const before = this.value.split("\n").slice(0, line - 1);
    return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  }
  applyEdits = (operations: editor.IIdentifiedSingleEditOperation[]) =>
    this.edit(
      operations.map(({ range, text }) => {
        const offset = this.offsetAt(range.startLineNumber, range.startColumn);
        return { offset, length: this.offsetAt(range.endLineNumber, range.endColumn) - offset, text: text ?? "" };
      }),
    );
  edit(edits: { offset: number; length: number; text: string }[]) {
    const ordered = [...edits].sort((a, b) => b.offset - a.offset);
    for (const [i, edit] of ordered.entries()) {
      const next = ordered[i + 1];
      if (next && next.offset + next.length > edit.offset) throw new Error("Overlapping ranges are not allowed");
      this.value = this.value.slice(0, edit.offset) + edit.text + this.value.slice(edit.offset + edit.length);
    }
    const changes = ordered.map(({ offset, length, text }) => ({ rangeOffset: offset, rangeLength: length, text }));
    for (const listener of this.listeners) listener({ changes } as unknown as editor.IModelContentChangedEvent);
  }
  undo = () => undefined;
  redo = () => undefined;
}

function bound(initial = "", canWrite = true) {
  const doc = new Y.Doc();
  const text = doc.getText("content");
  text.insert(0, initial);
  const model = new FakeModel();
  const binding = new MonacoBinding(text, model as unknown as TextModel, () => canWrite);
  return { doc, text, model, binding };
}

/** Two people on one document: every update of one is applied to the other. */
function pair() {
  const here = bound();
  const there = bound();
  here.doc.on("update", (update: Uint8Array, origin: unknown) => origin !== "wire" && Y.applyUpdate(there.doc, update, "wire"));
  there.doc.on("update", (update: Uint8Array, origin: unknown) => origin !== "wire" && Y.applyUpdate(here.doc, update, "wire"));
  return { here, there };
}

test("shows what is there, with LF", () => {
  const { model } = bound("SELECT 1;\nSELECT 2;");
  expect(model.value).toBe("SELECT 1;\nSELECT 2;");
  expect(model.eol).toBe(0);
});

test("several changes at once land where they were made", () => {
  const { text, model } = bound("aa bb cc");
  model.edit([
    { offset: 0, length: 2, text: "x" },
    { offset: 3, length: 2, text: "yyy" },
    { offset: 8, length: 0, text: "!" },
  ]);
  expect(text.toString()).toBe("x yyy cc!");
});

test("typing over a closing quote that is there already changes nothing", () => {
  const { doc, text, model } = bound("status = 'pending'");
  let updates = 0;
  doc.on("update", () => updates++);
  model.edit([{ offset: 17, length: 1, text: "'" }]);
  expect(updates).toBe(0);
  model.edit([{ offset: 17, length: 1, text: '"' }]);
  expect(text.toString()).toBe(`status = 'pending"`);
});

test("a replacement by somebody else is told as one", () => {
  const doc = new Y.Doc();
  const text = doc.getText("content");
  text.insert(0, "id = 41;");
  const told: unknown[] = [];
  const model = new FakeModel();
  new MonacoBinding(
    text,
    model as unknown as TextModel,
    () => true,
    (apply, edits) => {
      told.push(edits);
      apply();
    },
  );
  const other = bound();
  Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(doc));
  other.model.edit([{ offset: 5, length: 2, text: "100" }]);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other.doc), "network");
  expect(told).toEqual([[{ at: 5, removed: 2, added: 3 }]]);
  expect(model.value).toBe("id = 100;");
});

test("undo takes back the own edit and keeps the other's", () => {
  const { here, there } = pair();
  here.model.edit([{ offset: 0, length: 0, text: "DELETE" }]);
  there.model.edit([{ offset: 6, length: 0, text: " FROM orders" }]);
  here.model.undo();
  expect(here.model.value).toBe(" FROM orders");
  expect(there.model.value).toBe(" FROM orders");
  here.model.redo();
  expect(there.model.value).toBe("DELETE FROM orders");
});

test("an edit made apart is undone by itself, amid typing", () => {
  const { model, binding } = bound();
  model.edit([{ offset: 0, length: 0, text: "SELECT 1" }]);
  binding.apart(() => model.edit([{ offset: 0, length: 8, text: "SELECT 2" }]));
  model.edit([{ offset: 8, length: 0, text: " + 3" }]);
  model.undo();
  expect(model.value).toBe("SELECT 2");
  model.undo();
  expect(model.value).toBe("SELECT 1");
});

test("carriage returns never reach the document from here, and are taken out when they come from elsewhere", async () => {
  const { text, model } = bound("a");
  model.edit([{ offset: 1, length: 0, text: "\r\nb" }]);
  expect(text.toString()).toBe("a\nb");
  text.insert(1, "\r");
  expect(model.value).toBe("a\nb");
  await Promise.resolve();
  expect(text.toString()).toBe("a\nb");
});

test("an observer's keystroke is put back and sent to nobody (I8)", () => {
  const { doc, text, model } = bound("SELECT 1", false);
  let updates = 0;
  doc.on("update", () => updates++);
  model.edit([{ offset: 8, length: 0, text: "; DROP TABLE x" }]);
  expect(updates).toBe(0);
  expect(text.toString()).toBe("SELECT 1");
  expect(model.value).toBe("SELECT 1");
});

test("disposed, it listens no more", () => {
  const { text, model, binding } = bound("a");
  binding.dispose();
  text.insert(1, "b");
  model.edit([{ offset: 0, length: 0, text: "c" }]);
  expect(model.value).toBe("ca");
  expect(text.toString()).toBe("ab");
  expect(model.listeners.size).toBe(0);
});

test("an edit that takes halves of two characters leaves the same one everywhere", () => {
  const { here, there } = pair();
  here.model.edit([{ offset: 0, length: 0, text: "😀😁a" }]);
  // As a change is told that goes by what two texts begin and end with.
  here.model.edit([{ offset: 1, length: 2, text: "" }]);
  for (const { model, text } of [here, there]) expect([model.value, text.toString()]).toEqual(["😁a", "😁a"]);
  here.model.edit([{ offset: 1, length: 0, text: "x" }]);
  for (const { model, text } of [here, there]) expect([model.value, text.toString()]).toEqual(["\ufffdx\ufffda", "\ufffdx\ufffda"]);
});

const change = fc.record({
  who: fc.boolean(),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 4 }),
  text: fc.stringMatching(/^[a-c\n😀]{0,4}$/u),
  act: fc.constantFrom("edit", "edit", "edit", "undo", "redo"),
});

const typed = (at: number, length: number, text: string) => ({ who: false, at, length, text, act: "edit" as const });

test("whatever two people type and undo, models and documents agree", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const { here, there } = pair();
      for (const { who, at, length, text, act } of changes) {
        const { model } = who ? here : there;
        if (act !== "edit") model[act]();
        else {
          const offset = Math.floor(at * model.value.length);
          model.edit([{ offset, length: Math.min(length, model.value.length - offset), text }]);
        }
        expect(here.model.value).toBe(there.model.value);
        expect(here.text.toString()).toBe(here.model.value);
        expect(there.text.toString()).toBe(there.model.value);
      }
    }),
    { numRuns: 300, examples: [[[typed(0, 0, "a😀"), typed(0, 0, "😀😀😀"), typed(0.12, 2, "")]]] },
  );
});

test("edits of others are told before they are made, own ones are not", () => {
  const doc = new Y.Doc();
  const text = doc.getText("content");
  text.insert(0, "SELECT 1;");
  const model = new FakeModel();
  const told: unknown[] = [];
  const binding = new MonacoBinding(
    text,
    model as unknown as TextModel,
    () => true,
    (apply, edits) => {
      told.push([model.value, edits]);
      apply();
    },
  );
  model.edit([{ offset: 9, length: 0, text: " " }]);
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  other.getText("content").insert(10, "-- theirs");
  other.getText("content").delete(0, 6);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), "network");
  expect(told).toEqual([
    [
      "SELECT 1; ",
      [
        { at: 0, removed: 6, added: 0 },
        { at: 10, removed: 0, added: 9 },
      ],
    ],
  ]);
  expect(model.value).toBe(" 1; -- theirs");
  binding.undoManager.undo();
  expect(told).toHaveLength(1);
  binding.dispose();
});
