import type { AddPanelOptions, DockviewApi } from "dockview-react";
import { useEffect, useRef } from "react";

export interface OpenPanes<Pane extends { key: string }> {
  panes: readonly Pane[];
  /** The one that was asked for last. */
  wanted: { key: string } | undefined;
  /** Whether a panel is of these. */
  owns: (id: string) => boolean;
  /** The panel of a pane, without its id. */
  panelOf: (api: DockviewApi, pane: Pane) => Omit<AddPanelOptions, "id">;
  added?: (api: DockviewApi) => void;
  closed: (id: string) => void;
}

/** A panel for each pane that a person has open beside documents and results; the one that was asked for comes to the front. */
export function useOpenPanes<Pane extends { key: string }>(api: DockviewApi | undefined, open: OpenPanes<Pane>) {
  const { panes, wanted, owns, closed } = open;
  useEffect(() => {
    if (!api) return;
    for (const pane of panes) {
      if (api.getPanel(pane.key)) continue;
      api.addPanel({ ...open.panelOf(api, pane), id: pane.key, inactive: true } as AddPanelOptions);
      open.added?.(api);
    }
    for (const panel of api.panels) if (owns(panel.id) && !panes.some(({ key }) => key === panel.id)) api.removePanel(panel);
    // How a panel looks is settled when it is made.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [api, panes]);

  // Once for each that is wanted, as soon as it is there: somebody else opens one, and nobody is to be taken from what they write then.
  const brought = useRef<{ api: DockviewApi; wanted: object }>(undefined);
  useEffect(() => {
    if (!api || !wanted || (brought.current?.api === api && brought.current.wanted === wanted)) return;
    const panel = api.getPanel(wanted.key);
    if (!panel) return;
    brought.current = { api, wanted };
    panel.api.setActive();
  }, [api, wanted, panes]);

  useEffect(() => {
    if (!api) return;
    const removed = api.onDidRemovePanel(({ id }) => {
      if (owns(id)) closed(id);
    });
    return () => removed.dispose();
    // Both are the same functions in other words at every drawing.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [api]);
}
