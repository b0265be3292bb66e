"use client";
import { ERRORS, LIMITS, Recording, type Refusal } from "@interlock/protocol";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Label, Textarea } from "../../components/ui/input.tsx";
import { rest } from "../shell/rest-client.ts";

interface HoldDialogProps {
  recording: Recording;
  onChanged: (recording: Recording) => void;
  onClose: () => void;
}

/** Keeps a recording from being removed, or lets it go again. */
export function HoldDialog({ recording, onChanged, onClose }: HoldDialogProps) {
  const [reason, setReason] = useState("");
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const held = recording.hold !== undefined;
  const act = async () => {
    setBusy(true);
    const outcome = await rest.post(`/recordings/${recording.id}/hold`, held ? {} : { reason: reason.trim() }, Recording);
    setBusy(false);
    if (!outcome.ok) return setRefusal(outcome);
    onChanged(outcome.value);
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,30rem)]">
        <DialogHeader>
          <DialogTitle>{held ? "Release this recording?" : "Hold this recording"}</DialogTitle>
          <DialogDescription>
            {held
              ? `${recording.hold?.by} held it: ${recording.hold?.reason}. Once it is released, policy may remove it; if its time is over already, that is within the hour, and cannot be undone.`
              : "It is not removed, whatever the policy says, until an administrator releases it. Who held it and why is in the audit log."}
          </DialogDescription>
        </DialogHeader>
        {!held && (
          <div className="flex flex-col gap-1">
            <Label htmlFor="hold-reason">Why is it kept?</Label>
            <Textarea
              id="hold-reason"
              autoFocus
              maxLength={LIMITS.reasonChars}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
        )}
        {refusal && (
          <p role="alert" className="text-xs text-delete-text">
            {refusal.detail ?? ERRORS[refusal.code].title}
          </p>
        )}
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={busy || (!held && reason.trim() === "")} onClick={() => void act()}>
            {held ? "Release it" : "Hold it"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
