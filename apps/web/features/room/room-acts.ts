import { toast } from "sonner";
import { toClipboard } from "../clipboard/to-clipboard.ts";
import { download, timelineJson, timelineMarkdown } from "../timeline/timeline-export.ts";
import type { RoomSession } from "./room-session.ts";

/** What can be done with a room as a whole, from its bar and from the palette. */
export type RoomActs = ReturnType<typeof roomActs>;

export function roomActs(session: RoomSession) {
  const facts = () => {
    const { room, timeline, commands } = session.state.get();
    return room && ([room, timeline, commands] as const);
  };
  return {
    async invite() {
      const url = new URL(window.location.pathname, window.location.origin).href;
      try {
        await toClipboard(url);
        toast("The link is copied.", { description: "Whoever can sign in can open it; people without a group observe." });
      } catch {
        // The link itself is what matters.
        toast("This is the room's link:", { description: url });
      }
    },
    exportMarkdown() {
      const all = facts();
      if (all) download(`${all[0].code}-timeline.md`, "text/markdown", timelineMarkdown(...all));
    },
    exportJson() {
      const all = facts();
      if (all) download(`${all[0].code}-timeline.json`, "application/json", timelineJson(...all));
    },
    close: () => void session.ask({ type: "room.close" }),
    reopen: () => void session.ask({ type: "room.reopen" }),
  };
}
