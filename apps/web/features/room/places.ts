import { afterDialogs } from "../../components/ui/focus-return.tsx";
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

/** Longest that a place may take to be there, or what takes the focus in it, in milliseconds: an editor that is made anew takes a while. */
const THERE_MS = 3_000;
const LOOK_MS = 50;

let withdraw = (): void => {};

/** Shows a place and puts the focus into it as soon as it can take it, unless the keyboard goes elsewhere meanwhile. */
export function goToPlace(session: RoomSession, place: Place): void {
  const { pane, front } = place;
  withdraw();
  session.show({ pane, ...(front === undefined ? {} : { front: { kind: front, at: Date.now() } }) });
  withdraw = afterDialogs(() => {
    const until = performance.now() + THERE_MS;
    let from = document.activeElement;
    const over = new AbortController();
    withdraw = () => over.abort();
    const look = (): void => {
      if (over.signal.aborted || (document.activeElement !== from && document.activeElement !== document.body)) return;
      const { root, inside } = inPlace(place);
      (inside ?? root)?.focus();
      from = document.activeElement;
      if (!inside && performance.now() < until) setTimeout(look, LOOK_MS);
      else over.abort();
    };
    // Under a dialog that is still there nothing can take the keyboard.
    if (from?.closest('[role="dialog"]')) return;
    look();
    // Who goes on, with a key or the pointer, is somewhere already.
    for (const type of ["keydown", "pointerdown"]) document.addEventListener(type, withdraw, { capture: true, signal: over.signal });
  });
}

/** The place in the page, and what takes the focus in it; undefined where there is none yet. */
function inPlace({ id, focus }: Place): { root: HTMLElement | undefined; inside: HTMLElement | null | undefined } {
  const roots = [...document.querySelectorAll<HTMLElement>(`[data-place="${id}"]`)].filter((root) => root.checkVisibility());
  // Of two editors side by side the one that was used last.
  const root = roots.find((one) => one.closest(".dv-active-group")) ?? roots[0];
  const inside = root && focus.map((selector) => root.querySelector<HTMLElement>(selector)).find((element) => element?.checkVisibility());
  return { root, inside };
}

/** The place after (`1`) or before (`-1`) the one that has the focus; from outside of all the first or the last. */
export function nextPlace(step: 1 | -1): Place {
  const here = document.activeElement?.closest<HTMLElement>("[data-place]")?.dataset["place"];
  const at = PLACES.findIndex(({ id }) => id === here);
  if (at < 0) return PLACES.at(step === 1 ? 0 : -1)!;
  return PLACES[(at + step + PLACES.length) % PLACES.length]!;
}
