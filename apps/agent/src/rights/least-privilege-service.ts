import { TargetError } from "@interlock/connector";
import { Privileges, Rights, type KubeObject } from "@interlock/kube-model";
import { maskRules, reviewGroups } from "@interlock/policy";
import {
  ok,
  refuse,
  type Connection,
  type LeastPrivilegePage,
  type Outcome,
  type PeopleUse,
  type PrivilegeDetail,
  type Principal,
  type PrivilegeSummary,
  type SmallerRole,
  type UsageImport,
} from "@interlock/protocol";
import { labelsOf } from "../command/judgement.ts";
import { maskedValues } from "../objects/masked-values.ts";
import { ReadGate, type ReadGateParts } from "../objects/read-gate.ts";
import type { WholeReads } from "../target/whole-reads.ts";
import { coverageOf } from "./coverage.ts";
import { detailOf, subjectId, summaryOf } from "./least-privilege-answer.ts";
import { peopleUse } from "./people-use.ts";
import { readLog } from "./read-log.ts";
import { UsageStore } from "./usage-store.ts";

/** Longest reading of a target's roles, in milliseconds. */
const READ_MS = 45_000;
/** How long roles that were read are told again, in milliseconds: pages of one answer, and a subject of it, are of one reading. */
const KEPT_MS = 5_000;
/** Roles are not read anew more often than this, in milliseconds, whoever asks. */
const ANEW_MS = 1_000;
const DAY_MS = 86_400_000;
/** Logs that are read at a time, by all people together. */
const AT_A_TIME = 2;

export interface PrivilegeQuery {
  days: number;
  kind?: "User" | "Group" | "ServiceAccount" | undefined;
  show?: "dangerous" | "idle" | "gone" | "smaller" | undefined;
  q?: string | undefined;
  system: boolean;
  fresh: boolean;
  offset: number;
  limit: number;
}

interface Reading {
  privileges: Privileges;
  imports: UsageImport[];
  coverage: LeastPrivilegePage["coverage"];
  unread: readonly string[];
  at: number;
  summaries: PrivilegeSummary[];
}

interface LeastPrivilegeParts extends ReadGateParts {
  reads: WholeReads;
}

/**
 * What everybody may do on a target against what imported audit logs say they did. Judged by the policy as a read of it is, and in the log before
 * anything is asked (I1). It only reads; a smaller role is text that somebody may propose.
 */
export class LeastPrivilegeService {
  readonly #parts: LeastPrivilegeParts;
  readonly #gate: ReadGate;
  readonly #store: UsageStore;
  readonly #readings = new Map<string, { at: number; reading: Promise<Reading> }>();
  #importing = 0;

  constructor(parts: LeastPrivilegeParts) {
    this.#parts = parts;
    this.#gate = new ReadGate(parts, "posture.read");
    this.#store = new UsageStore(parts.db);
  }

  async page(principal: Principal, connection: Connection, query: PrivilegeQuery): Promise<Outcome<LeastPrivilegePage>> {
    return this.#read(principal, connection, async () => {
      const reading = await this.#reading(connection, query.days, query.fresh);
      const { coverage, imports, unread, summaries } = reading;
      const own = summaries.filter(({ system }) => !system);
      const found = (query.system ? summaries : own).filter((one) => matches(one, query));
      const importers = this.#importers(connection);
      return this.#shown({
        at: new Date(reading.at).toISOString(),
        coverage,
        imports,
        mayImport: mayImport(principal, importers),
        importers,
        unread: [...unread],
        summary: {
          subjects: own.length,
          dangerous: own.filter(SHOWS.dangerous).length,
          idle: own.filter(SHOWS.idle).length,
          gone: own.filter(SHOWS.gone).length,
          smaller: own.filter(SHOWS.smaller).length,
          system: summaries.length - own.length,
        },
        subjects: found.slice(query.offset, query.offset + query.limit),
        total: found.length,
        offset: query.offset,
      });
    });
  }

  async detail(principal: Principal, connection: Connection, id: string, days: number): Promise<Outcome<PrivilegeDetail>> {
    return this.#read(principal, connection, async () => {
      const { privileges, coverage, imports } = await this.#reading(connection, days, false);
      const subject = privileges.subjects().find((one) => subjectId(one) === id);
      if (subject === undefined) return refuse("not_found", "No binding names them any more, and no log tells of them.");
      const detail = detailOf(privileges.detail(subject), { coverage, sources: imports.map(sourceText) });
      const shown = await this.#shown(detail);
      if (!shown.ok) return shown;
      // Lines with a masked name would be about somebody else.
      const smallerRoles = shown.value.smallerRoles.map((one, index) => ({
        ...one,
        masked: linesOf(one) !== linesOf(detail.smallerRoles[index]!),
      }));
      return ok({ ...shown.value, smallerRoles });
    });
  }

  /** By Interlock's own record: nothing is asked of the target. */
  async people(principal: Principal, connection: Connection, days: number): Promise<Outcome<PeopleUse>> {
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    return this.#shown(await peopleUse(this.#parts.db, this.#parts.policy.current, connection, days));
  }

  /** Reads a log as it arrives. The same log again is told as it was imported before. */
  async import(principal: Principal, connection: Connection, name: string, body: AsyncIterable<Uint8Array>): Promise<Outcome<UsageImport>> {
    const refusal = this.#mayNotImport(principal, connection);
    if (refusal !== undefined) return refusal;
    const target = await this.#parts.connections.target(connection.id);
    if (target.roles === undefined) return refuse("bad_request", "There are no roles of this kind of connection.");
    if (this.#importing >= AT_A_TIME) return refuse("too_many_requests", "Other logs are being imported; try again when they are done.");
    this.#importing++;
    try {
      const read = await readLog(name, body, Date.now() - LONGEST_DAYS * DAY_MS);
      if (!read.ok) return read;
      const known = await this.#store.known(connection.id, read.value.sha256);
      if (known !== undefined) return ok(known);
      const { id, event } = await this.#store.add(principal, connection, read.value);
      this.#forget(connection);
      await this.#parts.timeline.publish(event);
      return ok((await this.#store.imports(connection.id)).find((one) => one.id === id)!);
    } finally {
      this.#importing--;
    }
  }

  async remove(principal: Principal, connection: Connection, id: string): Promise<Outcome<Record<string, never>>> {
    const refusal = this.#mayNotImport(principal, connection);
    if (refusal !== undefined) return refusal;
    const event = await this.#store.remove(principal, connection, id);
    if (event === undefined) return refuse("not_found");
    this.#forget(connection);
    await this.#parts.timeline.publish(event);
    return ok({});
  }

  /** Who is asked to agree to changes of a connection decides what its rights are held against, too. */
  #importers(connection: Connection): string[] {
    return reviewGroups(this.#parts.policy.current, { ...connection, labels: labelsOf(connection.labels) });
  }

  #mayNotImport(principal: Principal, connection: Connection) {
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    const importers = this.#importers(connection);
    if (mayImport(principal, importers)) return undefined;
    return refuse(
      "forbidden",
      `Logs of ${connection.name} are imported and removed by those who agree to its changes: somebody of ${importers.join(" or ")}.`,
    );
  }

  #forget(connection: Connection): void {
    for (const key of this.#readings.keys()) if (key.startsWith(`${connection.id} `)) this.#readings.delete(key);
  }

  #read<T>(principal: Principal, connection: Connection, ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.#gate.read({ principal, connection, what: "roles", data: { what: "least privilege" } }, ask);
  }

  async #shown<T>(answer: T): Promise<Outcome<T>> {
    return ok(maskedValues(answer, maskRules(this.#parts.policy.current).detectors));
  }

  async #reading(connection: Connection, days: number, fresh: boolean): Promise<Reading> {
    const key = `${connection.id} ${days}`;
    const known = this.#readings.get(key);
    const changed = this.#parts.reads.changedAt(connection.id);
    if (known !== undefined && !fresh && known.at > changed && performance.now() - known.at < KEPT_MS) return known.reading;
    for (const [old, { at }] of this.#readings) if (performance.now() - at >= KEPT_MS) this.#readings.delete(old);
    const reading = this.#readAnew(connection, days, fresh);
    this.#readings.set(key, { at: performance.now(), reading });
    // A failure is not told again: the target may be back.
    reading.catch(() => this.#readings.get(key)?.reading === reading && this.#readings.delete(key));
    return reading;
  }

  async #readAnew(connection: Connection, days: number, fresh: boolean): Promise<Reading> {
    const target = await this.#parts.connections.target(connection.id);
    const read = target.roles?.bind(target);
    if (read === undefined) throw new TargetError("bad_request", "There are no roles of this kind of connection.");
    const at = Date.now();
    const imports = await this.#store.imports(connection.id);
    const [{ objects, unread }, usage] = await Promise.all([
      this.#parts.reads.of(connection.id, { what: "roles", limitMs: READ_MS, freshMs: fresh ? ANEW_MS : KEPT_MS, keptMs: KEPT_MS, read }),
      this.#store.usage(connection.id, imports, at - days * DAY_MS),
    ]);
    const coverage = coverageOf(imports, days, at);
    const privileges = new Privileges(new Rights(objects as readonly KubeObject[], { aggregated: "stored" }), usage, {
      whole: coverage.complete,
    });
    const known = coverage.coveredDays > 0;
    const summaries = privileges
      .subjects()
      .map((subject) => summaryOf(privileges.summary(subject)))
      // Without a log nothing is known of anybody's use.
      .map((one) => (known ? one : { ...one, smaller: false }))
      .toSorted(byWeight);
    return { privileges, imports, coverage, unread, at, summaries };
  }
}

/** Without its comments, which may name anybody. */
const linesOf = ({ text }: Pick<SmallerRole, "text">): string =>
  text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");

/** Longest time that rights are held against, in days; nothing older is kept. */
export const LONGEST_DAYS = 90;

const mayImport = (principal: Principal, importers: readonly string[]): boolean =>
  principal.groups.length > 0 && (importers.length === 0 || principal.groups.some((group) => importers.includes(group)));

const sourceText = ({ name, by, from, to }: UsageImport): string =>
  `Audit log ${name}, imported by ${by}${from === undefined || to === undefined ? "" : `: ${from.slice(0, 10)} to ${to.slice(0, 10)}`}.`;

const SHOWS: Record<NonNullable<PrivilegeQuery["show"]>, (one: PrivilegeSummary) => boolean> = {
  dangerous: ({ dangers }) => dangers.length > 0,
  idle: ({ rights, used }) => rights > 0 && used === 0,
  gone: ({ gone }) => gone > 0,
  smaller: ({ smaller }) => smaller,
};

function matches(one: PrivilegeSummary, { kind, show, q }: PrivilegeQuery): boolean {
  if (kind !== undefined && one.subject.kind !== kind) return false;
  if (show !== undefined && !SHOWS[show](one)) return false;
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${nameOf(one)} ${one.dangers.map(({ title }) => title).join(" ")} ${one.byGroups.join(" ")}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const nameOf = ({ subject: { kind, namespace, name } }: PrivilegeSummary): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

const WEIGHTS = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** Dangerous rights that nobody was seen to use first. */
function byWeight(left: PrivilegeSummary, right: PrivilegeSummary): number {
  const worst = ({ dangers }: PrivilegeSummary): number => (dangers[0] === undefined ? 4 : WEIGHTS[dangers[0].severity]);
  const unused = ({ rights, used, unlogged }: PrivilegeSummary): number => rights - used - unlogged;
  return (
    Number(left.system) - Number(right.system) ||
    worst(left) - worst(right) ||
    right.dangers.length - left.dangers.length ||
    unused(right) - unused(left) ||
    nameOf(left).localeCompare(nameOf(right), "en")
  );
}
