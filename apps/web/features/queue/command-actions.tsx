"use client";
import { LIMITS, type Command } from "@interlock/protocol";
import { Check, Pause, Play, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Textarea } from "../../components/ui/input.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import type { Answer } from "../room/room-connection.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import type { CommandRights } from "./command-rights.ts";
import { CountdownRing } from "./countdown-ring.tsx";

export interface CommandActs {
  busy: boolean;
  rejecting: boolean;
  /** What has been written of a rejection's comment; it stays when one goes back. */
  comment: string;
  setComment: (comment: string) => void;
  approve: () => void;
  startReject: () => void;
  stopReject: () => void;
  reject: () => void;
  hold: () => void;
  resume: () => void;
  withdraw: () => void;
  cancel: () => void;
}

/** What the buttons and keys of a card do. A review carries the digest this person was shown (I2). `onBack`: a rejection was not made after all. */
export function useCommandActs({ id, digest }: Command, onBack: () => void): CommandActs {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [rejecting, setRejecting] = useState(false);
  const [comment, setComment] = useState("");
  const once = (act: () => Promise<Answer>) => () => {
    if (busy) return;
    setBusy(true);
    void act().then(() => setBusy(false));
  };
  return {
    busy,
    rejecting,
    comment,
    setComment,
    approve: once(() => session.ask({ type: "command.review", commandId: id, digest, decision: "approve" })),
    startReject: () => setRejecting(true),
    stopReject: () => {
      setRejecting(false);
      onBack();
    },
    reject: () => {
      setRejecting(false);
      once(() =>
        session.ask({
          type: "command.review",
          commandId: id,
          digest,
          decision: "reject",
          ...(comment.trim() === "" ? {} : { comment: comment.trim() }),
        }),
      )();
    },
    hold: once(() => session.ask({ type: "command.hold", commandId: id })),
    resume: once(() => session.ask({ type: "command.run", commandId: id, digest })),
    withdraw: once(() => session.ask({ type: "command.withdraw", commandId: id })),
    cancel: once(() => session.ask({ type: "command.cancel", commandId: id })),
  };
}

/** The buttons a person has on a command. Those they may not use are absent, and words say why. */
export function CommandActions({ command, rights, acts }: { command: Command; rights: CommandRights; acts: CommandActs }) {
  const live = useRoom((state) => state.link.phase === "live");
  const off = acts.busy || !live;
  if (acts.rejecting && rights.review) return <RejectForm acts={acts} off={off} />;
  return (
    <>
      {command.state === "approved" && (
        <div className="flex items-center gap-2.5 text-xs text-dim" role="status">
          {command.runsAt ? (
            <>
              <CountdownRing runsAt={command.runsAt} totalMs={command.verdict.obligations.countdownMs} />
              Approved; it runs by itself
            </>
          ) : command.heldBy ? (
            <>
              <Pause aria-hidden="true" className="size-4 text-modify-text" />
              Held by {command.heldBy.name}
            </>
          ) : (
            <>
              <Spinner className="text-accent" /> Approved; about to run
            </>
          )}
        </div>
      )}
      {rights.whyNot && <p className="text-xs text-dim italic">{rights.whyNot}.</p>}
      {(rights.review || rights.hold || rights.resume || rights.withdraw || rights.cancel) && (
        <div className="flex flex-wrap items-center justify-end gap-1.5">
          {rights.withdraw && (
            <Button variant="ghost" disabled={off} onClick={acts.withdraw}>
              Withdraw
            </Button>
          )}
          {rights.cancel && (
            <Button variant="danger" disabled={off} onClick={acts.cancel}>
              <X aria-hidden="true" /> Cancel
            </Button>
          )}
          {rights.hold && (
            <Button disabled={off} onClick={acts.hold}>
              <Pause aria-hidden="true" /> Hold <Kbd keys="h" />
            </Button>
          )}
          {rights.resume && (
            <Button variant="approve" disabled={off} onClick={acts.resume}>
              <Play aria-hidden="true" /> Resume
            </Button>
          )}
          {rights.review && (
            <>
              <Button variant="danger" disabled={off} onClick={acts.startReject}>
                Reject <Kbd keys="r" />
              </Button>
              <Button variant="approve" disabled={off} onClick={acts.approve}>
                <Check aria-hidden="true" /> Approve <Kbd keys="a" />
              </Button>
            </>
          )}
        </div>
      )}
    </>
  );
}

function RejectForm({ acts, off }: { acts: CommandActs; off: boolean }) {
  const send = () => {
    if (!off) acts.reject();
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") acts.stopReject();
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) send();
      }}
    >
      <Textarea
        autoFocus
        rows={3}
        aria-label="Why it is rejected"
        maxLength={LIMITS.reasonChars}
        value={acts.comment}
        onChange={(event) => acts.setComment(event.target.value)}
        // Who comes back to what they had written goes on at its end.
        onFocus={({ currentTarget: field }) => field.setSelectionRange(field.value.length, field.value.length)}
        placeholder="What should be different? Its authors see this."
        className="field-sizing-content max-h-60"
      />
      <div className="flex justify-end gap-1.5">
        <Button onClick={acts.stopReject}>Back</Button>
        <Button type="submit" variant="danger" disabled={off}>
          {acts.comment.trim() === "" ? "Reject without a comment" : "Reject it"} <Kbd keys="Mod+Enter" />
        </Button>
      </div>
    </form>
  );
}
