import { useSyncExternalStore } from "react";

/** Windows up to this many pixels wide show one pane at a time. */
const QUERY = "(max-width: 900px)";

const subscribe = (listener: () => void) => {
  const media = window.matchMedia(QUERY);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
};

export function useNarrow(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(QUERY).matches,
    () => false,
  );
}
