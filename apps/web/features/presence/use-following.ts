import type { DockviewApi } from "dockview-react";
import { useEffect } from "react";
import { documentPanel } from "../room/in-front.ts";
import { useSession, useView } from "../room/room-context.tsx";

/** Goes where somebody who is followed is, and tells the room which document or terminal is in front in this page. What is in results stays this person's own. */
export function useFollowing(api: DockviewApi | undefined) {
  const session = useSession();
  const to = useView((view) => view.followedTo);
  useEffect(() => {
    if (to) api?.getPanel(documentPanel(to.documentId))?.api.setActive();
  }, [api, to]);
  useEffect(() => {
    if (!api) return;
    const look = () => {
      const id = api.activePanel?.id ?? "";
      const [kind, name] = [id.slice(0, id.indexOf(" ")), id.slice(id.indexOf(" ") + 1)];
      if (kind === "terminal") session.following.came({ terminalId: name });
      else if (kind === "document") session.following.came({ documentId: name });
    };
    look();
    const change = api.onDidActivePanelChange(look);
    return () => change.dispose();
  }, [api, session]);
}
