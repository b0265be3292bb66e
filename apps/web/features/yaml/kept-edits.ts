import { ObjectRef, ObjectText } from "@interlock/protocol";
import type { KeptText, Proposal } from "./object-buffer.ts";
import type { ObjectTarget } from "./open-objects.ts";

/** An edit that is not saved, of one object. */
export interface KeptEdit extends KeptText {
  target: ObjectTarget;
}

/** What one person has open of objects in one room, and written into them. */
export interface KeptObjects {
  panes: readonly ObjectTarget[];
  edits: readonly KeptEdit[];
}

export type KeptStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Raised when what is kept would be misread; what an older page kept is forgotten. */
const VERSION = 1;
/** UTF-16 units of a room's edits that are stored, a fifth of what browsers give an origin (5 MiB); what is longer stays in the page's memory. */
const MOST_STORED = 512 * 1024;
const PREFIX = "interlock.objects.";

/** What one page keeps while it goes from room to room; undefined once its person has signed out. */
let inPage: Map<string, KeptObjects> | undefined = new Map();
const keyOf = (userId: string, roomId: string) => `${PREFIX}${userId}.${roomId}`;

/** Whether an edit may be written where it outlives the page: never values of Secrets, of whatever group. */
export const isStorable = ({ kind }: Pick<ObjectTarget, "kind">): boolean => !kind.endsWith("/secrets");

/**
 * Keeps what is open and not saved: all of it for as long as the page lives, and through a reload of this tab what is no Secret and not too
 * much. Nothing is ever written where other tabs or a later start of the browser would find it.
 */
export function keepObjects(userId: string, roomId: string, objects: KeptObjects, storage: KeptStorage): void {
  if (inPage === undefined) return;
  const key = keyOf(userId, roomId);
  inPage.set(key, objects);
  try {
    const edits = storable(objects.edits);
    if (objects.panes.length + edits.length === 0) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify({ version: VERSION, panes: objects.panes, edits }));
  } catch (error) {
    // A full or forbidden storage costs the way through a reload, before which the page asks.
    console.warn("Edits of objects do not outlive this page:", error);
  }
}

/** What was kept; of an earlier page only what can be read. */
export function keptObjects(userId: string, roomId: string, storage: KeptStorage): KeptObjects {
  const key = keyOf(userId, roomId);
  const here = inPage?.get(key);
  if (here !== undefined) return here;
  try {
    const text = storage.getItem(key);
    return text === null ? { panes: [], edits: [] } : read(JSON.parse(text));
  } catch (error) {
    console.warn("What was open of objects in this room cannot be read:", error);
    return { panes: [], edits: [] };
  }
}

/** For who signs out: whoever is next finds nothing, and nothing more is kept until another page is loaded. */
export function forgetObjects(storage: KeptStorage & Pick<Storage, "length" | "key">): void {
  inPage = undefined;
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
  for (const key of keys) if (key?.startsWith(PREFIX)) storage.removeItem(key);
}

/** The newest first, as many as there is room for. */
function storable(edits: readonly KeptEdit[]): KeptEdit[] {
  let room = MOST_STORED;
  return edits.toReversed().filter((edit) => {
    const length = edit.base.text.length + edit.text.length + (edit.proposed?.text.length ?? 0);
    if (!isStorable(edit.target) || length > room) return false;
    room -= length;
    return true;
  });
}

function read(value: unknown): KeptObjects {
  const { version, panes, edits } = (value ?? {}) as Record<string, unknown>;
  if (version !== VERSION || !Array.isArray(panes) || !Array.isArray(edits)) throw new Error("it is of another version");
  return {
    panes: panes.flatMap((pane) => readTarget(pane) ?? []),
    edits: edits.flatMap((edit) => readEdit(edit) ?? []).toReversed(),
  };
}

function readTarget(value: unknown): ObjectTarget | undefined {
  const ref = ObjectRef.safeParse(value);
  const { kindName } = (value ?? {}) as Record<string, unknown>;
  return ref.success && typeof kindName === "string" ? { ...ref.data, kindName } : undefined;
}

const Base = ObjectText.omit({ full: true });

function readEdit(value: unknown): KeptEdit | undefined {
  const { target, base, text, proposed } = (value ?? {}) as Record<string, unknown>;
  const read = { target: readTarget(target), base: Base.safeParse(base), proposed: readProposal(proposed) };
  if (read.target === undefined || !read.base.success || typeof text !== "string") return undefined;
  return { target: read.target, base: read.base.data, text, ...(read.proposed === undefined ? {} : { proposed: read.proposed }) };
}

function readProposal(value: unknown): Proposal | undefined {
  const { commandId, text } = (value ?? {}) as Record<string, unknown>;
  return typeof commandId === "string" && typeof text === "string" ? { commandId, text } : undefined;
}
