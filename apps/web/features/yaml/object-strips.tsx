"use client";
import type { Command } from "@interlock/protocol";
import type { ReactNode } from "react";
import { Button } from "../../components/ui/button.tsx";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { ago } from "../rooms/ago.ts";
import type { BufferState, Proposal } from "./object-buffer.ts";
import { decidedPart } from "./text-change.ts";

const LOOKS = {
  note: "border-line bg-accent-soft text-accent-text",
  warn: "border-modify-line bg-modify-soft text-modify-text",
  bad: "border-delete-line bg-delete-soft text-delete-text",
} as const;

/** Whether somebody has decided something about it since it was opened; a status that moves is no drift. */
export const hasDrifted = ({ base, latest }: BufferState): boolean =>
  base !== undefined && latest !== undefined && decidedPart(base.text) !== decidedPart(latest.text);

/** Somebody else has changed it meanwhile. */
export function DriftStrip({ state, onShow }: { state: BufferState; onShow: () => void }) {
  const now = useNow(10_000);
  const changed = state.latest?.changed;
  return (
    <Strip tone="warn">
      <span className="min-w-0">
        Changed since you opened it{changed && ` by ${changed.manager} ${ago(changed.at, now)}`}. Saving keeps that: only what you edited is
        sent.
      </span>
      <Button size="sm" className="ml-auto" onClick={onShow}>
        Show what changed
      </Button>
    </Strip>
  );
}

/** One thing that one has to know of the object in view. */
export function Strip({ tone, children }: { tone: keyof typeof LOOKS; children: ReactNode }) {
  return (
    <div role="status" className={`flex shrink-0 flex-wrap items-center gap-2 border-b px-3.5 py-1.5 text-xs ${LOOKS[tone]}`}>
      {children}
    </div>
  );
}

const WAITING: Partial<Record<Command["state"], string>> = {
  awaiting_review: "it waits for a review",
  approved: "it is agreed to and runs soon",
  running: "it is being done",
};

/** An edit is with the others: the same is not proposed a second time. */
export function ProposedStrip({ state, proposed, edited }: { state: BufferState; proposed: Proposal; edited: boolean }) {
  const session = useSession();
  const command = useRoom((room) => room.commands.find(({ id }) => id === proposed.commandId));
  const words = (command && WAITING[command.state]) ?? "it is on its way";
  const what = proposed.text === state.text ? "This edit" : edited ? "An earlier text" : "An edit of it";
  return (
    <Strip tone="note">
      <span className="min-w-0">
        {what} is proposed: {words}.{what === "An earlier text" && " What is here now would be another command."}
      </span>
      <Button size="sm" className="ml-auto" onClick={() => session.showCommand(proposed.commandId)}>
        Show it
      </Button>
    </Strip>
  );
}
