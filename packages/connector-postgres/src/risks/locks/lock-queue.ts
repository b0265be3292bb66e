import { MODES } from "../../locks.ts";
import type { RiskRule } from "../risk-rule.ts";

/** A transaction open for so long, in seconds, is not about to end by itself. */
const LONG_SECONDS = 60;

/** From here on a lock that is waited for keeps ordinary writes waiting behind it. */
const SHUTS = MODES.indexOf("ShareLock");

export const lockQueue: RiskRule = {
  code: "lock-queue",
  severity: "warning",
  about: "A strong lock that somebody is in the way of right now: while the statement waits, everybody who comes later waits behind it.",
  find({ draft }) {
    const wait = draft.waits.find(({ mode }) => (MODES as readonly string[]).indexOf(mode) >= SHUTS);
    if (!wait) return undefined;
    const { pid, user, age } = wait.blockedBy;
    const all = wait.mode === "AccessExclusiveLock";
    const who = pid === 0 ? `a prepared transaction of ${user}` : `${user} (pid ${pid})`;
    return {
      message: `It would wait for ${who}${age === "" ? "" : `, at it for ${age}`}, and meanwhile ${all ? "every read and write" : "every write"} of ${wait.object} queues up behind it`,
      severity: secondsOf(age) >= LONG_SECONDS ? "danger" : "warning",
    };
  },
};

/** Of `HH:MM:SS`; 0 where it is not told. */
const secondsOf = (age: string): number => age.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
