"use client";
import { ChevronDown, ChevronUp, Clock, Copy, ListFilter, Play, Rewind, Search, Square, WrapText, X } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { count } from "../impact/figures.ts";
import type { LogStatus } from "./log-status.ts";
import { type LogsQuery, SINCE, type Since, TAIL } from "./logs-target.ts";

/** What a person sets for one pane; it changes what is drawn, not what is asked for. */
export interface LogView {
  text: string;
  only: boolean;
  wrap: boolean;
  times: boolean;
  pod: string | undefined;
  container: string | undefined;
}

export interface LogsBarProps {
  title: string;
  status: LogStatus;
  /** Lines here, and how many of them are drawn. */
  lines: number;
  drawn: number;
  matches: number;
  query: LogsQuery;
  view: LogView;
  pods: readonly string[];
  containers: readonly string[];
  canAct: boolean;
  search: Ref<HTMLInputElement>;
  onView: (change: Partial<LogView>) => void;
  onQuery: (change: Partial<LogsQuery>) => void;
  onStep: (step: 1 | -1) => void;
  onStop: () => void;
  onAgain: () => void;
  onCopy: () => void;
  onCommand: (() => void) | undefined;
  onClose: () => void;
}

const SINCE_WORDS: Record<Since, string> = {
  tail: `last ${count(TAIL)} lines`,
  "5m": "last 5 min",
  "15m": "last 15 min",
  "1h": "last hour",
  "6h": "last 6 h",
  "24h": "last 24 h",
  all: "everything",
};

/** Above the lines of a logs pane: what it is, what is asked for, and how it is drawn. */
export function LogsBar(props: LogsBarProps) {
  const { title, status, lines, drawn, query, view, pods, containers, canAct, onView, onQuery } = props;
  const live = status.kind === "following" || status.kind === "asking";
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-3 py-1 text-xs text-dim">
      {/* On a phone what it is and the way to stop it stand above what it is searched by. */}
      <span className="flex min-w-0 items-center gap-2 max-md:order-1 max-md:flex-1">
        <span
          aria-hidden="true"
          className={cn(
            "size-2 shrink-0 rounded-full",
            status.kind === "following" ? "bg-read" : status.kind === "failed" ? "bg-delete" : "bg-unknown",
          )}
        />
        {props.onCommand ? (
          <button
            type="button"
            className="truncate font-semibold text-fg hover:underline"
            title="Show its command"
            onClick={props.onCommand}
          >
            {title}
          </button>
        ) : (
          <span className="truncate font-semibold text-fg">{title}</span>
        )}
        <span role="status" data-testid="log-status" className="shrink-0 tabular-nums">
          {status.word} · {drawn === lines ? count(lines) : `${count(drawn)} of ${count(lines)}`} {lines === 1 ? "line" : "lines"}
        </span>
      </span>
      <Find {...props} />
      <span className="flex flex-wrap items-center gap-1 max-md:order-4">
        <Choice label="Since" value={query.since} disabled={!canAct} onChange={(since) => onQuery({ since: since as Since })}>
          {SINCE.map((since) => (
            <option key={since} value={since}>
              {SINCE_WORDS[since]}
            </option>
          ))}
        </Choice>
        {pods.length > 1 && (
          <Choice label="Pod" value={view.pod ?? ""} onChange={(pod) => onView({ pod: pod || undefined })}>
            <option value="">{pods.length} pods</option>
            {pods.map((pod) => (
              <option key={pod}>{pod}</option>
            ))}
          </Choice>
        )}
        {(containers.length > 1 || query.container !== undefined) && (
          <Choice
            label="Container"
            value={query.container ?? view.container ?? ""}
            onChange={(container) => chooseContainer(props, container || undefined)}
          >
            <option value="">{query.container === undefined ? `${containers.length} containers` : "all containers"}</option>
            {(containers.length > 0 ? containers : [query.container!]).map((container) => (
              <option key={container}>{container}</option>
            ))}
          </Choice>
        )}
        <Toggle
          label="Previous run of the container"
          pressed={query.previous}
          disabled={!canAct}
          onPress={(previous) => onQuery({ previous })}
        >
          <Rewind />
        </Toggle>
        <Toggle label="Times (UTC)" pressed={view.times} onPress={(times) => onView({ times })}>
          <Clock />
        </Toggle>
        <Toggle label="Wrap long lines" pressed={view.wrap} onPress={(wrap) => onView({ wrap })}>
          <WrapText />
        </Toggle>
      </span>
      <span className="ml-auto flex items-center gap-1 max-md:order-2">
        <Tooltip label="Copy the lines that are shown">
          <Button variant="ghost" size="icon-sm" aria-label="Copy the lines that are shown" disabled={drawn === 0} onClick={props.onCopy}>
            <Copy />
          </Button>
        </Tooltip>
        {live ? (
          <Button variant="danger" size="sm" disabled={!canAct || status.kind === "asking"} onClick={props.onStop}>
            <Square aria-hidden="true" /> Stop
          </Button>
        ) : (
          <Button size="sm" disabled={!canAct} onClick={props.onAgain}>
            <Play aria-hidden="true" /> {query.previous ? "Read again" : "Follow again"}
          </Button>
        )}
        <Button variant="ghost" size="icon-sm" aria-label="Close these logs" onClick={props.onClose}>
          <X />
        </Button>
      </span>
    </div>
  );
}

/** A container that was asked for alone must be asked for anew; of those that are here the others are only left out. */
function chooseContainer({ query, onQuery, onView }: LogsBarProps, container: string | undefined): void {
  if (query.container !== undefined || query.previous) {
    onView({ container: undefined });
    onQuery({ container });
  } else onView({ container });
}

function Find({ view, matches, search, onView, onStep }: LogsBarProps) {
  const looking = view.text !== "";
  return (
    <span className="flex min-w-40 flex-1 items-center gap-1 max-md:order-3 max-md:basis-full md:max-w-80">
      <span className="relative min-w-0 flex-1">
        <Search aria-hidden="true" className="pointer-events-none absolute top-1/2 left-2 size-3 -translate-y-1/2 text-faint" />
        <input
          ref={search}
          type="search"
          aria-label="Find in these logs"
          placeholder="Find"
          value={view.text}
          onChange={(event) => onView({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              onStep(event.shiftKey ? -1 : 1);
            } else if (event.key === "Escape" && looking) {
              event.stopPropagation();
              onView({ text: "" });
            }
          }}
          className="h-6 w-full rounded-md border border-line-strong bg-bg pr-16 pl-6.5 font-mono text-xs text-fg placeholder:text-faint [&::-webkit-search-cancel-button]:hidden"
        />
        {looking && (
          <span
            data-testid="log-matches"
            className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-2xs text-dim tabular-nums"
          >
            {matches === 0 ? "none" : count(matches)}
          </span>
        )}
      </span>
      <Toggle label="Only matching lines" pressed={view.only} onPress={(only) => onView({ only })}>
        <ListFilter />
      </Toggle>
      {looking && !view.only && (
        <>
          <Button variant="ghost" size="icon-sm" aria-label="Previous match" disabled={matches === 0} onClick={() => onStep(-1)}>
            <ChevronUp />
          </Button>
          <Button variant="ghost" size="icon-sm" aria-label="Next match" disabled={matches === 0} onClick={() => onStep(1)}>
            <ChevronDown />
          </Button>
        </>
      )}
    </span>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  disabled?: boolean;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ label, value, disabled = false, onChange, children }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
      className="h-6 max-w-44 rounded-md max-md:max-w-30 border border-line-strong bg-bg px-1 text-xs text-fg disabled:opacity-50"
    >
      {children}
    </select>
  );
}

interface ToggleProps {
  label: string;
  pressed: boolean;
  disabled?: boolean;
  onPress: (pressed: boolean) => void;
  children: ReactNode;
}

function Toggle({ label, pressed, disabled = false, onPress, children }: ToggleProps) {
  return (
    <Tooltip label={label}>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        className={cn(pressed && "border-accent-line bg-accent-soft text-accent-text hover:text-accent-text")}
        onClick={() => onPress(!pressed)}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
