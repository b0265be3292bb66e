import { type KeyboardEvent, useEffect, useRef } from "react";

/**
 * Makes what matches `selector` in a list one stop of the Tab key: the up and down arrows, Home and End move inside it (WAI-ARIA, roving
 * tabindex). The stop is what had the focus last, else the first. What is in the list may change at any time.
 */
export function useRovingFocus<E extends HTMLElement>(selector: string) {
  const list = useRef<E>(null);
  const last = useRef<HTMLElement>(undefined);

  const items = () => [...(list.current?.querySelectorAll<HTMLElement>(selector) ?? [])];
  const settle = () => {
    const all = items();
    const stop = last.current && all.includes(last.current) ? last.current : all[0];
    for (const item of all) item.tabIndex = item === stop ? 0 : -1;
  };
  // After every drawing: the list may have others in it now.
  useEffect(settle);
  useEffect(() => {
    const root = list.current;
    if (!root) return;
    // Parts of the list draw by themselves, too.
    const observer = new MutationObserver(settle);
    observer.observe(root, { childList: true, subtree: true });
    return () => observer.disconnect();
    // The observer outlives every drawing; `settle` reads what is current from refs.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);

  return {
    ref: list,
    onFocus: (event: { target: EventTarget }) => {
      if (!(event.target instanceof HTMLElement) || !event.target.matches(selector)) return;
      last.current = event.target;
      settle();
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
      const all = items();
      const at = all.indexOf(event.target as HTMLElement);
      if (at < 0) return;
      const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, next))]!.focus();
    },
  };
}
