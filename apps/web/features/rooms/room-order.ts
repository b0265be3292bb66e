import type { Room } from "@interlock/protocol";

/** What needs people first: the most severe, then what waits, then the newest. */
export function byUrgency(a: Room, b: Room): number {
  return (
    (a.severity ?? "SEV-9").localeCompare(b.severity ?? "SEV-9") ||
    Number(b.waiting > 0) - Number(a.waiting > 0) ||
    Date.parse(b.openedAt) - Date.parse(a.openedAt)
  );
}
