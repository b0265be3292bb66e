"use client";
import { FINAL_STATES, type Command } from "@interlock/protocol";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { commandReversal, reversalWords } from "../impact/reversal.ts";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { UndoDialog } from "./undo-dialog.tsx";
import { commandInShort, day, thingsOf } from "./undo-words.ts";

/** What an undo command puts back: the other one, one step away. */
export function UndoesLine({ command }: { command: Command }) {
  const other = useRoom((state) => state.commands.find(({ id }) => id === command.undoOf));
  if (command.undoOf === undefined) return null;
  return (
    <p className="flex min-w-0 items-baseline gap-1.5 text-xs text-dim">
      <Undo2 aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" />
      <span className="shrink-0">{command.dryRun === true ? "tries to undo" : "undoes"}</span>{" "}
      {other ? <CommandLink command={other} /> : "an earlier command of this room"}
    </p>
  );
}

function CommandLink({ command }: { command: Command }) {
  const session = useSession();
  return (
    <Button variant="link" size="sm" className="h-auto min-w-0 shrink px-0 py-0" onClick={() => session.showCommand(command.id)}>
      <span className="truncate">{commandInShort(command)}</span>
    </Button>
  );
}

/** After a run that wrote: whether it can be put back, the button that does, or who has. */
export function UndoPart({ command }: { command: Command }) {
  const observer = useRoom((state) => state.role === "observer");
  const closed = useRoom((state) => state.room?.open === false);
  const live = useRoom((state) => state.link.phase === "live");
  const waiting = useRoom((state) =>
    state.commands.find((one) => one.undoOf === command.id && one.dryRun !== true && !FINAL_STATES.has(one.state)),
  );
  const doneBy = useRoom((state) => state.commands.find(({ id }) => id === command.undo?.doneBy));
  const [asking, setAsking] = useState(false);
  const now = useNow(60_000, command.undo?.state === "available");
  const { undo } = command;
  // Of what failed half way something may be kept as well.
  if ((command.state !== "succeeded" && undo === undefined) || command.dryRun === true) return null;
  if (undo === undefined) {
    const said = commandReversal(command);
    return said === undefined || said.tone === "good" ? null : (
      <p className="text-xs text-dim">{reversalWords({ ...said, text: "Cannot be undone" })}.</p>
    );
  }
  if (undo.state === "done")
    return (
      <p className="flex min-w-0 items-baseline gap-1.5 text-xs text-read-text">
        <Undo2 aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" />
        <span className="shrink-0">put back by{doneBy ? ` ${doneBy.proposer.name}:` : " a later command"}</span>{" "}
        {doneBy && <CommandLink command={doneBy} />}
      </p>
    );
  if (undo.state === "expired" || Date.parse(undo.expiresAt) <= now)
    return <p className="text-xs text-dim">Cannot be undone any more: what it changed was kept until {day(undo.expiresAt)}.</p>;
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-dim">
      {waiting ? (
        <span className="flex min-w-0 items-baseline gap-1.5">
          <Undo2 aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" />
          <span className="shrink-0">an undo is on its way:</span> <CommandLink command={waiting} />
        </span>
      ) : (
        <>
          <span className="min-w-0 flex-1">
            {thingsOf(command, undo.rows)} can be put back until {day(undo.expiresAt)}
          </span>
          {!observer && (
            <Button
              disabled={!live || closed}
              title={closed ? "The room is closed" : undefined}
              aria-haspopup="dialog"
              onClick={() => setAsking(true)}
            >
              <Undo2 aria-hidden="true" /> Undo…
            </Button>
          )}
        </>
      )}
      {asking && <UndoDialog command={command} onClose={() => setAsking(false)} />}
    </div>
  );
}
