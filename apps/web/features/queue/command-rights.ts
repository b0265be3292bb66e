import { FINAL_STATES, type Command, type Principal, type Role } from "@interlock/protocol";

/** What this person may do with a command, or why not. The agent decides; this says it beforehand. */
export interface CommandRights {
  review: boolean;
  /** Why there are no review buttons although it waits for reviews. */
  whyNot: string | undefined;
  hold: boolean;
  resume: boolean;
  withdraw: boolean;
  cancel: boolean;
}

export function commandRights(command: Command, me: Principal | undefined, role: Role): CommandRights {
  const none = { review: false, whyNot: undefined, hold: false, resume: false, withdraw: false, cancel: false };
  if (me === undefined || FINAL_STATES.has(command.state)) return none;
  const acts = role !== "observer";
  const author = isAuthor(command, me);
  const groups = command.verdict.obligations.reviews.map(({ group }) => group);
  const reviewer = groups.some((group) => me.groups.includes(group));
  const whyNot = command.state === "awaiting_review" ? whyNotReview(command, me, role, author, reviewer, groups) : undefined;
  const held = command.state === "approved" && command.runsAt === undefined;
  return {
    review: command.state === "awaiting_review" && whyNot === undefined,
    whyNot,
    hold: acts && command.state === "approved" && command.runsAt !== undefined,
    resume: acts && held && (author || reviewer || role === "lead"),
    withdraw: acts && (author || role === "lead") && (command.state === "awaiting_review" || command.state === "approved"),
    cancel: acts && command.state === "running",
  };
}

/** Whether the person wrote or proposed it, under any of their names (I4). */
function isAuthor(command: Command, me: Principal): boolean {
  return [command.proposer, ...command.authors].some(({ id, name }) => id === me.id || name === me.name || me.identities.includes(name));
}

function whyNotReview(
  command: Command,
  me: Principal,
  role: Role,
  author: boolean,
  reviewer: boolean,
  groups: readonly string[],
): string | undefined {
  if (author) return command.proposer.id === me.id ? "You proposed this" : "You wrote part of this";
  if (role === "observer") return "Observers only observe";
  if (command.reviews.some((review) => review.reviewer.id === me.id)) return "You have reviewed this";
  if (!reviewer) return groups.length === 0 ? "Nobody may review this" : `For ${groups.join(" or ")} to review`;
  return undefined;
}

/** Seats that are still empty, by group. */
export function openSeats(command: Command): { group: string; open: number }[] {
  return command.verdict.obligations.reviews
    .map(({ group, count }) => {
      const filled = command.reviews.filter((review) => review.decision === "approve" && review.group === group).length;
      return { group, open: Math.max(0, count - filled) };
    })
    .filter(({ open }) => open > 0);
}

/** Waits for somebody to do something, or runs. */
export const isWaiting = ({ state }: Command) => state === "proposed" || state === "awaiting_review" || state === "approved";
export const isActive = (command: Command) => !FINAL_STATES.has(command.state);

/**
 * Finished commands that stay open until somebody folds them: those nobody knows the end of, the last that wrote or tried to, so that
 * everybody sees what came of it, and the last read when it did not succeed. Rows of a read are in a tab of their own.
 */
export function keptOpen(finished: readonly Command[]): ReadonlySet<string> {
  const latest = finished.toSorted((a, b) => endOf(b) - endOf(a));
  const reads = ({ effect }: Command) => effect === "read" || effect === "session";
  const write = latest.find((command) => !reads(command));
  const read = latest.find(reads);
  const trouble = read?.state === "succeeded" ? undefined : read;
  const lost = finished.filter(({ state }) => state === "unknown");
  return new Set([write, trouble, ...lost].flatMap((command) => (command ? [command.id] : [])));
}

const endOf = ({ updatedAt, execution }: Command) => Date.parse(execution?.endedAt ?? updatedAt);
