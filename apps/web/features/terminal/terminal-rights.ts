import type { Principal, Role, Terminal } from "@interlock/protocol";

/** What one person may do about one terminal. The agent decides; this is for not offering what it would refuse. */
export interface TerminalRights {
  /** The agent knows that they look: before that it takes nothing of what they might do here. */
  here: boolean;
  /** Their keys reach the shell. */
  drives: boolean;
  asks: boolean;
  mayAsk: boolean;
  mayTake: boolean;
  mayGive: boolean;
  mayModerate: boolean;
  moderates: boolean;
  mayKill: boolean;
}

export function terminalRights(terminal: Terminal, me: Principal | undefined, role: Role): TerminalRights {
  const { driverId, openedById, joining, moderators, watchers, asking } = terminal;
  const acts = me !== undefined && role !== "observer";
  const drives = acts && me.id === driverId;
  const moderates = acts && watchers.some(({ userId, moderating }) => userId === me.id && moderating);
  const mayType = acts && (joining !== "observe" || me.id === openedById);
  const lead = acts && role === "lead";
  return {
    here: watchers.some(({ userId }) => userId === me?.id),
    drives,
    asks: acts && asking.includes(me.id),
    mayAsk: mayType && !drives && !lead && !moderates,
    mayTake: mayType && !drives && lead && !moderates,
    mayGive: acts && (drives || lead || moderates) && joining !== "observe",
    mayModerate: acts && me.id !== openedById && !drives && moderators.some((groups) => groups.some((group) => me.groups.includes(group))),
    moderates,
    mayKill: acts && (drives || lead || moderates || me.id === openedById),
  };
}
