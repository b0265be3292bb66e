import { type RefObject, useLayoutEffect, useState } from "react";
import { rowRange } from "./row-range.ts";

/** Lines drawn beyond each edge. */
const OVERSCAN = 12;

/** Which lines of a list are in view of what scrolls around it (`to` exclusive). With `all` every one of them is. */
export function useRowWindow(list: RefObject<HTMLElement | null>, rows: number, rowPx: number, all: boolean): { from: number; to: number } {
  const [seen, setSeen] = useState({ from: 0, to: OVERSCAN * 4 });
  useLayoutEffect(() => {
    const element = list.current;
    const scroller = element?.closest<HTMLElement>("[data-scroller]");
    if (!element || !scroller || all) return;
    const look = () => {
      const top = scroller.getBoundingClientRect().top - element.getBoundingClientRect().top;
      const { from, to } = rowRange(top, scroller.clientHeight, rowPx, rows, OVERSCAN);
      setSeen((now) => (now.from === from && now.to === to ? now : { from, to }));
    };
    look();
    scroller.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(scroller);
    return () => {
      scroller.removeEventListener("scroll", look);
      resized.disconnect();
    };
    // Lines above that come or go move the list under what is in view.
  }, [list, rows, rowPx, all]);
  return all ? { from: 0, to: rows } : seen;
}
