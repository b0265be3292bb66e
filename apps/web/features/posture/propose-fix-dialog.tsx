"use client";
import { ERRORS, fixText, type PostureFinding, type Refusal, Room } from "@interlock/protocol";
import { useRouter } from "next/navigation";
import { useEffect, useId, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Label } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { rest } from "../shell/rest-client.ts";
import { FixDocument } from "./fix-document.ts";
import { FixLines } from "./fix-lines.tsx";

const Rooms = Room.array();
/** In the list of rooms: one that is made for it. */
const NEW = "new";

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
  const id = useId();
  const [rooms, setRooms] = useState<readonly Room[]>();
  const [chosen, setChosen] = useState<string>();
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const [fix] = useState(() => new FixDocument());
  useEffect(() => {
    const abort = new AbortController();
    void rest.get("/rooms", Rooms, abort.signal).then(
      (outcome) => {
        if (outcome.ok) setRooms(outcome.value.filter(({ open }) => open));
        else setRefusal(outcome);
      },
      // The dialog was closed before the answer came.
      () => undefined,
    );
    return () => abort.abort();
  }, []);
  const [first] = findings;
  const room = chosen ?? rooms?.find((one) => one.id === roomId)?.id ?? rooms?.[0]?.id ?? NEW;
  const text = findings.map(fixText).join("\n");
  const decides = findings.some(({ fix }) => fix.lines.length === 0);
  const put = async () => {
    setPending(true);
    setRefusal(undefined);
    const name = `${first!.check}.kubectl`;
    const made = await fix.put(room === NEW ? undefined : room, { name, connection, text });
    if (made.ok) return router.push(`/rooms/${made.value.roomId}?document=${made.value.documentId}`);
    // A room that was made for it is there, and the next attempt goes into it.
    const own = fix.room;
    if (own !== undefined && room === NEW) {
      setRooms((known = []) => [own, ...known]);
      setChosen(own.id);
    }
    setRefusal(made);
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
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={`${id}-room`}>Room</Label>
        <select
          id={`${id}-room`}
          value={room}
          disabled={rooms === undefined}
          onChange={(event) => setChosen(event.target.value)}
          className="h-8 rounded-md border border-line-strong bg-bg px-2 text-sm"
        >
          {(rooms ?? []).map((one) => (
            <option key={one.id} value={one.id}>
              {one.code} · {one.title}
            </option>
          ))}
          <option value={NEW}>A new room, “Posture of {connection}”</option>
        </select>
      </div>
      {refusal && (
        <p role="alert" className="text-xs text-delete-text">
          {ERRORS[refusal.code].title}. {refusal.detail ?? ERRORS[refusal.code].next}
        </p>
      )}
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={pending || rooms === undefined}>
          {pending && <Spinner />} Open it in the room
        </Button>
      </DialogFooter>
    </form>
  );
}
