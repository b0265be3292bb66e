import { Verdict } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { z } from "zod";
import { useSession } from "../room/room-context.tsx";
import { rest } from "../shell/rest-client.ts";

const Judged = z.object({ verdict: Verdict });

/** What policy says of a text on each of these connections, as far as it has been asked; nothing where no answer came. */
export function useHostVerdicts(text: string, connections: readonly string[]): ReadonlyMap<string, Verdict["decision"]> {
  const { roomId } = useSession();
  const [found, setFound] = useState<ReadonlyMap<string, Verdict["decision"]>>(new Map());
  const wanted = connections.filter((id) => !found.has(id)).join(" ");
  useEffect(() => {
    if (wanted === "") return;
    const leaving = new AbortController();
    for (const connection of wanted.split(" "))
      void rest.post("/analyze", { connection, room: roomId, text }, Judged, { signal: leaving.signal }).then(
        (answer) => {
          if (answer.ok) setFound((known) => new Map(known).set(connection, answer.value.verdict.decision));
        },
        // Left before the answer.
        () => undefined,
      );
    return () => leaving.abort();
  }, [wanted, text, roomId]);
  return found;
}
