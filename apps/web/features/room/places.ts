import type { Pane, RoomSession } from "./room-session.ts";

/** A part of a room that the keyboard can be sent to. In the page it is the visible element with `data-place` of that id. */
export interface Place {
  id: "connections" | "editor" | "results" | "queue" | "timeline";
  title: string;
  /** The pane that holds it in a narrow window. */
  pane: Pane;
  /** What of the dock must be in front. */
  front?: "documents" | "results";
  /** What takes the focus in it, best first; the place itself when there is nothing of it. */
  focus: readonly string[];
}

/** In the order of the eye, which is the order F6 goes. */
export const PLACES: readonly Place[] = [
  { id: "connections", title: "Go to the connections", pane: "connections", focus: ['[role="treeitem"][tabindex="0"]', "button"] },
  {
    id: "editor",
    title: "Go to the editor",
    pane: "editor",
    front: "documents",
    focus: [".monaco-editor .native-edit-context", ".monaco-editor textarea", ".xterm-helper-textarea"],
  },
  { id: "results", title: "Go to the results", pane: "editor", front: "results", focus: ['[role="grid"]'] },
  { id: "queue", title: "Go to the queue", pane: "queue", focus: ["article[aria-keyshortcuts]", "article"] },
  { id: "timeline", title: "Go to the timeline", pane: "queue", focus: ['button[tabindex="0"]'] },
];

/** Waits for a dialog that closes: it gives the focus back in a task of its own, and a pane must be shown before it can take it. */
export const AFTER_DIALOGS_MS = 60;

/** Shows a place and puts the focus into it. */
export function goToPlace(session: RoomSession, { id, pane, front, focus }: Place): void {
  session.show({ pane, ...(front === undefined ? {} : { front: { kind: front, at: Date.now() } }) });
  setTimeout(() => {
    const roots = [...document.querySelectorAll<HTMLElement>(`[data-place="${id}"]`)].filter((root) => root.checkVisibility());
    // Of two editors side by side the one that was used last.
    const root = roots.find((one) => one.closest(".dv-active-group")) ?? roots[0];
    if (!root) return;
    const inside = focus.map((selector) => root.querySelector<HTMLElement>(selector)).find((element) => element?.checkVisibility());
    (inside ?? root).focus();
  }, AFTER_DIALOGS_MS);
}

/** The place after (`1`) or before (`-1`) the one that has the focus; from outside of all the first or the last. */
export function nextPlace(step: 1 | -1): Place {
  const here = document.activeElement?.closest<HTMLElement>("[data-place]")?.dataset["place"];
  const at = PLACES.findIndex(({ id }) => id === here);
  if (at < 0) return PLACES.at(step === 1 ? 0 : -1)!;
  return PLACES[(at + step + PLACES.length) % PLACES.length]!;
}
