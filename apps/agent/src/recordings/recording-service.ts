import { appendAudit, type Db, type Prisma } from "@interlock/db";
import { judgeRecording, type RecordingTerms } from "@interlock/policy";
import {
  ok,
  refuse,
  type AuditEvent,
  type AuditType,
  type Connection,
  type Outcome,
  type Principal,
  type Recording,
  type RecordingCheck,
  type RecordingCommands,
  type RecordingFinding,
  type RecordingFindings,
  type Recordings,
} from "@interlock/protocol";
import { CastFault, commandsOf, exportV2, exportV3, searchCast } from "@interlock/recording";
import { labelsOf } from "../command/judgement.ts";
import type { Log } from "../log.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { isId } from "../room/membership.ts";
import { RecordingStore } from "../terminal/recording-store.ts";
import type { Timeline } from "../timeline.ts";
import { StorageFault, type ChunkObjects } from "./chunk-objects.ts";
import { checkRecording } from "./recording-check.ts";
import { cursorOf, olderThan } from "./recording-cursor.ts";
import { NOTHING_STORED, recordingView, WITH_ALL, type RecordedTerminal, type StoredSize } from "./recording-view.ts";

/** Commands that are told of one recording, and matches. */
const COMMANDS = 2_000;
const MATCHES = 200;
/** Of a search over several: matches told of each, and where a page of it ends. */
const MATCHES_EACH = 5;
const SEARCH_RECORDINGS = 50;
const SEARCH_BYTES = 64 * 1024 * 1024;
/** Searches over several recordings at once: each reads as fast as it can. */
const SEARCHES = 2;

export interface RecordingParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  timeline: Timeline;
  objects: ChunkObjects | undefined;
  log: Log;
}

export interface RecordingQuery {
  roomId?: string | undefined;
  /** A connection's name. */
  connection?: string | undefined;
  /** `next` of the page before. */
  before?: string | undefined;
}

type LookType = Extract<AuditType, "recording.watched" | "recording.downloaded" | "recording.searched">;

/**
 * Recordings for those who may watch them: members of their room, where policy does not keep them out, its watchers and administrators. Whoever
 * is told anything that was shown is in the audit log before the first byte of it.
 */
export class RecordingService {
  readonly #parts: RecordingParts;
  #searching = 0;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  async list(principal: Principal, query: RecordingQuery, limit: number): Promise<Outcome<Recordings>> {
    const older = olderThan(query.before);
    if (older === undefined) return refuse("bad_request", "before: it is no cursor of this list");
    const { rows, terms } = await this.#visible(principal, query, older, limit + 1);
    const shown = rows.slice(0, limit);
    const recordings = await this.#views(shown, terms);
    const last = shown.at(-1);
    return ok({ recordings, ...(rows.length > limit && last !== undefined ? { next: cursorOf(last) } : {}) });
  }

  async one(principal: Principal, id: string): Promise<Outcome<Recording>> {
    const found = await this.#find(principal, id);
    return found.ok ? ok(await this.#view(found.value)) : found;
  }

  /** Lines of an asciicast. `player`: to be watched here; else it is a download. The log has it before anything is read. */
  async cast(principal: Principal, id: string, version: "v2" | "v3", player: boolean): Promise<Outcome<AsyncGenerator<string>>> {
    const found = await this.#readable(principal, id);
    if (!found.ok) return found;
    const { row, store } = found.value;
    if (player) await this.#look(principal, "recording.watched", row, {});
    else await this.#look(principal, "recording.downloaded", row, { format: version });
    const lines = version === "v3" ? exportV3(store, id) : exportV2(store, id);
    return this.#reading(async () => {
      const first = await lines.next();
      if (first.done === true) return refuse("not_found", "Nothing of it is stored yet.");
      const whole = andThen(first.value, lines);
      return ok(player ? sayingFaults(whole) : whole);
    });
  }

  async commands(principal: Principal, id: string): Promise<Outcome<RecordingCommands>> {
    const found = await this.#readable(principal, id);
    if (!found.ok) return found;
    const { row, store } = found.value;
    await this.#look(principal, "recording.searched", row, { count: 1, what: "commands" });
    return this.#reading(async () => {
      const { commands, fault } = await commandsOf(store, id);
      return ok({
        commands: commands.slice(0, COMMANDS).map(({ at, endedAt, text, line, folder, exitCode }) => ({
          at,
          ...(endedAt === undefined ? {} : { endedAt }),
          ...(text === undefined ? {} : { text }),
          ...(line === undefined ? {} : { line }),
          ...(folder === undefined ? {} : { folder }),
          ...(exitCode === undefined ? {} : { exitCode }),
        })),
        more: commands.length > COMMANDS,
        ...(fault === undefined ? {} : { fault: fault.message }),
      });
    });
  }

  async search(principal: Principal, id: string, text: string): Promise<Outcome<RecordingFinding>> {
    const found = await this.#readable(principal, id);
    if (!found.ok) return found;
    const { row, store } = found.value;
    await this.#look(principal, "recording.searched", row, { count: 1, what: "text" });
    return this.#reading(async () => ok({ recording: await this.#view(found.value), ...(await matchesIn(store, id, text, MATCHES)) }));
  }

  /** Through the recordings that one may watch, newest first, until a page is full; what cannot be read is said of each. */
  async searchAll(principal: Principal, query: RecordingQuery, text: string, signal: AbortSignal): Promise<Outcome<RecordingFindings>> {
    const older = olderThan(query.before);
    if (older === undefined) return refuse("bad_request", "before: it is no cursor of this list");
    if (this.#searching >= SEARCHES) return refuse("too_many_requests", "Others are searching recordings.");
    this.#searching++;
    try {
      const { rows, terms } = await this.#visible(principal, query, { ...older, removal: null }, SEARCH_RECORDINGS + 1);
      const sizes = await this.#sizes(rows.map(({ id }) => id));
      const page = withinOutput(rows.slice(0, SEARCH_RECORDINGS), sizes);
      if (page.length > 0)
        await this.#append(principal, "recording.searched", query.roomId, {
          count: page.length,
          what: "text",
          terminals: page.map(({ id }) => id),
        });
      const found: RecordingFinding[] = [];
      for (const row of page) {
        if (signal.aborted) break;
        const finding = await this.#finding(row, text);
        if (finding.matches.length === 0 && finding.fault === undefined) continue;
        const [recording] = await this.#views([row], terms);
        found.push({ recording: recording!, ...finding });
      }
      const last = page.at(-1);
      return ok({
        found,
        searched: page.length,
        ...(rows.length > page.length && last !== undefined ? { next: cursorOf(last) } : {}),
      });
    } finally {
      this.#searching--;
    }
  }

  /** Whether it is what was recorded, held against the audit log. It shows nothing of it. */
  async check(principal: Principal, id: string): Promise<Outcome<RecordingCheck>> {
    const found = await this.#find(principal, id);
    if (!found.ok) return found;
    return this.#reading(async () => ok(await checkRecording(this.#parts.db, found.value.row, this.#store(id))));
  }

  /** Administrators keep a recording from being removed, for a reason; without one they let it go again. */
  async hold(principal: Principal, id: string, reason: string | undefined): Promise<Outcome<Recording>> {
    const { db, timeline } = this.#parts;
    if (!principal.groups.includes("admins")) return refuse("forbidden", "Members of admins hold and release recordings.");
    const found = await this.#find(principal, id);
    if (!found.ok) return found;
    const { row } = found.value;
    const event = await db.$transaction(async (tx) => {
      // Retention takes the same lock: what is held by now is not removed.
      await tx.$queryRaw`SELECT 1 FROM "Terminal" WHERE "id" = ${id}::uuid FOR UPDATE`;
      if ((await tx.recordingRemoval.count({ where: { terminalId: id } })) > 0) return "removed";
      const held = (await tx.recordingHold.count({ where: { terminalId: id } })) > 0;
      if (held === (reason !== undefined)) return undefined;
      if (reason === undefined) await tx.recordingHold.delete({ where: { terminalId: id } });
      else await tx.recordingHold.create({ data: { terminalId: id, reason, by: principal.name } });
      const data = { terminalId: id, name: row.name, ...(reason === undefined ? {} : { reason }) };
      const type = reason === undefined ? "recording.released" : "recording.held";
      return appendAudit(tx, { type, actor: principal.name, roomId: row.roomId, data });
    });
    if (event === "removed") return refuse("recording_removed");
    if (event !== undefined) await timeline.publish(event);
    return this.one(principal, id);
  }

  #store(id: string): RecordingStore {
    return new RecordingStore(this.#parts.db, id, this.#parts.objects);
  }

  async #find(principal: Principal, id: string): Promise<Outcome<{ row: RecordedTerminal; terms: RecordingTerms }>> {
    const row = isId(id) ? await this.#parts.db.terminal.findUnique({ where: { id }, include: WITH_ALL }) : null;
    if (row === null) return refuse("not_found");
    const terms = this.#terms(row.connection);
    if (!maySee(principal, terms, await this.#isMember(principal, row.roomId)))
      return refuse("forbidden", "Recordings are for the members of their room, and for those whom policy names.");
    return ok({ row, terms });
  }

  /** One whose content is there. */
  async #readable(
    principal: Principal,
    id: string,
  ): Promise<Outcome<{ row: RecordedTerminal; terms: RecordingTerms; store: RecordingStore }>> {
    const found = await this.#find(principal, id);
    if (!found.ok) return found;
    const { removal } = found.value.row;
    if (removal !== null) return refuse("recording_removed", `On ${removal.at.toISOString()}, under the rule ${removal.rule}.`);
    return ok({ ...found.value, store: this.#store(id) });
  }

  async #isMember(principal: Principal, roomId: string): Promise<boolean> {
    return (await this.#parts.db.roomMember.count({ where: { roomId, userId: principal.id } })) > 0;
  }

  #terms(connection: ConnectionFacts): RecordingTerms {
    return judgeRecording(this.#parts.policy.current.recordings, { ...facts(connection) });
  }

  async #visible(
    principal: Principal,
    query: RecordingQuery,
    older: Prisma.TerminalWhereInput,
    take: number,
  ): Promise<{ rows: RecordedTerminal[]; terms: Map<string, RecordingTerms> }> {
    const { db } = this.#parts;
    const connections = await db.connection.findMany({
      where: query.connection === undefined ? {} : { name: query.connection },
      select: { id: true, name: true, connector: true, environment: true, labels: true },
    });
    const terms = new Map(connections.map((connection) => [connection.id, this.#terms(connection)]));
    const idsOf = (member: boolean): string[] => [...terms].filter(([, one]) => maySee(principal, one, member)).map(([id]) => id);
    const rows = await db.terminal.findMany({
      where: {
        AND: [
          older,
          query.roomId === undefined ? {} : { roomId: query.roomId },
          {
            OR: [
              { connectionId: { in: idsOf(false) } },
              { connectionId: { in: idsOf(true) }, room: { members: { some: { userId: principal.id } } } },
            ],
          },
        ],
      },
      include: WITH_ALL,
      orderBy: [{ openedAt: "desc" }, { id: "desc" }],
      take,
    });
    return { rows, terms };
  }

  async #view({ row, terms }: { row: RecordedTerminal; terms: RecordingTerms }): Promise<Recording> {
    const [view] = await this.#views([row], new Map([[row.connectionId, terms]]));
    return view!;
  }

  async #views(rows: readonly RecordedTerminal[], terms: ReadonlyMap<string, RecordingTerms>): Promise<Recording[]> {
    const [people, sizes] = await Promise.all([
      this.#parts.db.user.findMany({ where: { id: { in: rows.map((row) => row.openedById) } }, select: { id: true, name: true } }),
      this.#sizes(rows.map(({ id }) => id)),
    ]);
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return rows.map((row) =>
      recordingView(row, names.get(row.openedById) ?? "somebody", sizes.get(row.id) ?? NOTHING_STORED, terms.get(row.connectionId)!),
    );
  }

  async #sizes(ids: string[]): Promise<Map<string, StoredSize>> {
    const groups = await this.#parts.db.recordingChunk.groupBy({
      by: ["terminalId"],
      where: { terminalId: { in: ids }, terminal: { removal: null } },
      _count: true,
      _sum: { bytes: true },
      _max: { at: true, offset: true },
    });
    return new Map(
      groups.map(({ terminalId, _count, _sum, _max }) => [
        terminalId,
        { chunks: _count, bytes: _sum.bytes ?? 0, outputBytes: Number(_max.offset ?? 0), lastsMs: _max.at ?? 0 },
      ]),
    );
  }

  async #finding(row: RecordedTerminal, text: string): Promise<Omit<RecordingFinding, "recording">> {
    try {
      return await matchesIn(this.#store(row.id), row.id, text, MATCHES_EACH);
    } catch (error) {
      if (error instanceof CastFault || error instanceof StorageFault) return { matches: [], more: false, fault: error.message };
      throw error;
    }
  }

  async #look(principal: Principal, type: LookType, row: RecordedTerminal, data: AuditEvent["data"]): Promise<void> {
    await this.#append(principal, type, row.roomId, { terminalId: row.id, name: row.name, ...data });
  }

  async #append(principal: Principal, type: LookType, roomId: string | undefined, data: AuditEvent["data"]): Promise<void> {
    const { db, timeline } = this.#parts;
    await timeline.publish(await db.$transaction((tx) => appendAudit(tx, { type, actor: principal.name, roomId, data })));
  }

  async #reading<T>(read: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof CastFault) return refuse("recording_broken", error.message);
      if (error instanceof StorageFault) {
        this.#parts.log.warn({ err: error }, "a recording could not be read");
        return refuse("recording_unreachable", error.message);
      }
      throw error;
    }
  }
}

interface ConnectionFacts extends Pick<Connection, "name" | "connector"> {
  environment: string;
  labels: Prisma.JsonValue;
}

const facts = ({ name, connector, environment, labels }: ConnectionFacts) => ({
  name,
  connector,
  environment: environment as Connection["environment"],
  labels: labelsOf(labels),
});

export const termsOfConnection = (policy: Pick<PolicyFile, "current">, connection: ConnectionFacts): RecordingTerms =>
  judgeRecording(policy.current.recordings, facts(connection));

function maySee(principal: Pick<Principal, "groups">, terms: RecordingTerms, member: boolean): boolean {
  return (member && terms.members) || terms.watchers.some((group) => principal.groups.includes(group));
}

async function matchesIn(store: RecordingStore, id: string, text: string, most: number): Promise<Omit<RecordingFinding, "recording">> {
  const matches = [];
  for await (const { at, line, from, to } of searchCast(store, id, text, most + 1)) matches.push({ at, line, from, to });
  return { matches: matches.slice(0, most), more: matches.length > most };
}

/** As many from the beginning as are read in reasonable time, at least one. */
function withinOutput(rows: readonly RecordedTerminal[], sizes: ReadonlyMap<string, StoredSize>): RecordedTerminal[] {
  let sum = 0;
  const end = rows.findIndex(({ id }, index) => (sum += sizes.get(id)?.outputBytes ?? 0) > SEARCH_BYTES && index > 0);
  return end < 0 ? [...rows] : rows.slice(0, end);
}

/**
 * A player shows what is right up to a fault, and says that it ends there: a comment of asciicast v3 is the last line then. A file that is
 * downloaded breaks off instead, so that nobody takes it for whole.
 */
async function* sayingFaults(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (error) {
    if (!(error instanceof CastFault || error instanceof StorageFault)) throw error;
    yield `# fault: ${error.message}\n`;
  }
}

async function* andThen(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
