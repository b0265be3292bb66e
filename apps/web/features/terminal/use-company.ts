import type { RoomMember, TerminalSpan } from "@interlock/protocol";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import type { Cell } from "./cell-layer.ts";
import type { TerminalLink } from "./terminal-link.ts";
import type { XtermScreen } from "./xterm-screen.ts";

/** Milliseconds between two things that the others are told of one's pointing or scrolling; the last one is always told. */
const EVERY = 150;
/** Milliseconds that somebody points at the same before it is read out. */
const READ_OUT_AFTER = 700;

/** Runs the newest of what it is given, at once and then at most once in `EVERY` milliseconds. */
function paced(): { run: (work: () => void) => void; stop: () => void } {
  let next: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = () => {
    timer = undefined;
    if (next === undefined) return;
    const work = next;
    next = undefined;
    work();
    timer = setTimeout(go, EVERY);
  };
  return {
    run: (work) => {
      next = work;
      if (timer === undefined) go();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Draws what others point at. Answers with the newest of it in words. */
export function useOthersPointing(screen: XtermScreen | undefined, link: TerminalLink, members: readonly RoomMember[]): string {
  const [said, setSaid] = useState("");
  const known = useRef(members);
  known.current = members;
  useEffect(() => {
    if (!screen) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = link.onGesture((gesture) => {
      if (gesture.type !== "pointed") return;
      const who = known.current.find(({ id }) => id === gesture.userId);
      // Somebody whom the room has not told of: their name is not known, and nobody points without one.
      if (who === undefined) return;
      screen.marks.show(who, gesture.offset, gesture.span);
      clearTimeout(timer);
      timer = setTimeout(() => {
        const text = screen.marks.textOf(gesture.offset, gesture.span);
        setSaid(
          text === undefined
            ? `${who.name} points at something that is not on your screen.`
            : `${who.name} points at: ${text.slice(0, 200)}`,
        );
      }, READ_OUT_AFTER);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [screen, link]);
  return said;
}

/** Points for this person while `on`: what they press and drag over is marked for everybody, instead of selected. `onEnd`: by Escape. */
export function usePointing(
  screen: XtermScreen | undefined,
  container: RefObject<HTMLDivElement | null>,
  link: TerminalLink,
  me: Pick<RoomMember, "id" | "name" | "color"> | undefined,
  { on, onEnd }: { on: boolean; onEnd: () => void },
) {
  const ends = useRef(onEnd);
  ends.current = onEnd;
  const { id, name, color } = me ?? {};
  useEffect(() => {
    const element = container.current;
    if (!screen || !on || element === null || id === undefined || name === undefined || color === undefined) return;
    const pace = paced();
    const who = { id, name, color };
    let from: Cell | undefined;
    const show = (to: Cell, word: boolean) => {
      if (from === undefined) return;
      const span = spanOf(screen, from, to, word);
      const { offset } = screen.clock;
      if (span === undefined || offset === undefined) return;
      screen.marks.show(who, offset, span);
      pace.run(() => link.point(offset, span));
    };
    const under = (event: PointerEvent) => screen.layer.under(event.clientX, event.clientY);
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || !(event.target as HTMLElement).closest(".xterm-screen")) return;
      event.preventDefault();
      event.stopPropagation();
      element.setPointerCapture(event.pointerId);
      from = under(event);
      show(from, true);
    };
    const move = (event: PointerEvent) => {
      if (from === undefined) return;
      const to = under(event);
      show(to, to.index === from.index && to.column === from.column);
    };
    const up = () => (from = undefined);
    // xterm listens for the mouse: what is pointed with is neither a selection nor a report to the program.
    const mouse = (event: MouseEvent) => {
      if (!(event.target as HTMLElement).closest(".xterm-screen")) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const key = (event: KeyboardEvent) => event.key === "Escape" && ends.current();
    const options = { capture: true };
    element.addEventListener("pointerdown", down, options);
    element.addEventListener("pointermove", move, options);
    element.addEventListener("pointerup", up, options);
    element.addEventListener("pointercancel", up, options);
    element.addEventListener("mousedown", mouse, options);
    window.addEventListener("keydown", key, options);
    element.classList.add("terminal-pointing");
    return () => {
      pace.stop();
      element.removeEventListener("pointerdown", down, options);
      element.removeEventListener("pointermove", move, options);
      element.removeEventListener("pointerup", up, options);
      element.removeEventListener("pointercancel", up, options);
      element.removeEventListener("mousedown", mouse, options);
      window.removeEventListener("keydown", key, options);
      element.classList.remove("terminal-pointing");
    };
  }, [screen, container, link, on, id, name, color]);
}

/** Shows the others what is selected, a match of a search among it; false where nothing is. */
export function pointAtSelection(screen: XtermScreen, link: TerminalLink, me: Pick<RoomMember, "id" | "name" | "color">): boolean {
  const selected = screen.term.getSelectionPosition();
  const { offset } = screen.clock;
  if (selected === undefined || offset === undefined) return false;
  const { start, end } = selected;
  const last = end.x > 0 ? { index: end.y, column: end.x - 1 } : { index: end.y - 1, column: screen.term.cols - 1 };
  const span = spanOf(screen, { index: start.y, column: start.x }, last, false);
  if (span === undefined) return false;
  screen.marks.show(me, offset, span);
  link.point(offset, span);
  return true;
}

/** Cells from one to the other, whichever is first; `word`: with all of the word that it is in. Undefined: longer than a screen. */
function spanOf({ term, clock }: XtermScreen, one: Cell, other: Cell, word: boolean): TerminalSpan | undefined {
  const { active } = term.buffer;
  const ordered = one.index < other.index || (one.index === other.index && one.column <= other.column);
  const [from, to] = ordered ? [{ ...one }, { ...other }] : [{ ...other }, { ...one }];
  if (to.index - from.index >= term.rows) return undefined;
  if (word) {
    const line = active.getLine(from.index);
    const inWord = (column: number) => (line?.getCell(column)?.getChars() ?? "").trim() !== "";
    while (from.column > 0 && inWord(from.column) && inWord(from.column - 1)) from.column--;
    while (to.column < term.cols - 1 && inWord(to.column) && inWord(to.column + 1)) to.column++;
  }
  const alternate = active.type === "alternate";
  const row = (index: number) => (alternate ? index : clock.row(index));
  return { fromRow: row(from.index), fromColumn: from.column, toRow: row(to.index), toColumn: to.column, alternate };
}

/** Tells the others where this person has scrolled to, and goes where somebody whom they follow has. */
export function useFollowedView(screen: XtermScreen | undefined, link: TerminalLink) {
  const { following } = useSession();
  const followed = useStore(following.followed, (userId) => userId);
  useEffect(() => {
    if (!screen) return;
    const { term, clock } = screen;
    const pace = paced();
    /** The line that is first in view, as the others were told; undefined: the end. */
    let told: number | undefined;
    /** Where one was taken by following: being there is not one's own scrolling. */
    let taken: number | undefined;
    const look = () => {
      const { active } = term.buffer;
      const { offset } = clock;
      if (active.type !== "normal" || offset === undefined) return;
      const atEnd = active.viewportY >= active.baseY;
      if (active.viewportY === taken) return;
      taken = undefined;
      // The line, not its row: while output goes on below it the row changes with every line that comes.
      const line = atEnd ? undefined : clock.line(active.viewportY);
      if (line === told) return;
      told = line;
      const row = atEnd ? 0 : clock.row(active.viewportY);
      pace.run(() => link.view(offset, row));
    };
    const scrolled = term.onScroll(look);
    const rendered = term.onRender(look);
    const stop = link.onGesture((gesture) => {
      if (gesture.type !== "viewed" || gesture.userId !== followed) return;
      if (gesture.row === 0) return term.scrollToBottom();
      const index = clock.index(gesture.offset, gesture.row);
      if (index === undefined) return;
      taken = index;
      term.scrollToLine(index);
    });
    // Scrolling oneself is looking elsewhere.
    const own = (event: Event) => {
      if (followed === undefined || (event instanceof KeyboardEvent && !["PageUp", "PageDown", "Home", "End"].includes(event.key))) return;
      taken = undefined;
      following.stop();
    };
    const { element } = term;
    element?.addEventListener("wheel", own, { passive: true });
    element?.addEventListener("keydown", own);
    return () => {
      pace.stop();
      scrolled.dispose();
      rendered.dispose();
      stop();
      element?.removeEventListener("wheel", own);
      element?.removeEventListener("keydown", own);
      // Who no longer follows is not left where they were taken to, behind what comes.
      if (taken !== undefined && element?.isConnected === true && following.followed.get() !== followed) term.scrollToBottom();
    };
  }, [screen, link, followed, following]);
  return followed;
}
