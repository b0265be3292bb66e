import type { WaitingLine } from "@interlock/protocol";
import { type RefObject, useLayoutEffect, useState } from "react";
import type { XtermScreen } from "../xterm-screen.ts";
import { type CardPlace, cardPlace } from "./card-place.ts";

/** Where in `pane` the card of a waiting line stands, for as long as the line or the pane does not move. */
export function useCardPlace(
  screen: XtermScreen | undefined,
  pane: RefObject<HTMLDivElement | null>,
  line: WaitingLine | undefined,
): CardPlace | undefined {
  const [place, setPlace] = useState<CardPlace>();
  useLayoutEffect(() => {
    const element = pane.current;
    if (screen === undefined || element === null || line === undefined) return setPlace(undefined);
    const look = () => {
      // Below its lines the shell says that it waits.
      const box = screen.lineBox(line.text.trimEnd().split("\n").length + 1);
      if (box === undefined) return;
      const { top, height } = element.getBoundingClientRect();
      const next = cardPlace(height, { top: box.top - top, bottom: box.bottom - top });
      setPlace((last) => (last?.side === next.side && last.most === next.most ? last : next));
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    const listeners = [screen.term.onRender(look), screen.term.onScroll(look)];
    return () => {
      watch.disconnect();
      for (const listener of listeners) listener.dispose();
    };
  }, [screen, pane, line]);
  return place;
}
