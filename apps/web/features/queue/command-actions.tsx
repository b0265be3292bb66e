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
  approve: () => void;
  startReject: () => void;
  stopReject: () => void;
  reject: (comment: string) => void;
  hold: () => void;
  resume: () => void;
  withdraw: () => void;
  cancel: () => void;
}

/** What the buttons and keys of a card do. A review carries the digest this person was shown (I2). */
export function useCommandActs({ id, digest }: Command): CommandActs {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [rejecting, setRejecting] = useState(false);
  const once = (act: () => Promise<Answer>) => () => {
    if (busy) return;
    setBusy(true);
    void act().then(() => setBusy(false));
  };
  return {
    busy,
    rejecting,
    approve: once(() => session.ask({ type: "command.review", commandId: id, digest, decision: "approve" })),
    startReject: () => setRejecting(true),
    stopReject: () => setRejecting(false),
    reject: (comment) => {
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
  if (acts.rejecting && rights.review) return <RejectForm acts={acts} />;
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

function RejectForm({ acts }: { acts: CommandActs }) {
  const [comment, setComment] = useState("");
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        acts.reject(comment);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") acts.stopReject();
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) acts.reject(comment);
      }}
    >
      <Textarea
        autoFocus
        aria-label="Why it is rejected"
        maxLength={LIMITS.reasonChars}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        placeholder="What should be different? Its authors see this."
      />
      <div className="flex justify-end gap-1.5">
        <Button onClick={acts.stopReject}>Back</Button>
        <Button type="submit" variant="danger">
          Reject it
        </Button>
      </div>
    </form>
  );
}
