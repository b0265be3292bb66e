"use client";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";

/** Ending a shell ends what it runs, for everybody. */
export function EndDialog({ name, others, onEnd, onClose }: { name: string; others: number; onEnd: () => void; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,30rem)]">
        <DialogHeader>
          <DialogTitle>End the shell on {name}?</DialogTitle>
          <DialogDescription>
            What runs in it is told to hang up
            {others > 0 ? `, also for the ${others === 1 ? "other person" : `${others} others`} looking at it` : ""}. The recording is kept.
          </DialogDescription>
        </DialogHeader>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" autoFocus onClick={onEnd}>
            End it
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
