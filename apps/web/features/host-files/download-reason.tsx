"use client";
import { LIMITS } from "@interlock/protocol";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Label, Textarea } from "../../components/ui/input.tsx";
import { visibleName } from "./visible-name.ts";

/** Asks why a file is taken, where policy wants to know. */
export function DownloadReason({ name, onSay, onClose }: { name: string; onSay: (reason: string) => void; onClose: () => void }) {
  const id = useId();
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== "") onSay(reason.trim());
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,34rem)]">
        <DialogHeader>
          <DialogTitle className="truncate">Download {visibleName(name)}</DialogTitle>
          <DialogDescription>You get its bytes as they are: nothing in them is masked. That you did is in the audit log.</DialogDescription>
        </DialogHeader>
        <form onSubmit={submit} className="flex flex-col gap-3">
          <div className="flex flex-col gap-1">
            <Label htmlFor={id}>Why is it needed?</Label>
            <Textarea
              id={id}
              autoFocus
              required
              maxLength={LIMITS.reasonChars}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button variant="primary" type="submit" disabled={reason.trim() === ""}>
              Download
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
