import type { DockviewApi } from "dockview-react";
import { toast } from "sonner";
import { isObject } from "../room/in-front.ts";
import { useOpenPanes } from "../room/open-panes.ts";
import { useSession, useView } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { objectTitle } from "./open-objects.ts";

/** A panel for each object that is open, beside the documents. */
export function useObjectPanels(api: DockviewApi | undefined) {
  const session = useSession();
  useOpenPanes(api, {
    panes: useStore(session.openObjects.panes, (all) => all),
    wanted: useView((view) => view.object),
    owns: isObject,
    panelOf: ({ panels }, { key, target }) => {
      const beside = panels.find(({ id }) => isObject(id) || id.startsWith("document "));
      return {
        component: "object",
        tabComponent: "object",
        title: `${target.kindName} ${objectTitle(target)}`,
        params: { paneKey: key },
        ...(beside ? { position: { referencePanel: beside, direction: "within" as const } } : {}),
      };
    },
    closed: (id) => {
      const pane = session.openObjects.panes.get().find(({ key }) => key === id);
      if (pane === undefined || !session.openObjects.close(id)) return;
      // Nothing that was written is lost with a tab.
      toast(`Your edit of ${objectTitle(pane.target)} is kept`, {
        description: "It is not saved. Open the object again to go on with it.",
        action: { label: "Open", onClick: () => session.openObject(pane.target) },
      });
    },
  });
}
