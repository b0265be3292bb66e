import { TargetError, type ExecuteSink, type SecretKey } from "@interlock/connector";
import { ok, type Verdict } from "@interlock/protocol";
import type { CommandParts } from "./command-parts.ts";
import { durably, note } from "./transition.ts";

/** Whether a run may be shown secret values, so that its results are its proposer's alone: policy says so, and a reason was given. */
export const isPrivate = (row: { effect: string; reason: string | null }, { obligations }: Verdict): boolean =>
  row.effect === "read" && row.reason !== null && (obligations.secrets?.length ?? 0) > 0;

interface Reading {
  row: { id: string; roomId: string; title: string; reason: string | null };
  connection: string;
  proposer: string;
  /** `namespace/name/key`, where `*` stands for any one part. */
  patterns: readonly string[];
}

/**
 * Which values of Secrets one run shows. Each is in the audit log before any row of the run is recorded (I1); when that cannot be written,
 * nothing of it is shown.
 */
export class ShownSecrets {
  readonly #life: Pick<CommandParts, "db" | "timeline" | "log">;
  readonly #reading: Reading;
  readonly #patterns: readonly string[][];
  readonly #seen = new Set<string>();
  #unwritten: SecretKey[] = [];
  #written: Promise<void> = Promise.resolve();

  constructor(life: Pick<CommandParts, "db" | "timeline" | "log">, reading: Reading) {
    this.#life = life;
    this.#reading = reading;
    this.#patterns = reading.patterns.map((pattern) => pattern.split("/"));
  }

  readonly show = (value: SecretKey): boolean => {
    const parts = [value.namespace, value.name, value.key];
    // A part with a slash in it is no part of a Secret's name.
    if (parts.some((part) => part === "" || part.includes("/"))) return false;
    const shown = this.#patterns.some(
      (pattern) => pattern.length === 3 && pattern.every((one, index) => one === "*" || one === parts[index]),
    );
    const key = parts.join("/");
    if (shown && !this.#seen.has(key)) {
      this.#seen.add(key);
      this.#unwritten.push(value);
    }
    return shown;
  };

  /** The same sink, whose rows wait until the log has what they may show. */
  audited(sink: ExecuteSink): ExecuteSink {
    return {
      ...sink,
      rows: async (statement, dataRows, count) => {
        // What the caller gives is valid only until this settles, which it does after the rows are taken.
        await this.written();
        await sink.rows(statement, dataRows, count);
      },
    };
  }

  /** Resolves when the log has every value shown so far. */
  written(): Promise<void> {
    const values = this.#unwritten;
    if (values.length > 0) {
      this.#unwritten = [];
      this.#written = this.#written.then(() => this.#write(values));
    }
    return this.#written;
  }

  async #write(values: readonly SecretKey[]): Promise<void> {
    const { row, connection, proposer } = this.#reading;
    const facts = values.map(({ namespace, name, key }) => ({
      type: "secret.shown" as const,
      actor: proposer,
      data: { title: row.title, connection, namespace, name, key, reason: row.reason },
    }));
    const kept = await durably<undefined>(this.#life, async (tx) => ok({ value: undefined, events: await note(tx, row, facts) }));
    if (!kept.ok) throw new TargetError("audit_unavailable", "That a secret is shown could not be written to the audit log.");
  }
}
