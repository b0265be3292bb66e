"use client";
import type { Connection, ObjectEntry, TerminalOffer } from "@interlock/protocol";
import { Bug, Plug, SquareTerminal } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { DropdownMenuItem } from "../../components/ui/dropdown-menu.tsx";
import { useSession } from "../room/room-context.tsx";
import { podOffer } from "./open-pod.ts";
import { type Way, wayOf } from "./pod-choice.ts";

const ITEMS: readonly { way: Way; title: string; icon: ReactNode }[] = [
  { way: "exec", title: "Open a shell", icon: <SquareTerminal /> },
  { way: "attach", title: "Attach…", icon: <Plug /> },
  { way: "debug", title: "Debug…", icon: <Bug /> },
];

/** The ways into a pod, in its menu. What policy denies by what is known of the pod here cannot be chosen, and says why. */
export function PodMenuItems({ connection, entry }: { connection: Connection; entry: ObjectEntry }) {
  const session = useSession();
  const { namespace = "", name } = entry;
  const [offer, setOffer] = useState<TerminalOffer>();
  const { labels } = entry;
  useEffect(() => {
    let gone = false;
    void podOffer(session, { connectionId: connection.id, namespace, name }, labels).then((told) => {
      if (!gone && !("failed" in told)) setOffer(told);
    });
    return () => {
      gone = true;
    };
  }, [session, connection.id, namespace, name, labels]);
  return ITEMS.map(({ way, title, icon }) => {
    const denied = offer && wayOf(offer, way)?.denied;
    return (
      <DropdownMenuItem
        key={way}
        disabled={denied !== undefined}
        onSelect={() => session.openPod({ connectionId: connection.id, namespace, name, way })}
        className="max-w-72"
      >
        {icon}
        <span className="flex min-w-0 flex-col">
          {title}
          {denied !== undefined && <span className="text-2xs wrap-anywhere text-dim">{denied}</span>}
        </span>
      </DropdownMenuItem>
    );
  });
}
