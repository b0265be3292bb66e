"use client";
import type { Document } from "@interlock/protocol";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { useCanAct, useSession } from "../room/room-context.tsx";

/** Under a document that is a file: how commands read it, and the way out of the room. It stands where a command's impact would. */
export function FileBar({ document }: { document: Document }) {
  const canAct = useCanAct();
  const [removing, setRemoving] = useState(false);
  const flag = `-f ${document.name}`;
  return (
    <section
      aria-label="File"
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line bg-panel px-3.5 py-2 text-xs text-dim"
    >
      <p>
        A file of this room. Commands read it as it is when they are proposed:{" "}
        <code className="rounded-sm bg-unknown-soft px-1 font-mono text-fg">{flag}</code>
      </p>
      <span className="ml-auto flex gap-1">
        <Button variant="ghost" size="sm" onClick={() => void copyText(flag, `${flag} is copied.`)}>
          <Copy aria-hidden="true" /> Copy
        </Button>
        {canAct && (
          <Button variant="danger" size="sm" onClick={() => setRemoving(true)}>
            <Trash2 aria-hidden="true" /> Remove…
          </Button>
        )}
      </span>
      <RemoveDialog document={document} open={removing} onOpenChange={setRemoving} />
    </section>
  );
}

/** Asks once: the text is everybody's. */
function RemoveDialog({ document, open, onOpenChange }: { document: Document; open: boolean; onOpenChange: (open: boolean) => void }) {
  const session = useSession();
  const remove = async () => {
    const answer = await session.ask({ type: "document.remove", documentId: document.id });
    if (answer.ok) onOpenChange(false);
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Remove {document.name} from the room?</DialogTitle>
          <DialogDescription>
            It goes for everybody. Commands that were proposed keep what they read of it; new ones will not find it.
          </DialogDescription>
        </DialogHeader>
        <DialogFooter>
          <Button onClick={() => onOpenChange(false)}>Keep it</Button>
          <Button variant="danger" onClick={() => void remove()}>
            Remove
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
