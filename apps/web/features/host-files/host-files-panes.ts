import type { DockviewApi } from "dockview-react";
import { isWritten } from "../room/in-front.ts";
import { useOpenPanes } from "../room/open-panes.ts";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";

const isHostFiles = (id: string) => id.startsWith("files ");

/** A panel for each host whose files are looked at, beside the documents. */
export function useHostFilesPanels(api: DockviewApi | undefined) {
  const session = useSession();
  const connections = useRoom((state) => state.connections);
  useOpenPanes(api, {
    panes: useStore(session.hostFiles.panes, (all) => all),
    wanted: useView((view) => view.hostFiles),
    owns: isHostFiles,
    panelOf: ({ panels }, { connectionId }) => {
      const beside = panels.find(({ id }) => isHostFiles(id)) ?? panels.find(({ id }) => isWritten(id));
      return {
        component: "files",
        tabComponent: "files",
        title: `Files · ${connections.find(({ id }) => id === connectionId)?.name ?? ""}`,
        params: { connectionId },
        ...(beside ? { position: { referencePanel: beside, direction: "within" as const } } : {}),
      };
    },
    closed: (id) => session.hostFiles.close(id),
  });
}
