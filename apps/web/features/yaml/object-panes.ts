import type { DockviewApi } from "dockview-react";
import { useEffect } from "react";
import { toast } from "sonner";
import { useSession, useView } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { objectTitle } from "./open-objects.ts";

const isObject = (id: string) => id.startsWith("object ");

/** A panel for each object that is open, beside the documents; the one that was asked for comes to the front. */
export function useObjectPanels(api: DockviewApi | undefined) {
  const session = useSession();
  const panes = useStore(session.openObjects.panes, (all) => all);
  const wanted = useView((view) => view.object);
  useEffect(() => {
    if (!api) return;
    for (const { key, target } of panes) {
      if (api.getPanel(key)) continue;
      const beside = api.panels.find(({ id }) => isObject(id) || id.startsWith("document "));
      api.addPanel({
        id: key,
        component: "object",
        tabComponent: "object",
        title: `${target.kindName} ${objectTitle(target)}`,
        params: { paneKey: key },
        inactive: true,
        ...(beside ? { position: { referencePanel: beside, direction: "within" as const } } : {}),
      });
    }
    for (const panel of api.panels) if (isObject(panel.id) && !panes.some(({ key }) => key === panel.id)) api.removePanel(panel);
  }, [api, panes]);

  useEffect(() => {
    if (api && wanted) api.getPanel(wanted.key)?.api.setActive();
  }, [api, wanted, panes]);

  useEffect(() => {
    if (!api) return;
    const closed = api.onDidRemovePanel(({ id }) => {
      const pane = isObject(id) ? session.openObjects.panes.get().find(({ key }) => key === id) : undefined;
      if (pane === undefined || !session.openObjects.close(id)) return;
      // Nothing that was written is lost with a tab.
      toast(`Your edit of ${objectTitle(pane.target)} is kept`, {
        description: "It is not saved. Open the object again to go on with it.",
        action: { label: "Open", onClick: () => session.openObject(pane.target) },
      });
    });
    return () => closed.dispose();
  }, [api, session]);
}
