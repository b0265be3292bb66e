import type { DockviewApi } from "dockview-react";
import { useEffect } from "react";
import { isWritten, meant } from "./in-front.ts";
import { useSession, useView } from "./room-context.tsx";
import type { RoomSession } from "./room-session.ts";

/** What is shown has its tab in sight, however many there are, and whatever makes its strip shorter or its title longer. */
export function useActiveTabsInSight(api: DockviewApi | undefined) {
  useEffect(() => {
    if (!api) return;
    let frame = 0;
    const sizes = new ResizeObserver(() => look());
    const look = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const tabs = api.groups.flatMap(({ element }) => element.querySelector<HTMLElement>(".dv-tab.dv-active-tab") ?? []);
        for (const tab of tabs) showTab(tab);
        watch(tabs.flatMap((tab) => (tab.parentElement ? [tab, tab.parentElement] : [tab])));
      });
    };
    let watched: readonly Element[] = [];
    const watch = (elements: readonly Element[]) => {
      for (const element of watched) if (!elements.includes(element)) sizes.unobserve(element);
      for (const element of elements) if (!watched.includes(element)) sizes.observe(element);
      watched = elements;
    };
    const changes = [api.onDidActivePanelChange(look), api.onDidAddPanel(look)];
    look();
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      for (const change of changes) change.dispose();
    };
  }, [api]);
}

/** Tells the session which document or object a person means without naming it. */
export function useMeant(api: DockviewApi | undefined) {
  const session = useSession();
  useEffect(() => {
    if (!api) return;
    let last: string | undefined;
    const look = () => {
      const id = api.activePanel?.id;
      if (id !== undefined && isWritten(id)) last = id;
    };
    look();
    const changes = api.onDidActivePanelChange(look);
    const withdraw = session.offerPanels(() =>
      meant(
        api.groups.flatMap(({ activePanel }) => activePanel?.id ?? []),
        last,
      ),
    );
    return () => {
      changes.dispose();
      withdraw();
    };
  }, [api, session]);
}

/** The panel that was in front last, of each visit to a room. */
const inFront = new WeakMap<RoomSession, string>();

/** A window that becomes narrow, or wide again, has its panels made anew: what was in front stays there. After all that make panels. */
export function useSameInFront(api: DockviewApi | undefined) {
  const session = useSession();
  useEffect(() => {
    if (!api) return;
    api.getPanel(inFront.get(session) ?? "")?.api.setActive();
    const changes = api.onDidActivePanelChange(() => {
      const id = api.activePanel?.id;
      if (id !== undefined) inFront.set(session, id);
    });
    return () => changes.dispose();
  }, [api, session]);
}

/** Brings documents or results to the front of their group, unless some are in sight. */
export function useFront(api: DockviewApi | undefined) {
  const front = useView((view) => view.front);
  useEffect(() => {
    if (!api || !front) return;
    const isWanted = (id: string) => isWritten(id) === (front.kind === "documents");
    if (api.groups.some(({ activePanel }) => activePanel && isWanted(activePanel.id))) return;
    api.panels.findLast(({ id }) => isWanted(id))?.api.setActive();
  }, [api, front]);
}

/** Scrolls the strip alone: after `scrollIntoView` the next Tab key would begin from there. */
function showTab(tab: HTMLElement) {
  const strip = tab.parentElement;
  if (!strip) return;
  const { left, right } = strip.getBoundingClientRect();
  const place = tab.getBoundingClientRect();
  if (place.left < left) strip.scrollLeft -= left - place.left;
  else if (place.right > right) strip.scrollLeft += Math.min(place.right - right, place.left - left);
}
