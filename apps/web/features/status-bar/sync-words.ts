import type { DocumentStatus } from "../editor/document-connection.ts";
import type { Link } from "../room/room-state.ts";

/** What the status bar says about whether everything typed here is saved. */
export function syncWords(link: Link, documents: Iterable<DocumentStatus>): { text: string; tone: "quiet" | "warn" | "bad" } {
  let unsaved = 0;
  let apart = false;
  for (const status of documents) {
    unsaved += status.unsaved;
    apart ||= !status.synced;
  }
  const edits = unsaved === 1 ? "1 unsaved edit" : `${unsaved} unsaved edits`;
  if (link.phase === "refused" || link.phase === "reload" || link.phase === "signed_out")
    return { text: unsaved > 0 ? `disconnected, ${edits}` : "disconnected", tone: "bad" };
  if (link.phase === "reconnecting") return { text: unsaved > 0 ? `reconnecting, ${edits}` : "reconnecting", tone: "warn" };
  if (link.phase === "connecting") return { text: "connecting", tone: "quiet" };
  if (apart) return { text: unsaved > 0 ? `catching up, ${edits}` : "catching up", tone: "warn" };
  if (unsaved > 0) return { text: edits, tone: "quiet" };
  return { text: "all synced", tone: "quiet" };
}
