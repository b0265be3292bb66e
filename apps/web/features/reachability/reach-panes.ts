import type { DockviewApi } from "dockview-react";
import { useOpenPanes } from "../room/open-panes.ts";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";

const isReach = (id: string) => id.startsWith("reach ");

/** A panel for each cluster that is asked about, beside the documents. */
export function useReachPanels(api: DockviewApi | undefined) {
  const session = useSession();
  const connections = useRoom((state) => state.connections);
  useOpenPanes(api, {
    panes: useStore(session.inquiries.panes, (all) => all),
    wanted: useView((view) => view.inquiry),
    owns: isReach,
    panelOf: ({ panels }, { key, connectionId }) => {
      const beside = panels.find(({ id }) => isReach(id) || id.startsWith("document ") || id.startsWith("object "));
      const clusters = connections.filter(({ connector }) => connector === "kubernetes");
      const name = clusters.length > 1 ? ` · ${clusters.find(({ id }) => id === connectionId)?.name ?? ""}` : "";
      return {
        component: "reach",
        tabComponent: "reach",
        title: `Why is this blocked?${name}`,
        params: { paneKey: key },
        ...(beside ? { position: { referencePanel: beside, direction: "within" as const } } : {}),
      };
    },
    closed: (id) => session.inquiries.close(id),
  });
}
