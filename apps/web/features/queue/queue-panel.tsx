"use client";
import { Inbox } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { useRoom, useView } from "../room/room-context.tsx";
import { SectionTitle } from "../room/section-title.tsx";
import { WaitingLines } from "../terminal/guard/waiting-lines.tsx";
import { CommandCard } from "./command-card.tsx";
import { isActive, isWaiting, keptOpen } from "./command-rights.ts";

/** Finished commands listed before one asks for more. */
const FINISHED = 8;

/** Waiting commands shown in full. Beyond it they are folded: one looks for the right one in a list, not in pages of text. */
const OPEN_AT_ONCE = 6;

/** Commands of the room: what waits or runs in full, what is finished folded. */
export function QueuePanel() {
  const commands = useRoom((state) => state.commands);
  const left = useRoom((state) => state.commandsLeft);
  const wanted = useView((view) => view.command?.id);
  const [all, setAll] = useState(false);
  const active = commands.filter(isActive);
  const finished = commands.filter((command) => !isActive(command));
  const kept = keptOpen(finished);
  const lines = useRoom((state) => state.terminals.reduce((sum, { shell }) => sum + Number(shell?.line?.decision === "ask"), 0));
  const waiting = active.filter(isWaiting).length + lines;
  const crowded = new Set(
    active
      .filter(({ state }) => state === "awaiting_review")
      .slice(OPEN_AT_ONCE)
      .map(({ id }) => id),
  );
  const shown = all ? finished : finished.filter(({ id }, index) => index < FINISHED || id === wanted);
  return (
    <section aria-label="Queue" className="flex min-h-0 flex-col">
      <SectionTitle>Queue · {waiting === 0 ? "nothing waits" : `${waiting} waiting`}</SectionTitle>
      <div className="flex flex-col gap-2 px-3 pb-3">
        <WaitingLines />
        {commands.length === 0 && lines === 0 && (
          <p className="flex items-center gap-2 rounded-lg border border-dashed border-line px-3 py-4 text-xs text-dim">
            <Inbox aria-hidden="true" className="size-4 shrink-0" /> What is proposed waits here, frozen, until it is agreed.
          </p>
        )}
        {/* One list, so that a card that finishes is moved and not made anew. */}
        {[...active, ...shown].map((command) => (
          <CommandCard key={command.id} command={command} kept={kept.has(command.id)} crowded={crowded.has(command.id)} />
        ))}
        {left > 0 && (
          <p className="px-1 text-xs text-dim">
            {left.toLocaleString("en")} older {left === 1 ? "one has" : "ones have"} not ended and {left === 1 ? "is" : "are"} not listed:
            decide about some of these, then open the room again.
          </p>
        )}
        {finished.length > shown.length && (
          <Button variant="ghost" size="sm" onClick={() => setAll(true)}>
            {finished.length - shown.length} more finished
          </Button>
        )}
      </div>
    </section>
  );
}
