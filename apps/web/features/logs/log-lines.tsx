"use client";
import { ArrowDown } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { type Heights, heightsOf, LINE_HEIGHT, visibleLines } from "./line-heights.ts";
import { pieces } from "./log-filter.ts";
import { type LogLine, shownTime } from "./log-line.ts";
import "./logs.css";

export interface LogLinesProps {
  lines: readonly LogLine[];
  /** Marked where it occurs. */
  marked: string;
  /** The line a search has gone to. */
  current: LogLine | undefined;
  wrap: boolean;
  times: boolean;
  /** Pods in the order they appeared, for their colours; drawn when there is more than one. */
  pods: readonly string[];
  /** Container names are drawn, too. */
  containers: boolean;
  label: string;
}

/** Pixels from the end within which the list counts as being there. */
const AT_END = 4;
const PODS_COLOURED = 8;
/** Narrower than this many pixels a line gives most of its room to the text. */
const COMPACT = 600;

/** The lines of a log. Only those in sight are in the page; it stays at the end until somebody scrolls up, and then nothing in sight moves. */
export function LogLines({ lines, marked, current, wrap, times, pods, containers, label }: LogLinesProps) {
  const host = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const [scrollTop, setScrollTop] = useState(0);
  const [stuck, setStuck] = useState(true);
  /** What stood at the top, and how far it was cut off; and the newest line at that time. */
  const anchor = useRef<{ row: number; cut: number; newest: number }>({ row: -1, cut: 0, newest: -1 });
  /** Where the list stands as far as we know: who finds it further up has met a person who scrolls. A flag "we did that" would be lost with an event. */
  const known = useRef(0);
  const character = useCharacterWidth(host);
  // On a phone the text needs the room: seconds are enough, and a pod is told from its siblings by its last characters.
  const compact = box.width > 0 && box.width < COMPACT;
  const timeWidth = times ? (compact ? 8 : 12) : 0;
  const podWidth = originWidth(pods, containers, compact);
  const taken = 24 + (timeWidth > 0 ? (timeWidth + 1) * character : 0) + (podWidth > 0 ? (podWidth + 1) * character : 0);
  const heights = useMemo(
    () => heightsOf(lines, wrap ? Math.max(8, Math.floor((box.width - taken) / character)) : Infinity),
    [lines, wrap, box.width, taken, character],
  );
  const longest = useMemo(() => (wrap ? 0 : lines.reduce((most, { text }) => Math.max(most, text.length), 0)), [lines, wrap]);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      // What a new size did to the place was nobody's wish.
      known.current = element.scrollTop;
      setBox({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    // Somebody has scrolled up, and the event that says so is on its way: a line that comes just now must not take that back.
    if (stuck && element.scrollTop < known.current && belowOf(element) >= 1) return;
    const wanted = stuck ? element.scrollHeight - element.clientHeight : placeOf(lines, heights, anchor.current);
    if (wanted !== undefined && Math.abs(element.scrollTop - wanted) >= 1) {
      element.scrollTop = wanted;
      setScrollTop(element.scrollTop);
    }
    known.current = element.scrollTop;
  }, [lines, heights, stuck, box]);

  const hold = (element: HTMLElement) => {
    const index = heights.at(element.scrollTop);
    const newest = stuck ? newestOf(lines) : anchor.current.newest;
    anchor.current = { row: lines[index]?.row ?? -1, cut: element.scrollTop - heights.top(index), newest };
    known.current = element.scrollTop;
  };

  useEffect(() => {
    const element = host.current;
    const index = current === undefined ? -1 : lines.indexOf(current);
    if (!element || index < 0) return;
    setStuck(false);
    element.scrollTop = Math.max(0, heights.top(index) - element.clientHeight / 2);
    hold(element);
    // Only when a search goes somewhere, not with every line that comes.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [current]);

  const scrolled = () => {
    const element = host.current!;
    const moved = element.scrollTop - known.current;
    const below = belowOf(element);
    setScrollTop(element.scrollTop);
    known.current = element.scrollTop;
    // Up by a pixel is a wheel that begins to turn; down to nearly the end is the end.
    if (below < 1 || (below <= AT_END && moved >= 0)) return setStuck(true);
    if (stuck && moved >= 0) return;
    hold(element);
    setStuck(false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "End" || event.target !== host.current) return;
    event.preventDefault();
    setStuck(true);
  };

  const { from, to } = visibleLines(heights, scrollTop, box.height);
  const fresh = stuck ? 0 : lines.reduce((sum, { row }) => sum + (row > anchor.current.newest ? 1 : 0), 0);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={host}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={scrolled}
        onKeyDown={press}
        data-stuck={stuck}
        className="h-full overflow-auto bg-bg font-mono text-xs focus-visible:-outline-offset-2"
        style={{ overflowAnchor: "none" }}
      >
        <div style={{ height: heights.total, minWidth: wrap ? undefined : taken + longest * character }} className="relative">
          <div className="absolute inset-x-0" style={{ transform: `translateY(${heights.top(from)}px)` }}>
            {lines.slice(from, to).map((line) => (
              <Line
                key={line.row}
                line={line}
                marked={marked}
                isCurrent={line === current}
                wrap={wrap}
                timeWidth={timeWidth}
                colour={line.pod === undefined ? 0 : pods.indexOf(line.pod) % PODS_COLOURED}
                pod={pods.length > 1}
                container={containers}
                podWidth={podWidth}
              />
            ))}
          </div>
        </div>
      </div>
      {!stuck && (
        <Button
          variant="primary"
          size="sm"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full px-3 shadow-float"
          onClick={() => {
            setStuck(true);
            host.current?.focus();
          }}
        >
          <ArrowDown aria-hidden="true" />
          {fresh === 0 ? "To the end" : `${count(fresh)} new ${fresh === 1 ? "line" : "lines"}`}
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  line: LogLine;
  marked: string;
  isCurrent: boolean;
  wrap: boolean;
  /** In characters; 0: no time. */
  timeWidth: number;
  colour: number;
  pod: boolean;
  container: boolean;
  podWidth: number;
}

/** A bullet is how masking leaves its trace; see packages/masking. */
const MASKED = /(•+)/u;

const Line = memo(function Line({ line, marked, isCurrent, wrap, timeWidth, colour, pod, container, podWidth }: LineProps) {
  const origin = [pod ? line.pod : undefined, container ? line.container : undefined].filter(Boolean).join("/");
  return (
    <div
      className={cn("flex gap-[1ch] px-3 hover:bg-hover/50", isCurrent && "bg-accent-soft")}
      style={{ minHeight: LINE_HEIGHT, lineHeight: `${LINE_HEIGHT}px` }}
      data-row={line.row}
    >
      {timeWidth > 0 && (
        <time
          dateTime={line.time}
          title={line.time}
          className="shrink-0 overflow-hidden text-faint tabular-nums"
          style={{ width: `${timeWidth}ch` }}
        >
          {line.time === undefined ? "" : shownTime(line.time).slice(0, timeWidth)}
        </time>
      )}
      {podWidth > 0 && (
        // The end of a pod's name is what tells it from its siblings.
        <span title={origin} className="log-pod shrink-0 truncate" data-colour={colour} style={{ width: `${podWidth}ch` }} dir="rtl">
          <bdi>{origin}</bdi>
        </span>
      )}
      <span dir="ltr" className={cn("min-w-0 flex-1", wrap ? "break-all whitespace-pre-wrap" : "whitespace-pre")}>
        {pieces(line.text, marked).map((piece, index) =>
          index % 2 === 1 ? (
            // oxlint-disable-next-line react/no-array-index-key -- pieces of one line never move
            <mark key={index} className="rounded-xs bg-modify-soft text-modify-text outline-1 outline-modify-line">
              {piece}
            </mark>
          ) : (
            <Plain key={index} text={piece} />
          ),
        )}
      </span>
    </div>
  );
});

function Plain({ text }: { text: string }) {
  if (!text.includes("•")) return text;
  return text.split(MASKED).map((part, index) =>
    index % 2 === 1 ? (
      <span key={index} className="rounded-xs bg-masked-soft text-masked-text">
        {part}
      </span>
    ) : (
      part
    ),
  );
}

/** Characters for whose line it is; 0 where there is only one. */
function originWidth(pods: readonly string[], containers: boolean, compact: boolean): number {
  if (pods.length < 2 && !containers) return 0;
  if (compact) return containers ? 10 : 6;
  const longest = pods.length > 1 ? Math.max(...pods.map(({ length }) => length)) : 0;
  return Math.min(28, longest + (containers ? 12 : 0));
}

/** Pixels between what is in sight and the end. */
const belowOf = ({ scrollHeight, clientHeight, scrollTop }: HTMLElement) => scrollHeight - clientHeight - scrollTop;

const newestOf = (lines: readonly LogLine[]) => lines.reduce((most, { row }) => Math.max(most, row), -1);

/** Where the list must be scrolled to so that what stood at the top stands there still. */
function placeOf(lines: readonly LogLine[], heights: Heights, { row, cut }: { row: number; cut: number }): number | undefined {
  const index = lines.findIndex((line) => line.row === row);
  // It was dropped, or a filter has taken it away: the place is not there any more.
  return index < 0 ? undefined : heights.top(index) + cut;
}

/** Width of one character of the list's font, in pixels. */
function useCharacterWidth(host: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(7.2);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () => {
      const probe = document.createElement("span");
      probe.textContent = "0".repeat(100);
      probe.className = "invisible absolute whitespace-pre";
      element.append(probe);
      const measured = probe.getBoundingClientRect().width / 100;
      probe.remove();
      if (measured > 0) setWidth(measured);
    };
    measure();
    // The font may come later than the list.
    void document.fonts.ready.then(measure);
  }, [host]);
  return width;
}
