import type { DockviewApi } from "dockview-react";
import { useEffect } from "react";
import { isWritten } from "../room/in-front.ts";
import { useOpenPanes } from "../room/open-panes.ts";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { terminalKey } from "./open-terminals.ts";

const isTerminal = (id: string) => id.startsWith("terminal ");

/** A panel for each terminal of the room, beside the documents. */
export function useTerminalPanels(api: DockviewApi | undefined) {
  const session = useSession();
  const terminals = useRoom((state) => state.terminals);
  const panes = useStore(session.terminals.panes, (all) => all);
  useOpenPanes(api, {
    panes,
    wanted: useView((view) => view.terminal),
    owns: isTerminal,
    panelOf: ({ panels }, { terminalId }) => {
      const beside = panels.find(({ id }) => isTerminal(id)) ?? panels.find(({ id }) => isWritten(id));
      return {
        component: "terminal",
        tabComponent: "terminal",
        title: terminals.find(({ id }) => id === terminalId)?.name ?? "Terminal",
        params: { terminalId },
        ...(beside ? { position: { referencePanel: beside, direction: "within" as const } } : {}),
      };
    },
    closed: (id) => session.terminals.close(id),
  });
  // A pane may be made before the room has told what it is of.
  useEffect(() => {
    for (const { id, name } of terminals) api?.getPanel(terminalKey(id))?.api.setTitle(name);
  }, [api, terminals, panes]);
}
