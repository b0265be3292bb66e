"use client";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { VisibleText } from "./guard/visible-text-view.tsx";
import { controlCount, hasLines, lineCount, LONG_PASTE, withoutControl } from "./pasted-text.ts";
import { bytesText } from "./terminal-words.ts";

interface PasteDialogProps {
  text: string;
  name: string;
  onPaste: (text: string) => void;
  onClose: () => void;
}

/** A paste of lines runs them one after the other, and control characters are keys: whoever pastes sees them first. */
export function PasteDialog({ text, name, onPaste, onClose }: PasteDialogProps) {
  const controls = controlCount(text);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,40rem)]">
        <DialogHeader>
          <DialogTitle>{titleOf(text)}</DialogTitle>
          <DialogDescription>
            {hasLines(text) ? `Each line end is an Enter: ${name} may run them at once.` : `It is sent to ${name} as if it had been typed.`}
          </DialogDescription>
        </DialogHeader>
        {/* Wrapped: what stands far to the right is pasted as well. */}
        <pre
          tabIndex={0}
          className="max-h-72 overflow-y-auto rounded-md border border-line bg-bg p-2.5 text-xs whitespace-pre-wrap wrap-anywhere"
        >
          <VisibleText text={text.slice(0, LONG_PASTE)} />
          {text.length > LONG_PASTE && `\n… and ${(text.length - LONG_PASTE).toLocaleString("en")} characters more`}
        </pre>
        {controls > 0 && (
          <p role="alert" className="text-sm text-modify-text">
            {controls === 1 ? "A control character is in it" : `${controls} control characters are in it`}, which a program takes for keys
            like Escape or Ctrl-C. They are left out.
          </p>
        )}
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" autoFocus onClick={() => onPaste(withoutControl(text))}>
            {controls > 0 ? "Paste without them" : "Paste"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

function titleOf(text: string): string {
  const lines = lineCount(text);
  if (lines > 1) return `Paste ${lines.toLocaleString("en")} lines?`;
  if (hasLines(text)) return "Paste a line with its Enter?";
  return text.length > LONG_PASTE ? `Paste ${bytesText(new TextEncoder().encode(text).byteLength)}?` : "Paste control characters?";
}
