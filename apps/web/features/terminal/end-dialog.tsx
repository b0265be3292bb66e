"use client";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";

interface EndDialogProps {
  name: string;
  /** How one is in a pod. */
  mode: "exec" | "attach" | "debug" | undefined;
  /** How many others look at it. */
  others: number;
  onEnd: () => void;
  onClose: () => void;
}

/** Ending a shell ends what it runs, for everybody; what a container was started with goes on. */
export function EndDialog({ name, mode, others, onEnd, onClose }: EndDialogProps) {
  const joined = mode === "attach";
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,30rem)]">
        <DialogHeader>
          <DialogTitle>{joined ? `Leave ${name}?` : `End the shell on ${name}?`}</DialogTitle>
          <DialogDescription>
            {joined
              ? "The container's own program runs on."
              : "What runs in it is told to hang up, then killed. What left it (nohup, tmux, services) may run on."}{" "}
            {mode === "debug" && "The debug container stays in the pod. "}
            {others > 0 && `It closes for the ${others === 1 ? "other person" : `${others} others`} who look at it, too. `}The recording is
            kept.
          </DialogDescription>
        </DialogHeader>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" autoFocus onClick={onEnd}>
            {joined ? "Leave it" : "End it"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
