"use client";
import { type Terminal, TERMINAL_SIZE } from "@interlock/protocol";
import { SquareTerminal } from "lucide-react";
import { useTheme } from "next-themes";
import { type ClipboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { EndDialog } from "./end-dialog.tsx";
import { hasLines } from "./pasted-text.ts";
import { PasteDialog } from "./paste-dialog.tsx";
import { readingOut } from "./reading-out.ts";
import { TerminalBar } from "./terminal-bar.tsx";
import { TerminalFind } from "./terminal-find.tsx";
import type { TerminalLink } from "./terminal-link.ts";
import { TerminalNotice } from "./terminal-notice.tsx";
import { terminalRights } from "./terminal-rights.ts";
import { driving } from "./terminal-words.ts";
import { XtermScreen } from "./xterm-screen.ts";

/** A shared shell. */
export function TerminalPanel({ terminalId, onClose }: { terminalId: string; onClose: () => void }) {
  const terminal = useRoom((room) => room.terminals.find(({ id }) => id === terminalId));
  if (terminal === undefined)
    return (
      <StatusMessage icon={SquareTerminal} title="This terminal is not here">
        It ended a while ago. What was shown in it is recorded.
      </StatusMessage>
    );
  return <SharedTerminal terminal={terminal} onClose={onClose} />;
}

/** Milliseconds that a pane keeps a size before the shell is told. */
const SETTLED = 120;
/** Milliseconds between two hints that one's keys go nowhere. */
const HINT_EVERY = 8_000;

function SharedTerminal({ terminal, onClose }: { terminal: Terminal; onClose: () => void }) {
  const session = useSession();
  const me = useRoom((room) => room.me);
  const role = useRoom((room) => room.role);
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const link = session.terminals.link(terminal.id);
  const linkState = useStore(link.state, (state) => state);
  const rights = terminalRights(terminal, me, role);
  const [paste, setPaste] = useState<string>();
  const [ending, setEnding] = useState(false);
  const [finding, setFinding] = useState(false);
  const container = useRef<HTMLDivElement>(null);
  const screen = useScreen(container, link, `Terminal on ${terminal.name}`);
  const types = rights.drives && terminal.phase === "live" && terminal.paused === undefined;
  useTyping(screen, link, types, () => {
    if (terminal.phase === "live" && terminal.paused === undefined)
      toast(`${driving(terminal, members, me?.id)} here. Ask for control to type.`);
  });
  useSize(screen, container, link, terminal, rights.drives);
  useKeys(screen, () => setFinding(true));
  const readOut = useStore(readingOut, (on) => on);
  useEffect(() => screen?.readOut(readOut), [screen, readOut]);

  const focus = () => screen?.term.focus();
  const pasted = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    if (!types || !hasLines(text)) return;
    event.preventDefault();
    event.stopPropagation();
    setPaste(text);
  };
  return (
    <section data-terminal={terminal.id} aria-label={`Terminal on ${terminal.name}`} className="flex h-full min-h-0 flex-col bg-bg">
      <TerminalBar
        terminal={terminal}
        rights={rights}
        onZoom={(step) => {
          screen?.zoom(step);
          // A driver's shell gets as many cells as there is room for now; others' letters are fitted again.
          window.dispatchEvent(new Event("resize"));
        }}
        onSearch={() => setFinding(true)}
        onEnd={() => setEnding(true)}
        onClose={onClose}
      />
      {finding && screen && (
        <TerminalFind
          search={screen.search}
          onClose={() => {
            setFinding(false);
            focus();
          }}
        />
      )}
      <TerminalNotice terminal={terminal} link={linkState} onRead={() => link.forgive()} />
      <div className="grid min-h-0 flex-1 place-items-center overflow-hidden p-2" onPasteCapture={pasted}>
        <div ref={container} className="size-full min-h-0 overflow-hidden" />
      </div>
      {paste !== undefined && (
        <PasteDialog
          text={paste}
          name={terminal.name}
          onPaste={() => {
            setPaste(undefined);
            screen?.term.paste(paste);
            focus();
          }}
          onClose={() => setPaste(undefined)}
        />
      )}
      {ending && (
        <EndDialog
          name={terminal.name}
          others={terminal.watchers.filter(({ userId }) => userId !== me?.id).length}
          onEnd={() => {
            setEnding(false);
            void session.ask({ type: "terminal.kill", terminalId: terminal.id });
          }}
          onClose={() => setEnding(false)}
        />
      )}
    </section>
  );
}

const NOBODY: readonly never[] = [];

/** Made once the pane has been seen for the first time: only then somebody looks. */
function useScreen(container: RefObject<HTMLDivElement | null>, link: TerminalLink, label: string): XtermScreen | undefined {
  const [screen, setScreen] = useState<XtermScreen>();
  const { resolvedTheme } = useTheme();
  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    let made: XtermScreen | undefined;
    const watch = new IntersectionObserver(([entry]) => {
      const visible = entry?.isIntersecting ?? false;
      if (visible && made === undefined) {
        made = new XtermScreen(element, label);
        link.start(made);
        setScreen(made);
      }
      made?.seen(visible);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made?.dispose();
      setScreen(undefined);
    };
    // A terminal keeps its link and its name.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [link]);
  useEffect(() => screen?.recolor(), [screen, resolvedTheme]);
  return screen;
}

/** Sends keys of whoever drives; tells everybody else, now and then, why theirs do nothing. */
function useTyping(screen: XtermScreen | undefined, link: TerminalLink, types: boolean, onIdle: () => void) {
  const hinted = useRef(0);
  const idle = useRef(onIdle);
  idle.current = onIdle;
  useEffect(() => {
    if (!screen) return;
    const encoder = new TextEncoder();
    screen.term.options.cursorInactiveStyle = types ? "outline" : "none";
    screen.term.options.cursorBlink = types;
    const send = (bytes: Uint8Array) => {
      if (types) return void link.type(bytes);
      if (performance.now() - hinted.current < HINT_EVERY) return;
      hinted.current = performance.now();
      idle.current();
    };
    const keys = [
      screen.term.onData((text) => send(encoder.encode(text))),
      // Reports of the mouse that are not UTF-8: a character is a byte.
      screen.term.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0)))),
    ];
    return () => keys.forEach((key) => key.dispose());
  }, [screen, link, types]);
}

/** A driver's pane decides how large the shell's screen is; everybody else's letters are fitted to that. */
function useSize(
  screen: XtermScreen | undefined,
  container: RefObject<HTMLDivElement | null>,
  link: TerminalLink,
  { columns, rows }: Terminal,
  drives: boolean,
) {
  const live = useStore(link.state, ({ phase }) => phase === "live");
  useEffect(() => {
    const element = container.current;
    if (!screen || element === null || !live) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fit = () => {
      if (!drives) return screen.shrink();
      const room = screen.room();
      if (room === undefined) return;
      const wanted = {
        columns: Math.min(TERMINAL_SIZE.columns.most, Math.max(TERMINAL_SIZE.columns.least, room.columns)),
        rows: Math.min(TERMINAL_SIZE.rows.most, Math.max(TERMINAL_SIZE.rows.least, room.rows)),
      };
      if (wanted.columns !== columns || wanted.rows !== rows) link.resize(wanted.columns, wanted.rows);
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(fit, SETTLED);
    };
    later();
    const watch = new ResizeObserver(later);
    watch.observe(element);
    window.addEventListener("resize", later);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
      window.removeEventListener("resize", later);
    };
  }, [screen, container, link, drives, columns, rows, live]);
}

/** Keys that are the page's also in a shell: copy, paste, search, and the way out to the next pane. */
function useKeys(screen: XtermScreen | undefined, onFind: () => void) {
  const find = useRef(onFind);
  find.current = onFind;
  useEffect(() => {
    if (!screen) return;
    const { term } = screen;
    term.attachCustomKeyEventHandler((event) => {
      if (event.key === "F6") return false;
      const page = (event.ctrlKey && event.shiftKey) || event.metaKey;
      const key = event.key.toLowerCase();
      if (!page || !["c", "v", "f", "k", "/"].includes(key)) return true;
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
