"use client";
import type { Command } from "@interlock/protocol";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { newKey } from "../room/request-key.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import { ObjectLines } from "./conflict-list.tsx";

/** What is not as it was when people agreed to it, and the way to a fresh agreement. */
export function DriftList({ command }: { command: Command }) {
  const session = useSession();
  const mayAct = useRoom((state) => state.role !== "observer" && state.room?.open !== false);
  const live = useRoom((state) => state.link.phase === "live");
  const [busy, setBusy] = useState(false);
  if (command.execution?.error?.code !== "targets_changed") return null;
  const drift = command.execution.drift ?? [];
  const again = async () => {
    setBusy(true);
    const answer = await session.ask({ type: "command.again", key: newKey(), commandId: command.id });
    setBusy(false);
    if (answer.ok && typeof answer.value["commandId"] === "string") session.showCommand(answer.value["commandId"]);
  };
  return (
    <>
      {drift.length > 0 && (
        <div data-testid="drift">
          <ObjectLines
            label="What is not as it was when it was agreed to"
            lines={drift.map(({ object, why }) => ({ object, words: why }))}
          />
        </div>
      )}
      {mayAct && (
        <div className="flex flex-wrap items-center gap-2">
          <Button disabled={busy || !live} onClick={() => void again()}>
            <RefreshCw aria-hidden="true" /> Propose again
          </Button>
          <span>as things are now, for people to agree to anew</span>
        </div>
      )}
    </>
  );
}
