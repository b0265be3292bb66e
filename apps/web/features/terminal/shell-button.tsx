"use client";
import { type Connection, TerminalOffer } from "@interlock/protocol";
import { SquareTerminal } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { isCluster, isHost } from "./terminal-commands.ts";

/** Opens a shell of a connection that offers one. Whether policy lets one do so is asked once somebody is near it. */
export function ShellButton({ connection }: { connection: Connection }) {
  const session = useSession();
  const open = useRoom((room) => room.room?.open ?? true);
  const canAct = useCanAct() && open;
  const [denied, setDenied] = useState<string>();
  const host = isHost(connection);
  if (!canAct || !(host || isCluster(connection))) return null;
  const { id: connectionId, name } = connection;
  const look = () => {
    // Of a cluster it depends on the pod.
    if (host)
      void session.connection.request({ type: "terminal.offer", connectionId }).then((answer) => {
        if (answer.ok) setDenied(TerminalOffer.parse(answer.value).ways[0]?.denied);
      });
  };
  const title = denied ?? (host ? `Open a shell on ${name}` : `Open a shell in a pod of ${name}…`);
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      title={title}
      aria-label={host ? `Open a shell on ${name}` : `Open a shell in a pod of ${name}`}
      aria-disabled={denied !== undefined}
      onPointerEnter={look}
      onFocus={look}
      onClick={() => {
        if (denied !== undefined) return;
        if (host) session.openShell({ connectionId, name });
        else session.openPod({ connectionId, namespace: "", name: "", way: "exec" });
      }}
      className={cn(
        "opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100",
        denied !== undefined && "cursor-not-allowed text-faint",
      )}
    >
      <SquareTerminal />
    </Button>
  );
}
