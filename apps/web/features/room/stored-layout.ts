import type { SerializedDockview } from "dockview-react";

/** What a browser remembers of one person's dock in one room. */
export interface StoredLayout {
  dock: SerializedDockview;
  /** Results that had their tab already, so that a closed one stays closed. */
  seen: readonly string[];
}

/** Raised when a stored layout would be misread; an older one is forgotten. */
const VERSION = 1;
/** Keys of results kept: more than a room shows tabs of, little to store. */
const SEEN_KEPT = 300;
/** Widths of the side panels: one for all rooms. */
export const PANEL_WIDTHS = ["interlock.panel.left", "interlock.panel.right"] as const;

const keyOf = (userId: string, roomId: string) => `interlock.layout.${userId}.${roomId}`;

export function storeLayout(userId: string, roomId: string, { dock, seen }: StoredLayout): void {
  try {
    localStorage.setItem(keyOf(userId, roomId), JSON.stringify({ version: VERSION, dock, seen: seen.slice(-SEEN_KEPT) }));
  } catch (error) {
    // A full or forbidden storage costs the memory of the layout, nothing else.
    console.warn("The layout of this room is not remembered:", error);
  }
}

/** Undefined when there is none, or none that can be read; the latter is logged, and the room opens as it does at first. */
export function storedLayout(userId: string, roomId: string): StoredLayout | undefined {
  try {
    const text = localStorage.getItem(keyOf(userId, roomId));
    return text === null ? undefined : parseLayout(text);
  } catch (error) {
    console.warn("The remembered layout of this room cannot be used:", error);
    return undefined;
  }
}

/** Throws on anything that is not a layout of this version; whether dockview can show it, it says itself. */
export function parseLayout(text: string): StoredLayout {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || value["version"] !== VERSION) throw new Error("it is of another version");
  const { dock, seen } = value;
  if (!isRecord(dock) || !isRecord(dock["grid"]) || !isRecord(dock["panels"])) throw new Error("it is no layout");
  if (!Array.isArray(seen) || !seen.every((key) => typeof key === "string")) throw new Error("it does not name the results it had");
  return { dock: dock as unknown as SerializedDockview, seen };
}

/** Forgets the dock of this room and the widths of the side panels. */
export function forgetLayout(userId: string, roomId: string): void {
  localStorage.removeItem(keyOf(userId, roomId));
  for (const key of PANEL_WIDTHS) localStorage.removeItem(key);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
