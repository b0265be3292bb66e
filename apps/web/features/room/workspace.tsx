"use client";
import { DockviewReact, type DockviewApi, type DockviewReadyEvent, type DockviewTheme } from "dockview-react";
import "dockview-react/dist/styles/dockview.css";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { COMPONENTS, HeaderActions, TABS } from "./dock-panels.tsx";
import { useFollowing } from "../presence/use-following.ts";
import { FileDrop } from "../files/file-drop.tsx";
import { useHostFilesPanels } from "../host-files/host-files-panes.ts";
import { logsTitle } from "../logs/logs-target.ts";
import { useReachPanels } from "../reachability/reach-panes.ts";
import { useTerminalPanels } from "../terminal/terminal-panes.ts";
import { useObjectPanels } from "../yaml/object-panes.ts";
import { useActiveTabsInSight, useFront, useMeant, useSameInFront } from "./front-panels.ts";
import { documentPanel as documentKey, isObject, isWritten } from "./in-front.ts";
import { NoDocuments } from "./no-documents.tsx";
import { useOpenPanes } from "./open-panes.ts";
import { resultKey, resultTabs } from "./result-tabs.ts";
import "./room.css";
import { useRoom, useSession, useView } from "./room-context.tsx";
import type { RoomSession } from "./room-session.ts";
import { useStore } from "./store.ts";
import { storedLayout, storeLayout } from "./stored-layout.ts";

const THEME: DockviewTheme = { name: "interlock", className: "dockview-theme-interlock" };
/** Results that are opened by themselves when one enters a room. */
const OPENED_AT_FIRST = 3;
/** Tabs of results kept; beyond it the oldest one is closed. */
const RESULT_TABS = 12;
const NO_RESULTS = "no results";
/** Milliseconds without a change before a layout is stored. */
const SETTLED = 300;

/**
 * Documents above, results below; both can be dragged elsewhere, split and resized, and the browser remembers it. `narrow`: all in one
 * group, which is not remembered.
 */
export function Workspace({ narrow = false }: { narrow?: boolean }) {
  const session = useSession();
  const [api, setApi] = useState<DockviewApi>();
  /** Results that had their tab: one that was closed stays closed until it is asked for. Undefined before the first of this visit. */
  const seen = useRef<Set<string>>(undefined);
  const userId = useRoom((state) => state.me?.id);
  useDocumentPanels(api);
  useResultPanels(api, seen, narrow);
  useLogsPanels(api, narrow);
  useObjectPanels(api);
  useReachPanels(api);
  useTerminalPanels(api);
  useFollowing(api);
  useHostFilesPanels(api);
  useFront(api);
  useMeant(api);
  useSameInFront(api);
  useActiveTabsInSight(api);
  useRememberedLayout(narrow ? undefined : api, seen);
  const begin = ({ api: made }: DockviewReadyEvent) => {
    if (!narrow && userId !== undefined) seen.current = restore(made, session, userId);
    setApi(made);
  };
  return (
    <div className="h-full" onKeyDownCapture={keepDocument}>
      <FileDrop>
        <DockviewReact
          theme={THEME}
          className="h-full"
          components={COMPONENTS}
          tabComponents={TABS}
          leftHeaderActionsComponent={HeaderActions}
          watermarkComponent={NoDocuments}
          disableFloatingGroups
          onReady={begin}
        />
      </FileDrop>
    </div>
  );
}

/** dockview closes a tab by Delete and Backspace. A document belongs to the room: it is not closed by a slip of one person's hand. */
function keepDocument(event: KeyboardEvent<HTMLElement>) {
  if (event.key !== "Delete" && event.key !== "Backspace") return;
  const tab = (event.target as HTMLElement).closest('[role="tab"]');
  if (tab?.querySelector("[data-document], [data-object]")) event.stopPropagation();
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
    // One that was taken out of the room.
    for (const panel of api.panels)
      if (panel.id.startsWith("document ") && !documents.some(({ id }) => documentKey(id) === panel.id)) api.removePanel(panel);
    const [first] = documents;
    // An object that was in front when the room was left is in front again.
    const behind = first && isObject(api.getPanel(documentKey(first.id))?.group.activePanel?.id ?? "");
    if (!session.view.get().documentId && first && !behind) session.show({ documentId: first.id });
  }, [api, documents, connections, session]);

  // Once for each that is wanted, as soon as it is there: documents are told anew after a reconnect, and nobody is to be taken from a terminal then.
  const brought = useRef<{ api: DockviewApi; documentId: string }>(undefined);
  useEffect(() => {
    if (!api || wanted === undefined || (brought.current?.api === api && brought.current.documentId === wanted)) return;
    const panel = api.getPanel(documentKey(wanted));
    if (!panel) return;
    brought.current = { api, documentId: wanted };
    panel.api.setActive();
  }, [api, wanted, documents]);

  // The one that was in view last may be behind an object.
  const typeInto = useView((view) => view.typeInto);
  useEffect(() => {
    if (typeInto) api?.getPanel(documentKey(typeInto.documentId))?.api.setActive();
  }, [api, typeInto]);

  useEffect(() => {
    const subscription = api?.onDidActivePanelChange((event) => {
      const panel = event?.panel ?? api.activePanel;
      if (panel?.id.startsWith("document ")) session.show({ documentId: panel.id.slice("document ".length) });
    });
    return () => subscription?.dispose();
  }, [api, session]);
}

function useResultPanels(api: DockviewApi | undefined, seen: RefObject<Set<string> | undefined>, narrow: boolean) {
  const session = useSession();
  const commands = useRoom((state) => state.commands);
  const meId = useRoom((state) => state.me?.id);
  const hasDocuments = useRoom((state) => state.documents.length > 0);
  const wanted = useView((view) => view.result);
  const entered = useRef(false);

  useEffect(() => {
    if (!api || !meId) return;
    const tabs = resultTabs(commands, meId);
    // A logs pane shows the rows of its command itself, and they need no tab when it is closed.
    const shown = new Set(commands.flatMap((command) => (session.logs.owns(command) ? (command.execution?.id ?? []) : [])));
    const entering = !entered.current;
    entered.current = true;
    const fresh = tabs.filter(({ key }) => !seen.current?.has(key));
    seen.current = new Set([...(seen.current ?? []), ...tabs.map(({ key }) => key)]);
    const wantedNow = fresh.filter(({ executionId }) => !shown.has(executionId));
    for (const tab of entering ? wantedNow.slice(-OPENED_AT_FIRST) : wantedNow) {
      openResult(api, tab, narrow);
      const reading = document.activeElement?.closest('[role="grid"]') != null;
      // In one group with the documents a result of somebody else would cover what one types.
      // What somebody else follows goes on and on: it is there for who wants it.
      if (tab.mine || (!reading && !narrow && !tab.follows)) api.getPanel(tab.key)?.api.setActive();
    }
    if (api.panels.every(({ id }) => isWritten(id)) && hasDocuments) showNone(api, narrow);
  }, [api, commands, meId, hasDocuments, narrow, seen, session]);

  useEffect(() => {
    if (!api || !wanted) return;
    const tab = resultTabs(commands, meId).find(({ key }) => key === resultKey(wanted.executionId, wanted.statement));
    if (!tab) return;
    openResult(api, tab, narrow);
    api.getPanel(tab.key)?.api.setActive();
    // Only when it is asked for, not at every change of a command.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [api, wanted]);
}

/** A panel for each logs pane that is open, among the results. */
function useLogsPanels(api: DockviewApi | undefined, narrow: boolean) {
  const session = useSession();
  useOpenPanes(api, {
    panes: useStore(session.logs.panes, (all) => all),
    wanted: useView((view) => view.logs),
    owns: (id) => id.startsWith("logs "),
    panelOf: (made, { key, target }) => ({
      component: "logs",
      tabComponent: "logs",
      title: logsTitle(target),
      params: { paneKey: key },
      ...besideResults(made, narrow),
    }),
    added: (made) => {
      const none = made.getPanel(NO_RESULTS);
      if (none) made.removePanel(none);
    },
    closed: (id) => session.logs.close(id),
  });
}

/** Puts the stored layout in place; the results it had their tab for, undefined when the room opens as it does at first. */
function restore(api: DockviewApi, session: RoomSession, userId: string): Set<string> | undefined {
  const stored = storedLayout(userId, session.roomId);
  if (!stored) return undefined;
  try {
    api.fromJSON(stored.dock);
  } catch (error) {
    console.warn("The remembered layout of this room cannot be shown:", error);
    api.clear();
    return undefined;
  }
  const { documents, commands, me } = session.state.get();
  const known = new Set([NO_RESULTS, ...documents.map(({ id }) => documentKey(id)), ...resultTabs(commands, me?.id).map(({ key }) => key)]);
  // A page that is loaded follows no logs by itself.
  for (const { key } of [
    ...session.logs.panes.get(),
    ...session.openObjects.panes.get(),
    ...session.inquiries.panes.get(),
    ...session.terminals.panes.get(),
  ])
    known.add(key);
  for (const panel of api.panels) if (!known.has(panel.id)) api.removePanel(panel);
  const active = api.activePanel?.id ?? "";
  if (active.startsWith("document ")) session.show({ documentId: active.slice("document ".length) });
  return new Set(stored.seen);
}

/** Stores the layout once it has settled, and what has not settled when the page is left. */
function useRememberedLayout(api: DockviewApi | undefined, seen: RefObject<Set<string> | undefined>) {
  const session = useSession();
  const userId = useRoom((state) => state.me?.id);
  useEffect(() => {
    if (!api || userId === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const store = () => {
      clearTimeout(timer);
      timer = undefined;
      storeLayout(userId, session.roomId, { dock: api.toJSON(), seen: [...(seen.current ?? [])] });
    };
    const leaving = () => timer !== undefined && store();
    const changes = api.onDidLayoutChange(() => {
      clearTimeout(timer);
      timer = setTimeout(store, SETTLED);
    });
    window.addEventListener("pagehide", leaving);
    return () => {
      // The room is left within the page, too.
      leaving();
      clearTimeout(timer);
      changes.dispose();
      window.removeEventListener("pagehide", leaving);
    };
  }, [api, session, userId, seen]);
}

function openResult(api: DockviewApi, tab: { key: string; executionId: string; statement: number; title: string }, narrow: boolean) {
  if (api.getPanel(tab.key)) return;
  api.addPanel({
    id: tab.key,
    component: "result",
    tabComponent: "result",
    title: tab.title,
    params: { executionId: tab.executionId, statement: tab.statement },
    inactive: true,
    ...besideResults(api, narrow),
  });
  const none = api.getPanel(NO_RESULTS);
  if (none) api.removePanel(none);
  const results = api.panels.filter(({ id }) => id.startsWith("result "));
  if (results.length > RESULT_TABS) api.removePanel(results[0]!);
}

function showNone(api: DockviewApi, narrow: boolean) {
  api.addPanel({
    id: NO_RESULTS,
    component: "none",
    tabComponent: "none",
    title: "Results",
    inactive: true,
    ...besideResults(api, narrow),
  });
}

/** Beside the other results, else below the documents with a third of the height; in a narrow window behind them. */
function besideResults(api: DockviewApi, narrow: boolean) {
  const result = narrow ? api.panels[0] : api.panels.find(({ id }) => !isWritten(id));
  if (result) return { position: { referencePanel: result, direction: "within" as const } };
  const above = api.panels[0];
  if (!above) return {};
  return { position: { referencePanel: above, direction: "below" as const }, initialHeight: Math.round(api.height * 0.32) };
}
