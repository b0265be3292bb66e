import { maskRules } from "@interlock/policy";
import { ok, refuse, type Connection, type Outcome, type Principal, type RightQuestion, type WhoMay } from "@interlock/protocol";
import { maskedValues } from "../objects/masked-values.ts";
import { ReadGate, type ReadGateParts } from "../objects/read-gate.ts";
import type { WholeReads } from "../target/whole-reads.ts";

/** Longest answer, in milliseconds: all roles and bindings of a cluster are read for it. */
const ANSWER_MS = 30_000;

interface WhoMayParts extends ReadGateParts {
  reads: WholeReads;
}

/** Who may do something on a target, by its own roles. Judged by the policy as reading them is. */
export class WhoMayService {
  readonly #parts: WhoMayParts;
  readonly #gate: ReadGate;

  constructor(parts: WhoMayParts) {
    this.#parts = parts;
    this.#gate = new ReadGate(parts, "rights.asked");
  }

  async ask(principal: Principal, connection: Connection, question: RightQuestion): Promise<Outcome<WhoMay>> {
    const right = [question.verb, question.nonResourceURL ?? question.resource, question.subresource, question.name, question.namespace]
      .filter((part) => part !== undefined)
      .join(" ");
    return this.#gate.read({ principal, connection, what: "roles", subject: right, data: { right } }, async (target) => {
      const whoMay = target.whoMay?.bind(target);
      if (whoMay === undefined) return refuse("bad_request", "There are no roles of this kind of connection.");
      const answer = await this.#parts.reads.of(connection.id, {
        what: `who may ${JSON.stringify(question)}`,
        limitMs: ANSWER_MS,
        read: (signal) => whoMay(question, signal),
      });
      return ok(maskedValues(answer, maskRules(this.#parts.policy.current).detectors));
    });
  }
}
