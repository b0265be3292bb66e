"use client";
import { Document, ERRORS, fixText, type PostureFinding, type Refusal } from "@interlock/protocol";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { FixLines } from "./fix-lines.tsx";
import { RoomSelect, useRoomChoice } from "./room-choice.tsx";

const Made = Document.pick({ id: true });

interface ProposeFixDialogProps {
  connection: string;
  findings: readonly PostureFinding[] | undefined;
  /** The room one came from. */
  roomId: string | undefined;
  onClose: () => void;
}

/** Writes the lines of a fix into a new document of a room, and goes there. Nothing runs by it: there they are judged like any others. */
export function ProposeFixDialog({ connection, findings, roomId, onClose }: ProposeFixDialogProps) {
  return (
    <Dialog open={findings !== undefined} onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,40rem)]">
        {findings !== undefined && <ProposeFix connection={connection} findings={findings} roomId={roomId} onClose={onClose} />}
      </DialogContent>
    </Dialog>
  );
}

function ProposeFix({ connection, findings, roomId, onClose }: ProposeFixDialogProps & { findings: readonly PostureFinding[] }) {
  const router = useRouter();
  const choice = useRoomChoice(`Posture of ${connection}`, roomId);
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const refusal = refused ?? choice.refusal;
  const [first] = findings;
  const text = findings.map(fixText).join("\n");
  const decides = findings.some(({ fix }) => fix.lines.length === 0);
  const put = async () => {
    setPending(true);
    setRefused(undefined);
    const made = await choice.put("documents", { name: `${first!.check}.kubectl`, connection, text }, Made);
    if (made.ok) return router.push(`/rooms/${made.value.roomId}?document=${made.value.answer.id}`);
    setRefused(made);
    setPending(false);
  };
  return (
    <form
      className="flex min-h-0 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void put();
      }}
    >
      <DialogHeader>
        <DialogTitle>{findings.length === 1 ? "Propose this fix" : `Propose ${findings.length} fixes`}</DialogTitle>
        <DialogDescription>
          The lines go into a new document of a room. Nothing runs: there you see what they would do, and propose them like any command.
          {decides && " What needs a decision is commented out until somebody makes it."}
        </DialogDescription>
      </DialogHeader>
      {findings.length === 1 ? (
        <FixLines fix={first!.fix} className="bg-bg" />
      ) : (
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
          tabIndex={0}
          aria-label="The lines"
          className="max-h-64 overflow-auto rounded-md bg-bg px-2.5 py-2 font-mono text-xs whitespace-pre-wrap break-words"
        >
          {text}
        </pre>
      )}
      <RoomSelect choice={choice} />
      {refusal && (
        <p role="alert" className="text-xs text-delete-text">
          {ERRORS[refusal.code].title}. {refusal.detail ?? ERRORS[refusal.code].next}
        </p>
      )}
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={pending || choice.rooms === undefined}>
          {pending && <Spinner />} Open it in the room
        </Button>
      </DialogFooter>
    </form>
  );
}
