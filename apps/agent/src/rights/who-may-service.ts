import { maskRules } from "@interlock/policy";
import { ok, refuse, type Connection, type Outcome, type Principal, type RightQuestion, type WhoMay } from "@interlock/protocol";
import { readOf } from "../objects/read-judgement.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import { maskedAnswer } from "./masked-answer.ts";
import { ReadGate, type ReadGateParts } from "./read-gate.ts";

/** Longest answer, in milliseconds: all roles and bindings of a cluster are read for it. */
const ANSWER_MS = 30_000;
const ROLES_READ = readOf("rbac.authorization.k8s.io/v1 ClusterRoleBinding", "ClusterRoleBinding");

interface WhoMayParts extends ReadGateParts {
  connections: Pick<ConnectionRegistry, "target">;
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
    const reading = {
      principal,
      connection,
      impact: ROLES_READ,
      subject: right,
      data: { right },
      slow: `The cluster did not answer within ${ANSWER_MS / 1_000} s.`,
    };
    return this.#gate.read(reading, async () => {
      const target = await this.#parts.connections.target(connection.id);
      if (target.whoMay === undefined) return refuse("bad_request", "There are no roles of this kind of connection.");
      const answer = await target.whoMay(question, AbortSignal.timeout(ANSWER_MS));
      return ok(maskedAnswer(answer, maskRules(this.#parts.policy.current).detectors));
    });
  }
}
