"use client";
import { CircleSlash, Hourglass, ScrollText, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { hasMod } from "../../components/ui/kbd.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { count } from "../impact/figures.ts";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { filtered, holds, noneLeft } from "./log-filter.ts";
import type { LogFollow } from "./log-follow.ts";
import type { LogLine } from "./log-line.ts";
import { LogLines } from "./log-lines.tsx";
import { logStatus, type LogStatus } from "./log-status.ts";
import { LogsBar, type LogView } from "./logs-bar.tsx";
import { logsTitle } from "./logs-target.ts";

/** The logs of one pod or several, followed by a command of the room. */
export function LogsPanel({ paneKey, onClose }: { paneKey: string; onClose: () => void }) {
  const follow = useSession().logs.follow(paneKey);
  if (follow === undefined)
    return (
      <StatusMessage icon={ScrollText} title="These logs were closed">
        Open them again from the palette.
      </StatusMessage>
    );
  return <OpenLogs follow={follow} onClose={onClose} />;
}

const VIEW: LogView = { text: "", only: false, wrap: true, times: true, pod: undefined, container: undefined };

function OpenLogs({ follow, onClose }: { follow: LogFollow; onClose: () => void }) {
  const session = useSession();
  const canAct = useCanAct();
  const state = useStore(follow.state, (all) => all);
  const command = useRoom((room) => room.commands.find(({ id }) => id === state.commandId));
  const [view, setView] = useState(VIEW);
  const [current, setCurrent] = useState<LogLine>();
  const search = useRef<HTMLInputElement>(null);
  const { lines, dropped } = follow.buffer;
  const pods = useMemo(() => distinct(lines, "pod"), [lines]);
  const containers = useMemo(() => distinct(lines, "container"), [lines]);
  const drawn = useMemo(() => filtered(lines, view), [lines, view]);
  const matching = useMemo(() => (view.text === "" ? [] : drawn.filter((line) => holds(line, view.text))), [drawn, view.text]);
  const status = logStatus(state, command);
  const notices = command?.execution?.notices ?? [];
  const title = logsTitle(follow.target);

  const step = (by: 1 | -1) => {
    if (matching.length === 0) return;
    const at = current === undefined ? (by === 1 ? -1 : matching.length) : matching.indexOf(current);
    setCurrent(matching[(at + by + matching.length) % matching.length]);
  };
  const press = (event: KeyboardEvent) => {
    const find = (event.key === "f" && hasMod(event)) || (event.key === "/" && !isField(event.target));
    if (!find) return;
    event.preventDefault();
    search.current?.select();
  };
  const copy = () => {
    const text = drawn
      .map(({ time, pod, container, text: said }) => [time, pod && `${pod}/${container}`, said].filter(Boolean).join(" "))
      .join("\n");
    void copyText(text, `${count(drawn.length)} ${drawn.length === 1 ? "line is" : "lines are"} copied.`);
  };

  return (
    <section aria-label={`Logs of ${title}`} className="flex h-full min-h-0 flex-col bg-bg" onKeyDown={press}>
      <LogsBar
        title={title}
        status={status}
        lines={lines.length}
        drawn={drawn.length}
        matches={matching.length}
        query={state.query}
        view={view}
        pods={pods}
        containers={containers}
        canAct={canAct}
        search={search}
        onView={(change) => {
          setCurrent(undefined);
          setView((now) => ({ ...now, ...change }));
        }}
        onQuery={(change) => follow.restart(change)}
        onStep={step}
        onStop={() => follow.stop()}
        onAgain={() => follow.restart()}
        onCopy={copy}
        onCommand={command && (() => session.showCommand(command.id))}
        onClose={onClose}
      />
      {dropped > 0 && (
        <p className="shrink-0 border-b border-modify-line bg-modify-soft px-3 py-0.5 text-xs text-modify-text" role="status">
          The newest {count(lines.length)} lines are here; {count(dropped)} older ones went. All of them are in{" "}
          {command?.execution ? (
            <Button
              variant="link"
              size="sm"
              className="h-auto text-modify-text underline"
              onClick={() => session.showResult(command.execution!.id, 0)}
            >
              the recorded result
            </Button>
          ) : (
            "the recorded result"
          )}
          .
        </p>
      )}
      {status.kind === "failed" && lines.length > 0 && status.detail !== undefined && (
        <p
          role="alert"
          className="max-h-24 shrink-0 overflow-y-auto border-b border-delete-line bg-delete-soft px-3 py-1 font-mono text-xs whitespace-pre-wrap text-delete-text wrap-anywhere"
        >
          {status.detail}
        </p>
      )}
      {state.query.onePod === true && (
        <p className="shrink-0 border-b border-modify-line bg-modify-soft px-3 py-0.5 text-xs text-modify-text" role="status">
          This kubectl cannot follow all pods of a workload: these are the lines of one. Its labels (app=…) show all.
        </p>
      )}
      {notices.length > 0 && lines.length > 0 && (
        <p className="max-h-16 shrink-0 overflow-y-auto border-b border-line bg-panel px-3 py-1 font-mono text-xs whitespace-pre-wrap text-modify-text wrap-anywhere">
          {notices.join("\n")}
        </p>
      )}
      {lines.length === 0 ? (
        <Blank status={status} notices={notices} onCommand={command && (() => session.showCommand(command.id))} />
      ) : drawn.length === 0 ? (
        <StatusMessage
          icon={CircleSlash}
          title="No line is left"
          actions={<Button onClick={() => setView({ ...view, text: "", pod: undefined, container: undefined })}>Show all lines</Button>}
        >
          {noneLeft(lines.length, view)}
        </StatusMessage>
      ) : (
        <LogLines
          lines={drawn}
          marked={view.text}
          current={current}
          wrap={view.wrap}
          times={view.times}
          pods={pods}
          containers={containers.length > 1 && view.container === undefined}
          label={`Lines of ${title}`}
        />
      )}
    </section>
  );
}

function Blank({ status, notices, onCommand }: { status: LogStatus; notices: readonly string[]; onCommand: (() => void) | undefined }) {
  if (status.kind === "asking")
    return (
      <div className="grid min-h-0 flex-1 place-items-center">
        <Spinner label={status.title} />
      </div>
    );
  const icon = { following: ScrollText, ended: ScrollText, stopped: CircleSlash, failed: TriangleAlert, waiting: Hourglass }[status.kind];
  return (
    <div className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2" tabIndex={0}>
      <StatusMessage
        icon={icon}
        tone={status.kind === "failed" ? "bad" : status.kind === "waiting" ? "warn" : "neutral"}
        title={status.title}
        actions={
          (status.kind === "waiting" || status.kind === "failed") && onCommand && <Button onClick={onCommand}>Show its command</Button>
        }
      >
        {/* What went wrong is among the notices, too. */}
        {[...new Set([status.detail, ...notices])].filter(Boolean).map((text) => (
          <span key={text} className="block whitespace-pre-wrap wrap-anywhere">
            {text}
          </span>
        ))}
      </StatusMessage>
    </div>
  );
}

/** In the order they appeared. */
function distinct(lines: readonly LogLine[], what: "pod" | "container"): string[] {
  const found = new Set<string>();
  for (const line of lines) if (line[what] !== undefined) found.add(line[what]);
  return [...found];
}

const isField = (target: EventTarget) => target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
