import { TerminalOffer } from "@interlock/protocol";
import type { RoomSession } from "../room/room-session.ts";
import { openShell } from "../terminal/open-shell.ts";
import type { Way } from "./pod-choice.ts";
import { chosen } from "./pod-choice.ts";

/** What somebody wants in a pod, as far as they have said. */
export interface PodWish {
  connectionId: string;
  /** Empty while they have not named one. */
  namespace: string;
  name: string;
  way: Way;
  container?: string;
}

/** What may be done in a pod, and what is in it. `labels` are those that a page was shown: then the pod is not read. */
export async function podOffer(
  session: Pick<RoomSession, "connection">,
  { connectionId, namespace, name }: Pick<PodWish, "connectionId" | "namespace" | "name">,
  labels?: Readonly<Record<string, string>>,
): Promise<TerminalOffer | { failed: string }> {
  const pod = { namespace, name, ...(labels === undefined ? {} : { labels }) };
  const answer = await session.connection.request({ type: "terminal.offer", connectionId, pod });
  if (!answer.ok) return { failed: [answer.detail ?? answer.title, answer.next].filter(Boolean).join(" ") };
  return TerminalOffer.parse(answer.value);
}

/** Opens a shell at once where there is one container and nothing to say about it; else the dialog asks. */
export async function openPod(session: RoomSession, wish: PodWish): Promise<void> {
  if (wish.way !== "exec" || wish.name === "") return session.show({ pod: wish });
  const offer = await podOffer(session, wish);
  const target = "failed" in offer ? undefined : chosen(wish, offer);
  if (target === undefined) return session.show({ pod: wish });
  await openShell(session, target);
}
