"use client";
import {
  DockviewReact,
  type DockviewApi,
  type DockviewReadyEvent,
  type DockviewTheme,
  type IDockviewHeaderActionsProps,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
} from "dockview-react";
import "dockview-react/dist/styles/dockview.css";
import { FileCode2, Table2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { DocumentPanel } from "../editor/document-panel.tsx";
import { ResultPanel } from "../results/result-panel.tsx";
import { NewDocument } from "./new-document.tsx";
import { NoDocuments } from "./no-documents.tsx";
import { resultKey, resultTabs } from "./result-tabs.ts";
import "./room.css";
import { useRoom, useSession, useView } from "./room-context.tsx";

const THEME: DockviewTheme = { name: "interlock", className: "dockview-theme-interlock" };
/** Results that are opened by themselves when one enters a room. */
const OPENED_AT_FIRST = 3;
/** Tabs of results kept; beyond it the oldest one is closed. */
const RESULT_TABS = 12;
const NO_RESULTS = "no results";
const documentKey = (id: string) => `document ${id}`;

const COMPONENTS = { document: DocumentPane, result: ResultPane, none: NoResults };
const TABS = { document: DocumentTab, result: ResultTabHead, none: NoResultsTab };

/** Documents above, results below; both can be dragged elsewhere, split and resized. */
export function Workspace() {
  const [api, setApi] = useState<DockviewApi>();
  useDocumentPanels(api);
  useResultPanels(api);
  return (
    <DockviewReact
      theme={THEME}
      className="h-full"
      components={COMPONENTS}
      tabComponents={TABS}
      leftHeaderActionsComponent={HeaderActions}
      watermarkComponent={NoDocuments}
      disableFloatingGroups
      onReady={(event: DockviewReadyEvent) => setApi(event.api)}
    />
  );
}

function useDocumentPanels(api: DockviewApi | undefined) {
  const session = useSession();
  const documents = useRoom((state) => state.documents);
  const connections = useRoom((state) => state.connections);
  const wanted = useView((view) => view.documentId);

  useEffect(() => {
    if (!api) return;
    for (const { id, name, connectionId } of documents) {
      if (api.getPanel(documentKey(id))) continue;
      const beside = api.panels.find((panel) => panel.id.startsWith("document "));
      api.addPanel({
        id: documentKey(id),
        component: "document",
        tabComponent: "document",
        // What the tab shows, so that readers are told the same.
        title: [name, connections.find((connection) => connection.id === connectionId)?.environment].filter(Boolean).join(" "),
        params: { documentId: id },
        inactive: beside !== undefined,
        ...(beside ? { position: { referencePanel: beside, direction: "within" as const } } : {}),
      });
    }
    if (!session.view.get().documentId && documents[0]) session.show({ documentId: documents[0].id });
  }, [api, documents, connections, session]);

  useEffect(() => {
    if (wanted !== undefined) api?.getPanel(documentKey(wanted))?.api.setActive();
  }, [api, wanted, documents]);

  useEffect(() => {
    const subscription = api?.onDidActivePanelChange((event) => {
      const panel = event?.panel ?? api.activePanel;
      if (panel?.id.startsWith("document ")) session.show({ documentId: panel.id.slice("document ".length) });
    });
    return () => subscription?.dispose();
  }, [api, session]);
}

function useResultPanels(api: DockviewApi | undefined) {
  const commands = useRoom((state) => state.commands);
  const meId = useRoom((state) => state.me?.id);
  const hasDocuments = useRoom((state) => state.documents.length > 0);
  const wanted = useView((view) => view.result);
  /** Results that had their tab: one that was closed stays closed until it is asked for. */
  const seen = useRef<Set<string>>(undefined);

  useEffect(() => {
    if (!api || !meId) return;
    const tabs = resultTabs(commands, meId);
    const entering = seen.current === undefined;
    const fresh = tabs.filter(({ key }) => !seen.current?.has(key));
    seen.current = new Set([...(seen.current ?? []), ...tabs.map(({ key }) => key)]);
    for (const tab of entering ? fresh.slice(-OPENED_AT_FIRST) : fresh) {
      openResult(api, tab);
      const reading = document.activeElement?.closest('[role="grid"]') != null;
      if (tab.mine || !reading) api.getPanel(tab.key)?.api.setActive();
    }
    if (api.panels.every(({ id }) => id.startsWith("document ")) && hasDocuments) showNone(api);
  }, [api, commands, meId, hasDocuments]);

  useEffect(() => {
    if (!api || !wanted) return;
    const tab = resultTabs(commands, meId).find(({ key }) => key === resultKey(wanted.executionId, wanted.statement));
    if (!tab) return;
    openResult(api, tab);
    api.getPanel(tab.key)?.api.setActive();
    // Only when it is asked for, not at every change of a command.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [api, wanted]);
}

function openResult(api: DockviewApi, tab: { key: string; executionId: string; statement: number; title: string }) {
  if (api.getPanel(tab.key)) return;
  api.addPanel({
    id: tab.key,
    component: "result",
    tabComponent: "result",
    title: tab.title,
    params: { executionId: tab.executionId, statement: tab.statement },
    inactive: true,
    ...belowDocuments(api),
  });
  const none = api.getPanel(NO_RESULTS);
  if (none) api.removePanel(none);
  const results = api.panels.filter(({ id }) => id.startsWith("result "));
  if (results.length > RESULT_TABS) api.removePanel(results[0]!);
}

function showNone(api: DockviewApi) {
  api.addPanel({ id: NO_RESULTS, component: "none", tabComponent: "none", title: "Results", inactive: true, ...belowDocuments(api) });
}

/** Beside the other results, else below the documents with a third of the height. */
function belowDocuments(api: DockviewApi) {
  const result = api.panels.find(({ id }) => !id.startsWith("document "));
  if (result) return { position: { referencePanel: result, direction: "within" as const } };
  const above = api.panels[0];
  if (!above) return {};
  return { position: { referencePanel: above, direction: "below" as const }, initialHeight: Math.round(api.height * 0.32) };
}

function DocumentPane({ params }: IDockviewPanelProps<{ documentId: string }>) {
  const document = useRoom((state) => state.documents.find(({ id }) => id === params.documentId));
  return document ? <DocumentPanel document={document} /> : null;
}

function ResultPane({ params, api }: IDockviewPanelProps<{ executionId: string; statement: number }>) {
  return <ResultPanel executionId={params.executionId} statement={params.statement} onClose={() => api.close()} />;
}

function NoResults() {
  return (
    <StatusMessage icon={Table2} title="No results yet" className="py-6">
      Rows of a SELECT stream in here, for everybody in the room, with what is sensitive masked.
    </StatusMessage>
  );
}

function DocumentTab({ params }: IDockviewPanelHeaderProps<{ documentId: string }>) {
  const document = useRoom((state) => state.documents.find(({ id }) => id === params.documentId));
  const connection = useRoom((state) => state.connections.find(({ id }) => id === document?.connectionId));
  return (
    <div className="flex h-full items-center gap-2 px-3.5">
      <FileCode2 aria-hidden="true" className="size-3.5 text-faint" />
      <span className="max-w-48 truncate" title={connection && `${document?.name} on ${connection.name}`}>
        {document?.name}
      </span>
      {/* The space is not drawn; it parts the two words for readers, as in the tab's name. */}{" "}
      {connection && <EnvironmentBadge environment={connection.environment} />}
    </div>
  );
}

function ResultTabHead({ api }: IDockviewPanelHeaderProps) {
  return (
    <div className="flex h-full items-center gap-2 pr-1.5 pl-3.5">
      <Table2 aria-hidden="true" className="size-3.5 text-faint" />
      <span className="max-w-48 truncate" title={api.title}>
        {api.title}
      </span>
      {/* For the mouse only: a tab must not hold another control (WAI-ARIA), so the keyboard closes a result in its bar. */}
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
function HeaderActions({ panels }: IDockviewHeaderActionsProps) {
  const none = useRoom((state) => state.documents.length === 0);
  return none || panels.some(({ id }) => id.startsWith("document ")) ? <NewDocument /> : null;
}
