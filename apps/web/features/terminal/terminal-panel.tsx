"use client";
import type { Terminal } from "@interlock/protocol";
import { SquareTerminal } from "lucide-react";
import { type ClipboardEvent, useRef, useState } from "react";
import { toast } from "sonner";
import { cn } from "../../components/ui/class-names.ts";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { WatchRecording } from "../recordings/watch-link.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { type LinkQuestion, linkQuestion } from "./clicked-link.ts";
import { ControlNotice } from "./control-notice.tsx";
import { EndDialog } from "./end-dialog.tsx";
import { FollowingNotice } from "./following-notice.tsx";
import { GuardStrip } from "./guard/guard-strip.tsx";
import { useCardPlace } from "./guard/use-card-place.ts";
import { WaitingLineCard } from "./guard/waiting-line.tsx";
import { LinkDialog } from "./link-dialog.tsx";
import { needsLook } from "./pasted-text.ts";
import { PasteDialog } from "./paste-dialog.tsx";
import { TerminalBar } from "./terminal-bar.tsx";
import { TerminalFind } from "./terminal-find.tsx";
import { TerminalMenu } from "./terminal-menu.tsx";
import { TerminalNotice } from "./terminal-notice.tsx";
import { terminalRights } from "./terminal-rights.ts";
import { driving } from "./terminal-words.ts";
import { pointAtSelection, useFollowedView, useOthersPointing, usePointing } from "./use-company.ts";
import { useBell, useCutAtTop, useKeys, useScreen, useSize, useTyping } from "./use-screen.ts";

/** A shared shell. */
export function TerminalPanel({ terminalId, onClose }: { terminalId: string; onClose: () => void }) {
  const terminal = useRoom((room) => room.terminals.find(({ id }) => id === terminalId));
  if (terminal === undefined)
    return (
      <StatusMessage icon={SquareTerminal} title="This terminal is not here" actions={<WatchRecording terminalId={terminalId} />}>
        It ended a while ago. What was shown in it is recorded.
      </StatusMessage>
    );
  return <SharedTerminal terminal={terminal} onClose={onClose} />;
}

function SharedTerminal({ terminal, onClose }: { terminal: Terminal; onClose: () => void }) {
  const session = useSession();
  const me = useRoom((room) => room.me);
  const role = useRoom((room) => room.role);
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const mine = members.find(({ id }) => id === me?.id);
  const link = session.terminals.link(terminal.id);
  const linkState = useStore(link.state, (state) => state);
  const rights = terminalRights(terminal, me, role);
  const [paste, setPaste] = useState<string>();
  const [ending, setEnding] = useState(false);
  const [finding, setFinding] = useState(false);
  const [pointing, setPointing] = useState(false);
  const [asked, setAsked] = useState<LinkQuestion>();
  const container = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const { screen, visible } = useScreen(container, link, {
    label: `Terminal on ${terminal.name}`,
    onLink: ({ address, text }) => setAsked(linkQuestion(address, text)),
  });
  const types = rights.drives && terminal.phase === "live" && terminal.paused === undefined;
  useTyping(screen, link, types, () => {
    if (terminal.phase === "live" && terminal.paused === undefined)
      toast(
        [`${driving(terminal, members, me?.id)}.`, rights.mayTake ? "Take control to type." : rights.mayAsk && "Ask for control to type."]
          .filter(Boolean)
          .join(" "),
      );
  });
  useSize(screen, container, link, terminal, rights.drives);
  useKeys(screen, () => setFinding(true));
  useBell(screen, container, () => {
    if (!visible) toast(`The shell on ${terminal.name} rings its bell.`, { id: `bell ${terminal.id}` });
  });
  const said = useOthersPointing(screen, link, members);
  usePointing(screen, container, link, mine, { on: pointing, onEnd: () => setPointing(false) });
  const followed = useFollowedView(screen, link);
  const cut = useCutAtTop(screen);

  const waiting = terminal.shell?.line;
  const place = useCardPlace(screen, pane, waiting);
  const ended = terminal.phase === "ended";
  const notice = <TerminalNotice terminal={terminal} link={linkState} meId={me?.id} onRead={() => link.forgive()} />;
  const focus = () => screen?.term.focus();
  // Whether one types is asked when the text is there: the clipboard may take its time.
  const typesNow = useRef(types);
  typesNow.current = types;
  const pasteLooked = (text: string) => {
    if (!typesNow.current) toast("You do not type here any more; nothing was pasted.");
    else if (needsLook(text)) setPaste(text);
    else screen?.term.paste(text);
  };
  const pasted = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    if (!types || !needsLook(text)) return;
    event.preventDefault();
    event.stopPropagation();
    setPaste(text);
  };
  return (
    <section
      data-terminal={terminal.id}
      data-columns={terminal.columns}
      data-place="editor"
      aria-label={`Terminal on ${terminal.name}`}
      className="flex h-full min-h-0 flex-col bg-bg"
    >
      <TerminalBar
        terminal={terminal}
        rights={rights}
        connected={linkState.phase === "live"}
        pointing={pointing}
        onPoint={() => {
          if (screen === undefined || mine === undefined || pointing || !pointAtSelection(screen, link, mine)) setPointing(!pointing);
        }}
        onSearch={() => setFinding(true)}
        onEnd={() => setEnding(true)}
        onClose={onClose}
      />
      {ended && notice}
      <GuardStrip terminal={terminal} />
      <div ref={pane} className="relative min-h-0 flex-1 overflow-hidden p-2" onPasteCapture={pasted}>
        <TerminalMenu
          screen={screen}
          name={terminal.name}
          types={types}
          onPaste={pasteLooked}
          onSearch={() => setFinding(true)}
          onPoint={ended || screen === undefined || mine === undefined ? undefined : () => void pointAtSelection(screen, link, mine)}
        >
          <div ref={container} className="terminal-pane size-full min-h-0 overflow-auto" />
        </TerminalMenu>
        {/* Over the screen: a shell must not get another size, and its program draw everything anew, because something is said. */}
        <div className="absolute inset-x-0 top-0 z-10 flex flex-col">
          {finding && screen && (
            <TerminalFind
              search={screen.search}
              onClose={() => {
                setFinding(false);
                focus();
              }}
            />
          )}
          <ControlNotice terminal={terminal} rights={rights} hidden={!visible} />
          {!ended && notice}
          {cut && (
            <p className="bg-panel py-0.5 text-center text-2xs text-dim">
              {terminal.recording === "failed" ? "Older lines are not kept." : "Older lines are in the recording."}
            </p>
          )}
        </div>
        {waiting !== undefined && (
          // Over the part of the screen where the line is not; the shell's size stays as it is.
          <div
            className={cn("absolute inset-x-2 z-10 flex justify-center", place?.side === "top" ? "top-2" : "bottom-2")}
            style={{ maxHeight: place?.most ?? "70%" }}
          >
            <div className="flex min-h-0 w-full max-w-3xl flex-col">
              <WaitingLineCard key={waiting.id} terminal={terminal} line={waiting} />
            </div>
          </div>
        )}
        {followed !== undefined && <FollowingNotice userId={followed} />}
        <p role="status" className="sr-only">
          {said}
        </p>
      </div>
      {asked !== undefined && <LinkDialog question={asked} onClose={() => setAsked(undefined)} />}
      {paste !== undefined && (
        <PasteDialog
          text={paste}
          name={terminal.name}
          onPaste={(text) => {
            setPaste(undefined);
            screen?.term.paste(text);
            focus();
          }}
          onClose={() => setPaste(undefined)}
        />
      )}
      {ending && (
        <EndDialog
          name={terminal.name}
          mode={terminal.pod?.mode}
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
