"use client";
import type { IDockviewHeaderActionsProps, IDockviewPanelHeaderProps, IDockviewPanelProps } from "dockview-react";
import { isValidElement, type ReactElement } from "react";
import { Box, FileCode2, FolderOpen, type LucideIcon, ScrollText, Table2, Waypoints, X } from "lucide-react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { DocumentPanel } from "../editor/document-panel.tsx";
import { HostFilesPanel } from "../host-files/host-files-panel.tsx";
import { LogsPanel } from "../logs/logs-panel.tsx";
import { ReachPanel } from "../reachability/reach-panel.tsx";
import { TerminalTabIcon } from "../terminal/terminal-tab.tsx";
import { TerminalPanel } from "../terminal/terminal-panel.tsx";
import { ObjectPanel } from "../yaml/object-panel.tsx";
import { ResultPanel } from "../results/result-panel.tsx";
import { NewDocument } from "./new-document.tsx";
import { useRoom } from "./room-context.tsx";

function DocumentPane({ params }: IDockviewPanelProps<{ documentId: string }>) {
  const document = useRoom((state) => state.documents.find(({ id }) => id === params.documentId));
  return document ? <DocumentPanel document={document} /> : null;
}

function ResultPane({ params, api }: IDockviewPanelProps<{ executionId: string; statement: number }>) {
  return (
    <div data-place="results" tabIndex={-1} className="h-full focus-visible:-outline-offset-2">
      <ResultPanel executionId={params.executionId} statement={params.statement} onClose={() => api.close()} />
    </div>
  );
}

function LogsPane({ params, api }: IDockviewPanelProps<{ paneKey: string }>) {
  return (
    <div data-place="results" tabIndex={-1} className="h-full focus-visible:-outline-offset-2">
      <LogsPanel paneKey={params.paneKey} onClose={() => api.close()} />
    </div>
  );
}

const ObjectPane = ({ params, api }: IDockviewPanelProps<{ paneKey: string }>) => (
  <ObjectPanel paneKey={params.paneKey} onClose={() => api.close()} />
);

const ReachPane = ({ params, api }: IDockviewPanelProps<{ paneKey: string }>) => (
  <ReachPanel paneKey={params.paneKey} onClose={() => api.close()} />
);

const TerminalPane = ({ params, api }: IDockviewPanelProps<{ terminalId: string }>) => (
  <TerminalPanel terminalId={params.terminalId} onClose={() => api.close()} />
);

const HostFilesPane = ({ params }: IDockviewPanelProps<{ connectionId: string }>) => <HostFilesPanel connectionId={params.connectionId} />;

function NoResults() {
  return (
    // It may scroll in a low window, so the keyboard must get to it.
    <div data-place="results" tabIndex={0} className="h-full overflow-y-auto focus-visible:-outline-offset-2">
      <StatusMessage icon={Table2} title="No results yet" className="py-6">
        What is read streams in here, for everybody in the room, with what is sensitive masked.
      </StatusMessage>
    </div>
  );
}

function DocumentTab({ params }: IDockviewPanelHeaderProps<{ documentId: string }>) {
  const document = useRoom((state) => state.documents.find(({ id }) => id === params.documentId));
  const connection = useRoom((state) => state.connections.find(({ id }) => id === document?.connectionId));
  return (
    <div data-document={params.documentId} className="flex h-full items-center gap-2 px-3.5">
      <FileCode2 aria-hidden="true" className="size-3.5 text-faint" />
      <span className="max-w-48 truncate" title={connection && `${document?.name} on ${connection.name}`}>
        {document?.name}
      </span>
      {/* The space is not drawn; it parts the two words for readers, as in the tab's name. */}{" "}
      {connection && <EnvironmentBadge environment={connection.environment} />}
    </div>
  );
}

const ResultTabHead = ({ api }: IDockviewPanelHeaderProps) => <ClosableTab api={api} icon={Table2} />;
function ObjectTabHead({ api }: IDockviewPanelHeaderProps) {
  return (
    <div data-object="" className="h-full">
      <ClosableTab api={api} icon={Box} />
    </div>
  );
}
const LogsTabHead = ({ api }: IDockviewPanelHeaderProps) => <ClosableTab api={api} icon={ScrollText} />;

/** A tab may be there before the room has told of its terminal. */
function TerminalTabHead({ api, params }: IDockviewPanelHeaderProps<{ terminalId: string }>) {
  const name = useRoom((state) => state.terminals.find(({ id }) => id === params.terminalId)?.name);
  return (
    <div data-object="" className="h-full">
      <ClosableTab api={api} icon={<TerminalTabIcon terminalId={params.terminalId} />} title={name ?? api.title} />
    </div>
  );
}

const HostFilesTabHead = ({ api }: IDockviewPanelHeaderProps) => <ClosableTab api={api} icon={FolderOpen} />;

const ReachTabHead = ({ api }: IDockviewPanelHeaderProps) => <ClosableTab api={api} icon={Waypoints} />;

function ClosableTab({
  api,
  icon: Icon,
  title = api.title,
}: Pick<IDockviewPanelHeaderProps, "api"> & { icon: LucideIcon | ReactElement; title?: string | undefined }) {
  return (
    <div className="flex h-full items-center gap-2 pr-1.5 pl-3.5">
      {isValidElement(Icon) ? Icon : <Icon aria-hidden="true" className="size-3.5 text-faint" />}
      <span className="max-w-48 truncate" title={title}>
        {title}
      </span>
      {/* For the mouse only: a tab must not hold another control (WAI-ARIA), so the keyboard closes what it shows in its bar. */}
      <span
        aria-hidden="true"
        title="Close"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation();
          api.close();
        }}
        className="grid size-5 cursor-pointer place-items-center rounded-sm text-faint hover:bg-hover hover:text-fg"
      >
        <X aria-hidden="true" className="size-3" />
      </span>
    </div>
  );
}

function NoResultsTab() {
  return <div className="flex h-full items-center px-3.5">Results</div>;
}

/** The `+` belongs to groups that hold documents; while there are none, to every group. */
export function HeaderActions({ panels }: IDockviewHeaderActionsProps) {
  const none = useRoom((state) => state.documents.length === 0);
  return none || panels.some(({ id }) => id.startsWith("document ")) ? <NewDocument /> : null;
}

/** The kinds of panels in the dock, and what stands in their tabs. The names are part of stored layouts. */
export const COMPONENTS = {
  document: DocumentPane,
  result: ResultPane,
  logs: LogsPane,
  object: ObjectPane,
  reach: ReachPane,
  terminal: TerminalPane,
  files: HostFilesPane,
  none: NoResults,
};
export const TABS = {
  document: DocumentTab,
  result: ResultTabHead,
  logs: LogsTabHead,
  object: ObjectTabHead,
  reach: ReachTabHead,
  terminal: TerminalTabHead,
  files: HostFilesTabHead,
  none: NoResultsTab,
};
