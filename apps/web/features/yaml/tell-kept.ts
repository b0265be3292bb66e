import { toast } from "sonner";
import { isStorable } from "./kept-edits.ts";
import { objectTitle, type ObjectTarget } from "./open-objects.ts";

/** Says, when a room is left, what was written there and is not saved. */
export function tellKept(unsaved: readonly ObjectTarget[]): void {
  const [first, ...more] = unsaved;
  if (first === undefined) return;
  const what = more.length === 0 ? `Your edit of ${objectTitle(first)} is` : `Your edits of ${unsaved.length} objects are`;
  const secret = unsaved.some((target) => !isStorable(target)) ? " Edits of Secrets are kept until the page is loaded anew only." : "";
  toast(`${what} not saved`, {
    description: `This tab keeps ${more.length === 0 ? "it" : "them"} for when you come back to the room.${secret}`,
  });
}
