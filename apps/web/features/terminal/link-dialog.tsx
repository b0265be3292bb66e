"use client";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import type { LinkQuestion } from "./clicked-link.ts";

/** A link in a terminal was written by a program, or by whoever wrote what it shows: one sees where it leads before it is followed. */
export function LinkDialog({ question, onClose }: { question: LinkQuestion; onClose: () => void }) {
  const { address, host, saysOtherwise, lookalike, hasName } = question;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,36rem)]">
        <DialogHeader>
          <DialogTitle>Open a page of {host}?</DialogTitle>
          <DialogDescription>A program wrote this link. It opens in a new tab, outside of Interlock.</DialogDescription>
        </DialogHeader>
        <code className="max-h-40 overflow-auto rounded-md border border-line bg-bg p-2.5 text-xs wrap-anywhere">{address}</code>
        {saysOtherwise !== undefined && (
          <p role="alert" className="text-sm text-modify-text">
            Its text says something else: <span className="font-medium wrap-anywhere">“{saysOtherwise}”</span>
          </p>
        )}
        {lookalike && (
          <p role="alert" className="text-sm text-modify-text">
            The host’s name has letters of other scripts. It may look like another one.
          </p>
        )}
        {hasName && (
          <p role="alert" className="text-sm text-modify-text">
            What stands before the @ is a name to sign in with, not the host.
          </p>
        )}
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            autoFocus
            onClick={() => {
              window.open(address, "_blank", "noopener,noreferrer");
              onClose();
            }}
          >
            Open it
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
