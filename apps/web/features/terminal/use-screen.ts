import { type Terminal, TERMINAL_SIZE } from "@interlock/protocol";
import { useTheme } from "next-themes";
import { type RefObject, useEffect, useRef, useState } from "react";
import { copyText } from "../clipboard/to-clipboard.ts";
import { useStore } from "../room/store.ts";
import { echoChoice } from "./echo-choice.ts";
import { letterSize, zoom } from "./letter-size.ts";
import { readingOut } from "./reading-out.ts";
import type { TerminalLink } from "./terminal-link.ts";
import { type ClickedLink, XtermScreen } from "./xterm-screen.ts";

/** Milliseconds that a pane keeps a size before the shell is told: a window that is dragged is one size, not a hundred. */
const SETTLED = 120;
/** Milliseconds after which a size that was asked for is not this window's to say. */
const NOT_OURS = 1_500;
/** Milliseconds between two hints that one's keys go nowhere. */
const HINT_EVERY = 8_000;

/** A screen in `container`, made once the pane has been seen for the first time: only then somebody looks. */
export function useScreen(
  container: RefObject<HTMLDivElement | null>,
  link: TerminalLink,
  { label, onLink }: { label: string; onLink: (link: ClickedLink) => void },
): { screen: XtermScreen | undefined; visible: boolean } {
  const [screen, setScreen] = useState<XtermScreen>();
  const [visible, setVisible] = useState(false);
  const { resolvedTheme } = useTheme();
  const clicked = useRef(onLink);
  clicked.current = onLink;
  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    let made: XtermScreen | undefined;
    let drawn: (() => void) | undefined;
    const watch = new IntersectionObserver((entries) => {
      // A busy page tells of several moments at once, the newest last: by the first one it would never have been seen.
      const now = entries.at(-1)?.isIntersecting ?? false;
      setVisible(now);
      if (now && made === undefined) {
        const mine = new XtermScreen(element, { label, letters: letterSize.get(), onLink: (one) => clicked.current(one) });
        made = mine;
        drawn = link.onDrawn((offset, anew) => mine.drew(offset, anew));
        link.start(mine);
        setScreen(mine);
      }
      made?.seen(now);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn?.();
      made?.dispose();
      setScreen(undefined);
    };
    // A terminal keeps its link and its name.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [link]);
  useEffect(() => {
    // The page takes the theme's colours in an effect further out, which comes after this one.
    const frame = requestAnimationFrame(() => screen?.recolor());
    return () => cancelAnimationFrame(frame);
  }, [screen, resolvedTheme]);
  const readOut = useStore(readingOut, (on) => on);
  useEffect(() => screen?.readOut(readOut), [screen, readOut]);
  const echo = useStore(echoChoice, (mode) => mode);
  useEffect(() => screen?.guess(echo), [screen, echo]);
  return { screen, visible };
}

/** Sends keys of whoever drives; tells everybody else, now and then, why theirs do nothing. */
export function useTyping(screen: XtermScreen | undefined, link: TerminalLink, types: boolean, onIdle: () => void) {
  const hinted = useRef(0);
  const idle = useRef(onIdle);
  idle.current = onIdle;
  useEffect(() => {
    if (!screen) return;
    const { term } = screen;
    const encoder = new TextEncoder();
    term.options.cursorInactiveStyle = types ? "outline" : "none";
    term.options.cursorBlink = types;
    const keys = [
      term.onData((text) => {
        if (!types) return;
        if (link.type(encoder.encode(text))) screen.typed(text);
      }),
      // Reports of the mouse that are not UTF-8: a character is a byte.
      term.onBinary((text) => types && void link.type(Uint8Array.from(text, (character) => character.charCodeAt(0)))),
      // Keys alone: a program that follows the mouse would have it said at every move.
      term.onKey(() => {
        if (types || performance.now() - hinted.current < HINT_EVERY) return;
        hinted.current = performance.now();
        idle.current();
      }),
    ];
    return () => keys.forEach((key) => key.dispose());
  }, [screen, link, types]);
}

/** A driver's pane decides how large the shell's screen is; everybody else's letters are fitted to that. */
export function useSize(
  screen: XtermScreen | undefined,
  container: RefObject<HTMLDivElement | null>,
  link: TerminalLink,
  { columns, rows, phase }: Terminal,
  drives: boolean,
) {
  const live = useStore(link.state, (state) => state.phase === "live");
  const letters = useStore(letterSize, (size) => size);
  const ended = phase === "ended";
  useEffect(() => {
    const element = container.current;
    if (!screen || element === null) return;
    screen.letters = letters;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fit = () => {
      // What cannot be told to the shell any more, or not now, stays in the size that it has.
      if (!drives || !live || ended) return screen.shrink();
      const room = screen.room();
      if (room === undefined) return;
      const wanted = {
        columns: Math.min(TERMINAL_SIZE.columns.most, Math.max(TERMINAL_SIZE.columns.least, room.columns)),
        rows: Math.min(TERMINAL_SIZE.rows.most, Math.max(TERMINAL_SIZE.rows.least, room.rows)),
      };
      if (wanted.columns === columns && wanted.rows === rows) return;
      link.resize(wanted.columns, wanted.rows);
      // Where they type in another window as well, it is as large as that one.
      timer = setTimeout(() => screen.shrink(), NOT_OURS);
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(fit, SETTLED);
    };
    later();
    // The pane itself, not what the letters make of it.
    const watch = new ResizeObserver(later);
    watch.observe(element.parentElement ?? element);
    const resized = screen.term.onResize(later);
    const redrawn = screen.onRedrawn(later);
    const cursor = screen.term.onCursorMove(() => !drives && screen.showCursor());
    return () => {
      clearTimeout(timer);
      watch.disconnect();
      resized.dispose();
      redrawn();
      cursor.dispose();
    };
  }, [screen, container, link, drives, columns, rows, live, ended, letters]);
}

/** What the page does itself with a key, also in a shell. Keys of the whole page (`/`: search of commands) go by. */
const PAGE_KEYS: readonly string[] = ["c", "v", "f", "k", "/"];

/** Keys that are the page's also in a shell: copy, paste, search, size of letters, and the way out to the next pane. */
export function useKeys(screen: XtermScreen | undefined, onFind: () => void) {
  const find = useRef(onFind);
  find.current = onFind;
  useEffect(() => {
    if (!screen) return;
    const { term } = screen;
    term.attachCustomKeyEventHandler((event) => {
      if (event.key === "F6") return false;
      const size = sizeKey(event);
      if (size !== undefined) {
        event.preventDefault();
        if (event.type === "keydown") zoom(size);
        return false;
      }
      const page = (event.ctrlKey && event.shiftKey) || event.metaKey;
      const key = event.key.toLowerCase();
      if (!page || !PAGE_KEYS.includes(key)) return true;
      if (event.type !== "keydown") return false;
      if (key === "c" && term.hasSelection()) {
        event.preventDefault();
        void copyText(term.getSelection(), "The selection is copied.");
      } else if (key === "f") {
        event.preventDefault();
        find.current();
      }
      return false;
    });
  }, [screen]);
}

/** Ctrl or ⌘ with plus, minus or zero, as browsers zoom pages. */
function sizeKey({ ctrlKey, metaKey, altKey, key }: KeyboardEvent): 1 | -1 | 0 | undefined {
  if (!(ctrlKey || metaKey) || altKey) return undefined;
  if (key === "+" || key === "=") return 1;
  if (key === "-") return -1;
  return key === "0" ? 0 : undefined;
}

/** A bell is seen, where the pane is, and told where it is not. */
export function useBell(screen: XtermScreen | undefined, container: RefObject<HTMLDivElement | null>, onBell: () => void) {
  const told = useRef(onBell);
  told.current = onBell;
  useEffect(() => {
    if (!screen) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const bell = screen.term.onBell(() => {
      told.current();
      const pane = container.current?.parentElement;
      pane?.classList.add("terminal-bell");
      clearTimeout(timer);
      timer = setTimeout(() => pane?.classList.remove("terminal-bell"), 500);
    });
    return () => {
      bell.dispose();
      clearTimeout(timer);
    };
  }, [screen, container]);
}

/** Whether the view is at the first line that there is, with older ones dropped. */
export function useCutAtTop(screen: XtermScreen | undefined): boolean {
  const [cut, setCut] = useState(false);
  useEffect(() => {
    if (!screen) return;
    const { term } = screen;
    const look = () => {
      const { active } = term.buffer;
      setCut(active.type === "normal" && active.viewportY === 0 && active.baseY >= (term.options.scrollback ?? Infinity));
    };
    look();
    const listeners = [term.onScroll(look), term.onRender(look)];
    return () => listeners.forEach((listener) => listener.dispose());
  }, [screen]);
  return cut;
}
