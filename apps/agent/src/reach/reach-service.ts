import { maskRules } from "@interlock/policy";
import {
  ok,
  reachEndText,
  refuse,
  type Connection,
  type Outcome,
  type Principal,
  type Reachability,
  type ReachEnd,
  type ReachQuestion,
} from "@interlock/protocol";
import { maskedValues } from "../objects/masked-values.ts";
import { ReadGate, type ReadGateParts } from "../objects/read-gate.ts";
import type { ReadObject } from "../objects/read-judgement.ts";
import type { WholeReads } from "../target/whole-reads.ts";

/** Longest answer, in milliseconds: pods and policies of a whole cluster are read for it. */
const ANSWER_MS = 30_000;
const HIDDEN = "The smallest change names a value that is masked for you, so that it is not shown.";

interface ReachParts extends ReadGateParts {
  reads: WholeReads;
}

/**
 * Whether a target's network policies let a connection through. Judged by the policy as reading what it looks into is, and in the log before
 * anything is asked (I1).
 */
export class ReachService {
  readonly #parts: ReachParts;
  readonly #gate: ReadGate;

  constructor(parts: ReachParts) {
    this.#parts = parts;
    this.#gate = new ReadGate(parts, "reachability.asked");
  }

  async ask(principal: Principal, connection: Connection, question: ReachQuestion, roomId?: string): Promise<Outcome<Reachability>> {
    const [from, to] = [reachEndText(question.from), `${reachEndText(question.to)} ${question.port}/${question.protocol}`];
    const named = [question.from, question.to].flatMap(objectOf);
    const subject = `${from} ${to}`;
    return this.#gate.read({ principal, connection, roomId, what: "reach", named, subject, data: { from, to } }, async (target) => {
      const reach = target.reach?.bind(target);
      if (reach === undefined) return refuse("bad_request", "This connection has no network policies.");
      const answer = await this.#parts.reads.of(connection.id, {
        what: `reach ${subject}`,
        limitMs: ANSWER_MS,
        read: (signal) => reach(question, signal),
      });
      return ok(maskedAnswer(answer, maskRules(this.#parts.policy.current).detectors));
    });
  }
}

/** What a question names. A workload's name stands where a pod's does. */
function objectOf(end: ReachEnd): ReadObject[] {
  if ("ip" in end) return [];
  return "pod" in end
    ? [{ object: `v1 Pod ${end.namespace}/${end.pod}`, kind: "Pod" }]
    : [{ object: `v1 Service ${end.namespace}/${end.service}`, kind: "Service" }];
}

/** As everywhere (I7). Lines that would not do what they say any more are left out whole. */
function maskedAnswer({ change, ...answer }: Reachability, detectors: readonly string[]): Reachability {
  const shown = maskedValues(answer, detectors);
  if (change === undefined) return shown;
  const unmasked = JSON.stringify(maskedValues(change, detectors)) === JSON.stringify(change);
  return unmasked ? { ...shown, change } : { ...shown, notes: [...shown.notes, HIDDEN] };
}
