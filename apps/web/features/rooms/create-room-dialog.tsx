"use client";
import { ERRORS, LIMITS, type Refusal, Room } from "@interlock/protocol";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { formText } from "../../components/form-text.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { rest } from "../shell/rest-client.ts";
import { SeverityChoice } from "./severity-choice.tsx";

const CreatedRoom = Room.pick({ id: true });

interface CreateRoomDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Opens a room and goes there; who opens it leads it. */
export function CreateRoomDialog({ open, onOpenChange }: CreateRoomDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>New room</DialogTitle>
          <DialogDescription>Everybody who is signed in can see it and come in. You will be its lead.</DialogDescription>
        </DialogHeader>
        <CreateRoomForm onCancel={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  );
}

/** Drawn only while the dialog is open, so that each opening begins empty. */
function CreateRoomForm({ onCancel }: { onCancel: () => void }) {
  const router = useRouter();
  const id = useId();
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const create = async (title: string, severity: string) => {
    setPending(true);
    setRefusal(undefined);
    const outcome = await rest.post("/rooms", { title, ...(severity ? { severity } : {}) }, CreatedRoom);
    if (outcome.ok) {
      router.push(`/rooms/${outcome.value.id}`);
      return;
    }
    setRefusal(outcome);
    setPending(false);
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        void create(formText(fields, "title").trim(), formText(fields, "severity"));
      }}
    >
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={`${id}-title`}>What is it about?</Label>
        <Input
          id={`${id}-title`}
          name="title"
          required
          pattern=".*\S.*"
          title="A few words"
          maxLength={LIMITS.titleChars}
          placeholder="payments 5xx after deploy"
          autoComplete="off"
        />
      </div>
      <SeverityChoice name="severity" />
      {refusal && (
        <p role="alert" className="text-xs text-delete-text">
          {ERRORS[refusal.code].title}. {refusal.detail ?? ERRORS[refusal.code].next}
        </p>
      )}
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={pending}>
          {pending && <Spinner />} Open the room
        </Button>
      </DialogFooter>
    </form>
  );
}
