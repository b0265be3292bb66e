import type { RecordingCommand } from "@interlock/protocol";
import { FastForward, Link2, Pause, Play, SkipBack, SkipForward } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { clockText, spokenTime } from "./recording-words.ts";

export const SPEEDS = [0.5, 1, 2, 4, 8] as const;

/** Commands of which the marks of those that went well are drawn fainter, so that the others stand out. */
const CROWD = 60;

export interface PlayerBarProps {
  at: number;
  lastsMs: number;
  playing: boolean;
  ready: boolean;
  commands: readonly RecordingCommand[];
  /** Moments that a search found. */
  found: readonly number[];
  speed: number;
  skipIdle: boolean;
  onSeek: (at: number) => void;
  onToggle: () => void;
  onCommand: (direction: 1 | -1) => void;
  onSpeed: (speed: number) => void;
  onSkipIdle: (skip: boolean) => void;
  onCopyLink: () => void;
}

/** Below the screen: where one is, what ran when, and the ways to be elsewhere. */
export function PlayerBar(props: PlayerBarProps) {
  const { at, lastsMs, playing, ready, commands, speed, skipIdle } = props;
  return (
    <div className="flex shrink-0 flex-col gap-1 border-t border-line bg-panel px-3 pt-2 pb-1.5">
      <Timeline {...props} />
      <div className="flex flex-wrap items-center gap-1">
        <Icon label={playing ? "Pause (Space)" : "Play (Space)"} disabled={!ready} onClick={props.onToggle}>
          {playing ? <Pause /> : <Play />}
        </Icon>
        <Icon label="Command before ([)" disabled={!ready || commands.length === 0} onClick={() => props.onCommand(-1)}>
          <SkipBack />
        </Icon>
        <Icon label="Next command (])" disabled={!ready || commands.length === 0} onClick={() => props.onCommand(1)}>
          <SkipForward />
        </Icon>
        <output className="ml-1 text-xs text-dim tabular-nums" data-testid="player-time">
          <span className="text-fg">{clockText(at)}</span> / {clockText(lastsMs)}
        </output>
        <span className="ml-auto flex items-center gap-1">
          <label className="flex items-center gap-1.5 text-xs text-dim">
            <span className="max-sm:sr-only">Speed</span>
            <select
              value={speed}
              onChange={(event) => props.onSpeed(Number(event.target.value))}
              className="h-6 rounded-md border border-line-strong bg-raise px-1 text-xs text-fg"
            >
              {SPEEDS.map((value) => (
                <option key={value} value={value}>
                  {value}×
                </option>
              ))}
            </select>
          </label>
          <Button
            size="sm"
            variant="ghost"
            aria-pressed={skipIdle}
            className={skipIdle ? "text-accent-text" : undefined}
            onClick={() => props.onSkipIdle(!skipIdle)}
          >
            <FastForward /> <span className="max-sm:sr-only">Skip idle time</span>
          </Button>
          <Button size="sm" variant="ghost" onClick={props.onCopyLink}>
            <Link2 /> <span className="max-sm:sr-only">Copy link to this moment</span>
          </Button>
        </span>
      </div>
    </div>
  );
}

function Timeline({ at, lastsMs, ready, commands, found, onSeek }: PlayerBarProps) {
  const place = (moment: number): string => `${lastsMs === 0 ? 0 : Math.min(100, (moment / lastsMs) * 100)}%`;
  return (
    <div className="relative h-5">
      <div aria-hidden="true" className="absolute inset-x-0 top-2 h-1 overflow-hidden rounded-full bg-hover">
        <div className="h-full bg-accent" style={{ width: place(at) }} />
      </div>
      {/* Each mark is a row of the table beside it, which is how it is reached by keyboard. */}
      <div aria-hidden="true" data-testid="marks" className="pointer-events-none absolute inset-0">
        {commands.map((command, index) => (
          <i
            key={index}
            data-mark="command"
            className={cn(
              "absolute top-1 h-3 -translate-x-1/2 rounded-full",
              failed(command) ? "z-10 w-0.5 bg-delete" : commands.length > CROWD ? "w-px bg-dim/40" : "w-0.5 bg-dim",
            )}
            style={{ left: place(command.at) }}
          />
        ))}
        {found.map((moment, index) => (
          <i
            key={index}
            data-mark="found"
            className="absolute top-0.5 size-1.5 -translate-x-1/2 rounded-full bg-modify"
            style={{ left: place(moment) }}
          />
        ))}
        <i
          className={cn("absolute top-1 size-3 -translate-x-1/2 rounded-full border-2 border-panel bg-accent", !ready && "opacity-50")}
          style={{ left: place(at) }}
        />
      </div>
      <input
        type="range"
        aria-label="Moment of the recording"
        aria-valuetext={`${spokenTime(at)} of ${spokenTime(lastsMs)}`}
        min={0}
        max={Math.max(1, lastsMs)}
        step={100}
        value={at}
        disabled={!ready}
        onChange={(event) => onSeek(Number(event.target.value))}
        className="absolute inset-0 m-0 h-5 w-full cursor-pointer opacity-0 [&:focus-visible+i]:opacity-100"
      />
      <i
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 rounded-md opacity-0 outline-2 outline-offset-2 outline-focus"
      />
    </div>
  );
}

const failed = ({ exitCode }: RecordingCommand): boolean => exitCode !== undefined && exitCode !== 0;

function Icon({ label, disabled, onClick, children }: { label: string; disabled: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <Button variant="ghost" size="icon-sm" aria-label={label} disabled={disabled} onClick={onClick}>
        {children}
      </Button>
    </Tooltip>
  );
}
