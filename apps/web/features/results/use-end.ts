import { type RefObject, useLayoutEffect, useState } from "react";

/** Pixels from the end within which a grid counts as being there. */
const AT_END = 4;

/** Keeps a grid that follows at its end, until its person scrolls away; `fresh` counts the rows that have come since. */
export function useEnd(
  host: RefObject<HTMLDivElement | null>,
  { follow, rows, toEnd }: { follow: boolean; rows: number; toEnd: () => void },
) {
  const [left, setLeft] = useState<number>();
  const stuck = follow && left === undefined;
  const height = host.current?.clientHeight;
  useLayoutEffect(() => {
    if (stuck) toEnd();
    // Only when there is more to show, or room for it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stuck, rows, height]);
  const scrolled = () => {
    const element = host.current!;
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - AT_END;
    setLeft((before) => (atEnd ? undefined : (before ?? rows)));
  };
  return { stuck, scrolled, stick: () => setLeft(undefined), fresh: follow && left !== undefined ? rows - left : 0 };
}
