import { toast } from "sonner";

/**
 * Puts a text on the clipboard; one that is still on its way is given as a promise, so that the browser still knows a person asked for it. Pages
 * without a secure origin (http on another host than localhost) have no Clipboard API, and it may be forbidden: there the text is copied from
 * a field, as before there was one. Rejects where neither works, or the text does not come.
 */
export async function toClipboard(text: string | Promise<string>): Promise<void> {
  // Undefined without a secure origin, whatever its type says.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      return await (typeof text === "string"
        ? clipboard.writeText(text)
        : clipboard.write([new ClipboardItem({ "text/plain": asBlob(text) })]));
    } catch {
      // Forbidden, or a browser without ClipboardItem. Where the text itself is what failed so does the next line.
    }
  }
  if (!copyFromField(await text)) throw new Error("This browser gives the page no clipboard. Select the text and copy it by keyboard.");
}

/** The same for a text that is there, and says what became of it. `words`: e.g. `The digest is copied.` */
export async function copyText(text: string, words: string): Promise<void> {
  try {
    await toClipboard(text);
    toast(words);
  } catch (error) {
    tellNotCopied(error);
  }
}

export function tellNotCopied(error: unknown): void {
  toast.error("It could not be copied.", { description: error instanceof Error ? error.message : undefined });
}

const asBlob = (text: Promise<string>): Promise<Blob> => text.then((value) => new Blob([value], { type: "text/plain" }));

function copyFromField(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.style.cssText = "position:fixed;opacity:0;pointer-events:none";
  // A dialog takes the focus back from anything outside it.
  (before?.closest('[role="dialog"]') ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
