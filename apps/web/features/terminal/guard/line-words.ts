import type { Principal, Role, RoomMember, Terminal, WaitingLine } from "@interlock/protocol";
import { nameOf } from "../terminal-words.ts";

/** What one person may do about a line that waits. The agent decides; this is for not offering what it would refuse. */
export interface LineRights {
  run: boolean;
  back: boolean;
  review: boolean;
  /** In a sentence, where one can do nothing and might wonder. */
  whyNot?: string;
}

export function lineRights(
  line: WaitingLine,
  terminal: Pick<Terminal, "driverId" | "paused">,
  me: Principal | undefined,
  role: Role,
): LineRights {
  const acts = me !== undefined && role !== "observer" && terminal.paused === undefined;
  const drives = acts && me.id === terminal.driverId;
  const typed = me !== undefined && line.typedBy.includes(me.id);
  const wanted = line.reviews.length === 0 || line.reviews.some(({ group }) => me?.groups.includes(group) === true);
  const asks = line.decision === "ask";
  const review = acts && asks && !drives && !typed && wanted && !line.approvedBy.includes(me.id);
  return {
    run: drives && !asks,
    back: drives,
    review,
    ...(review || drives || !(asks || terminal.paused !== undefined) ? {} : { whyNot: whyNot(line, terminal, me, role) }),
  };
}

function whyNot(line: WaitingLine, { paused }: Pick<Terminal, "paused">, me: Principal | undefined, role: Role): string {
  if (role === "observer") return "Observers only look on";
  if (paused !== undefined) return "Nothing is decided while nobody can type";
  if (me !== undefined && line.approvedBy.includes(me.id)) return "You agreed to it";
  if (me !== undefined && line.typedBy.includes(me.id)) return "Some of its keys are yours, so others decide";
  return "You are not of the people who decide here";
}

/** Who has to agree: `somebody of platform and 2 of dba`. */
export function seats({ reviews }: Pick<WaitingLine, "reviews">): string {
  if (reviews.length === 0) return "somebody else of the room";
  return reviews.map(({ count, group }) => `${count === 1 ? "somebody" : count} of ${group}`).join(" and ");
}

/** `oncall` or `oncall and responder`, whose keys are in it. */
export function typists(line: WaitingLine, members: readonly RoomMember[], meId: string | undefined): string {
  const names = line.typedBy.map((id) => nameOf(id, members, meId));
  return names.length === 0 ? "nobody that is known" : names.join(" and ");
}

/** What is true of the guard of a shell, short and in full. */
export function guardWords(shell: NonNullable<Terminal["shell"]>): { short: string; long: string; guarded: boolean } {
  const rail =
    "It keeps a hand from slipping. Whoever means to can get round it: the wall is who watches, what the account may do, and the recording.";
  if (shell.running !== undefined && shell.guard === "guarded")
    return {
      short: "runs, not guarded",
      long: `What is typed into a program that runs is not judged, nor are another shell's lines. The guard is back at the next prompt. ${rail}`,
      guarded: false,
    };
  switch (shell.guard) {
    case "guarded":
      return { short: "guarded", long: `Lines are judged by policy before they run. ${rail}`, guarded: true };
    case "told":
      return {
        short: "not guarded",
        long: `Lines run at once: ${shell.why ?? "nothing judges them"}. Commands and folders are still shown.`,
        guarded: false,
      };
    case "none":
      return {
        short: "not guarded",
        long: `Lines run at once, and commands are not shown: ${shell.why ?? "it is not known why"}.`,
        guarded: false,
      };
    case "starting":
      return { short: "starting", long: "The shell has not said yet whether it waits for lines to be judged.", guarded: false };
  }
}
