"use client";
import { Command, ERRORS, LIMITS, type StagedUpload } from "@interlock/protocol";
import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { z } from "zod";
import { EffectBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Label, Textarea } from "../../components/ui/input.tsx";
import { AttentionList } from "../impact/attention-line.tsx";
import { attentions } from "../impact/attention.ts";
import { VerdictLine } from "../impact/verdict-line.tsx";
import { useSession } from "../room/room-context.tsx";
import { newKey } from "../room/request-key.ts";
import { rest } from "../shell/rest-client.ts";
import { UploadFacts } from "./upload-facts.tsx";
import { lastPart, visibleName } from "./visible-name.ts";

const Proposed = Command.pick({ id: true });

/** Shows what was received and what it would do, and asks whether that is meant: nothing is on the host yet. */
export function UploadDialog({ staged, host, onClose }: { staged: StagedUpload; host: string; onClose: () => void }) {
  const session = useSession();
  const id = useId();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const denied = staged.verdict.decision === "deny";
  // Whoever takes the place of something says why, whatever policy asks for.
  const needed = !denied && (staged.verdict.obligations.reason || staged.replaces !== null);
  const ready = !busy && (!needed || reason.trim() !== "");
  const leave = () => {
    void rest.remove(`/rooms/${session.roomId}/uploads/${staged.id}`, z.unknown());
    onClose();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    const said = reason.trim() === "" ? {} : { reason: reason.trim() };
    const answer = await rest.post(`/rooms/${session.roomId}/uploads/${staged.id}/propose`, said, Proposed, { key: newKey() });
    setBusy(false);
    if (!answer.ok) {
      const { title, next } = ERRORS[answer.code];
      return void toast.error(title, { description: [answer.detail, next].filter(Boolean).join(" ") });
    }
    session.show({ command: { id: answer.value.id, at: Date.now(), focus: false } });
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && leave()}>
      <DialogContent className="w-[min(92vw,36rem)]">
        <DialogHeader>
          <DialogTitle className="flex min-w-0 items-center gap-2">
            <EffectBadge effect={staged.impact.effect} />
            <span className="min-w-0 truncate">
              {staged.replaces === null ? "Put" : "Replace"} {visibleName(lastPart(staged.path))} on {host}
            </span>
          </DialogTitle>
          <DialogDescription>Nothing is on the host yet. Who agrees to it agrees to exactly these bytes.</DialogDescription>
        </DialogHeader>
        <UploadFacts upload={staged} />
        <AttentionList attentions={attentions(staged.impact)} />
        <VerdictLine verdict={staged.verdict} impact={staged.impact} />
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
          <div className="flex flex-col gap-1">
            <Label htmlFor={id}>Why is it needed?{!needed && " (optional)"}</Label>
            <Textarea
              id={id}
              autoFocus
              required={needed}
              maxLength={LIMITS.reasonChars}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              placeholder="The limit of connections is too low since Friday; as agreed with the database team."
            />
          </div>
          <DialogFooter>
            <Button onClick={leave}>Cancel</Button>
            <Button type="submit" variant={denied ? "default" : "primary"} disabled={!ready}>
              {staged.replaces === null ? "Propose the upload" : "Propose to replace it"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
