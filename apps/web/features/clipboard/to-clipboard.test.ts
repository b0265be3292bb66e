import { afterEach, expect, test, vi } from "vitest";
import { toClipboard } from "./to-clipboard.ts";

afterEach(() => vi.unstubAllGlobals());

/** A browser; `clipboard` is undefined where the page has no secure origin. */
function browser(clipboard: Partial<Clipboard> | undefined, copies = true) {
  const fields: { value: string }[] = [];
  const copied: string[] = [];
  class FakeElement {
    focused = 0;
    focus = () => void this.focused++;
    closest = () => null;
  }
  const from = new FakeElement();
  vi.stubGlobal("navigator", { clipboard });
  vi.stubGlobal("HTMLElement", FakeElement);
  vi.stubGlobal("document", {
    activeElement: from,
    createElement: () => ({ value: "", style: {}, select: () => undefined, remove: () => fields.pop() }),
    body: { append: (field: { value: string }) => fields.push(field) },
    execCommand: () => copies && copied.push(fields.at(-1)!.value) > 0,
  });
  return { fields, copied, from };
}

test("without a secure origin the text is copied from a field, which is gone afterwards", async () => {
  const { fields, copied, from } = browser(undefined);
  await toClipboard("sha256:1");
  await toClipboard(Promise.resolve("rows"));
  expect(copied).toEqual(["sha256:1", "rows"]);
  expect(fields).toEqual([]);
  expect(from.focused).toBe(2);
});

test("so it is where the clipboard is forbidden", async () => {
  const { copied } = browser({ writeText: () => Promise.reject(new Error("not allowed")) });
  await toClipboard("text");
  // Node knows no ClipboardItem, like some browsers.
  await toClipboard(Promise.resolve("rows"));
  expect(copied).toEqual(["text", "rows"]);
});

test("what cannot be copied is said, never thrown in between", async () => {
  browser(undefined, false);
  await expect(toClipboard("text")).rejects.toThrow("Select the text and copy it by keyboard");
  await expect(toClipboard(Promise.reject(new Error("the rows did not come")))).rejects.toThrow("the rows did not come");
});

test("with a clipboard nothing else is touched", async () => {
  const written: string[] = [];
  const { copied } = browser({ writeText: (text) => Promise.resolve(void written.push(text)) });
  await toClipboard("text");
  expect([written, copied]).toEqual([["text"], []]);
});
