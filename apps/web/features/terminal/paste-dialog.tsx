"use client";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { lineCount } from "./pasted-text.ts";

/** A paste of lines runs them one after the other: whoever pastes sees them first. */
export function PasteDialog({ text, name, onPaste, onClose }: { text: string; name: string; onPaste: () => void; onClose: () => void }) {
  const lines = lineCount(text);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,40rem)]">
        <DialogHeader>
          <DialogTitle>{lines === 1 ? "Paste a line with its Enter?" : `Paste ${lines} lines?`}</DialogTitle>
          <DialogDescription>Each line end is an Enter: {name} may run them at once.</DialogDescription>
        </DialogHeader>
        <pre tabIndex={0} className="max-h-72 overflow-auto rounded-md border border-line bg-bg p-2.5 text-xs">
          {text}
        </pre>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" autoFocus onClick={onPaste}>
            Paste
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
