"use client";
import { Tabs } from "radix-ui";
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
  const resets = useView((view) => view.layoutResets);
  return useNarrow() ? <NarrowPanes key={resets} /> : <WidePanes key={resets} />;
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
      <div data-place="queue" tabIndex={-1} className="focus-visible:-outline-offset-2">
        <QueuePanel />
      </div>
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
    <Tabs.Root value={pane} onValueChange={(next) => session.show({ pane: next as Pane })} className="flex min-h-0 flex-1 flex-col">
      <Tabs.List aria-label="Panes" className="flex shrink-0 border-b border-line bg-panel">
        {PANES.map((one) => (
          <Tabs.Trigger
            key={one}
            value={one}
            className="flex-1 border-b-2 border-transparent py-2 text-sm text-dim focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-fg"
          >
            {NAMES[one]}
            {one === "queue" && waiting > 0 && (
              <span className="ml-1.5 rounded-full bg-modify-soft px-1.5 text-2xs text-modify-text">{waiting}</span>
            )}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {/* All stay in the page: an editor keeps its cursor and its undo while one looks at the queue. */}
      {PANES.map((one) => (
        <Tabs.Content
          key={one}
          value={one}
          forceMount
          tabIndex={-1}
          className={cn("min-h-0 flex-1 outline-none", pane === one ? "flex flex-col" : "hidden")}
        >
          {one === "editor" ? <Workspace narrow /> : one === "queue" ? <QueueAndTimeline /> : <ConnectionsPanel />}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
