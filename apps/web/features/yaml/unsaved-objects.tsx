"use client";
import { Copy } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { isStorable } from "./kept-edits.ts";
import { objectKey, objectTitle } from "./open-objects.ts";

/** Edits of objects that are not saved, to take along where the room cannot be shown any more. Nothing where there are none. */
export function UnsavedObjects() {
  const { openObjects } = useSession();
  useStore(openObjects.edited, (keys) => keys);
  const unsaved = openObjects.unsaved();
  if (unsaved.length === 0) return null;
  return (
    <section aria-label="Edits that are not saved" className="mx-auto flex w-full max-w-md flex-col gap-2 px-6 pb-12 text-sm">
      <h3 className="font-medium">Your edits that are not saved</h3>
      <ul className="flex flex-col gap-1">
        {unsaved.map(({ target, text }) => (
          <li key={objectKey(target)} className="flex items-center gap-2 rounded-md border border-line bg-panel px-2.5 py-1.5">
            <span className="min-w-0 flex-1 truncate" title={objectTitle(target)}>
              <span className="text-dim">{target.kindName}</span> {objectTitle(target)}
              {!isStorable(target) && <span className="text-xs text-modify-text"> · lost when the page is loaded anew</span>}
            </span>
            <Button size="sm" onClick={() => void copyText(text, `Your edit of ${objectTitle(target)} is copied.`)}>
              <Copy aria-hidden="true" /> Copy
            </Button>
          </li>
        ))}
      </ul>
      <p className="text-xs text-dim">This tab keeps them for when you come back to the room.</p>
    </section>
  );
}
