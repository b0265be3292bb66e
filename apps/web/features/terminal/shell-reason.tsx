"use client";
import { LIMITS } from "@interlock/protocol";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Label, Textarea } from "../../components/ui/input.tsx";
import { useSession, useView } from "../room/room-context.tsx";
import { openShell, type ShellTarget } from "./open-shell.ts";

/** Asks why a shell is needed, where policy wants to know. */
export function ShellReason() {
  const target = useView((view) => view.shell);
  return target === undefined ? null : <Reason key={target.name} target={target} />;
}

function Reason({ target }: { target: ShellTarget }) {
  const session = useSession();
  const id = useId();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || reason.trim() === "") return;
    setBusy(true);
    await openShell(session, target, reason.trim());
    setBusy(false);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && session.show({ shell: undefined })}>
      <DialogContent className="w-[min(92vw,34rem)]">
        <DialogHeader>
          <DialogTitle>Open a shell on {target.name}</DialogTitle>
          <DialogDescription>Everybody in the room may look at it, and all that is shown in it is recorded.</DialogDescription>
        </DialogHeader>
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
          <div className="flex flex-col gap-1">
            <Label htmlFor={id}>Why is it needed?</Label>
            <Textarea
              id={id}
              autoFocus
              required
              maxLength={LIMITS.reasonChars}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              placeholder="The disk of this host fills up; looking for what writes."
            />
          </div>
          <DialogFooter>
            <Button onClick={() => session.show({ shell: undefined })}>Cancel</Button>
            <Button variant="primary" type="submit" disabled={busy || reason.trim() === ""}>
              Open it
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
