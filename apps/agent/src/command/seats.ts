import type { ReviewDemand } from "@interlock/protocol";

export interface Approver {
  id: string;
  /** Groups in which this person may fill a seat. */
  groups: readonly string[];
}

export interface Seating {
  /** Who fills a seat of which group; nobody appears twice. */
  seats: Map<string, string>;
  /** Every demanded seat is filled. */
  full: boolean;
}

/**
 * Gives each approver at most one seat and fills as many as can be filled: somebody in two demanded groups never counts twice, and never
 * blocks a seat that only somebody else could fill. Augmenting paths (Kuhn's algorithm); approvers and seats are few.
 */
export function seat(demands: readonly ReviewDemand[], approvers: readonly Approver[]): Seating {
  const chairs = demands.flatMap(({ group, count }) => Array.from({ length: count }, () => group));
  const holder: (Approver | undefined)[] = chairs.map(() => undefined);

  const place = (approver: Approver, tried: Set<number>): boolean => {
    for (const [chair, group] of chairs.entries()) {
      if (tried.has(chair) || !approver.groups.includes(group)) continue;
      tried.add(chair);
      const sitting = holder[chair];
      if (sitting !== undefined && !place(sitting, tried)) continue;
      holder[chair] = approver;
      return true;
    }
    return false;
  };

  for (const approver of approvers) place(approver, new Set());
  const seats = new Map<string, string>();
  for (const [chair, approver] of holder.entries()) if (approver !== undefined) seats.set(approver.id, chairs[chair]!);
  return { seats, full: holder.every((approver) => approver !== undefined) };
}
