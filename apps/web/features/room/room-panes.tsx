"use client";
import { cn } from "../../components/ui/class-names.ts";
import { ConnectionsPanel } from "../connections/connections-panel.tsx";
import { QueuePanel } from "../queue/queue-panel.tsx";
import { isWaiting } from "../queue/command-rights.ts";
import { TimelinePanel } from "../timeline/timeline-panel.tsx";
import { useNarrow } from "./narrow.ts";
import { useRoom, useSession, useView } from "./room-context.tsx";
import { type Pane, PANES } from "./room-session.ts";
import { SidePanel } from "./side-panel.tsx";
import { Workspace } from "./workspace.tsx";

const LEFT = { initial: 232, least: 160, most: 480 };
const RIGHT = { initial: 348, least: 260, most: 640 };

/** The three columns of a room; in a narrow window one at a time. */
export function RoomPanes() {
  return useNarrow() ? <NarrowPanes /> : <WidePanes />;
}

function WidePanes() {
  return (
    <div className="flex min-h-0 flex-1">
      <SidePanel side="left" label="Connections" width={LEFT}>
        <ConnectionsPanel />
      </SidePanel>
      <div className="min-w-0 flex-1">
        <Workspace />
      </div>
      <SidePanel side="right" label="Queue and timeline" width={RIGHT}>
        <QueueAndTimeline />
      </SidePanel>
    </div>
  );
}

function QueueAndTimeline() {
  return (
    // A scrolling region must be reachable by keyboard.
    <div className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]" tabIndex={0}>
      <QueuePanel />
      <TimelinePanel />
    </div>
  );
}

const NAMES: Record<Pane, string> = { editor: "Editor", queue: "Queue", connections: "Connections" };

function NarrowPanes() {
  const session = useSession();
  const pane = useView((view) => view.pane);
  const waiting = useRoom((state) => state.commands.filter(isWaiting).length);
  return (
    <>
      <div role="tablist" aria-label="Panes" className="flex shrink-0 border-b border-line bg-panel">
        {PANES.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            aria-selected={pane === one}
            aria-controls={`pane-${one}`}
            onClick={() => session.show({ pane: one })}
            className={cn("flex-1 py-2 text-sm text-dim", pane === one && "font-semibold text-fg shadow-[inset_0_-2px_0_var(--accent)]")}
          >
            {NAMES[one]}
            {one === "queue" && waiting > 0 && (
              <span className="ml-1.5 rounded-full bg-modify-soft px-1.5 text-2xs text-modify-text">{waiting}</span>
            )}
          </button>
        ))}
      </div>
      {/* All stay in the page: an editor keeps its cursor and its undo while one looks at the queue. */}
      {PANES.map((one) => (
        <div
          key={one}
          role="tabpanel"
          id={`pane-${one}`}
          aria-labelledby={`tab-${one}`}
          hidden={pane !== one}
          className={cn("min-h-0 flex-1", pane === one && "flex flex-col")}
        >
          {one === "editor" ? <Workspace /> : one === "queue" ? <QueueAndTimeline /> : <ConnectionsPanel />}
        </div>
      ))}
    </>
  );
}
