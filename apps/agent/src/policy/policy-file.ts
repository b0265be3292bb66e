import { watch, type FSWatcher } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { appendAudit, type Db } from "@interlock/db";
import { DEFAULT_POLICY, parsePolicy, policyVersion, type Policy } from "@interlock/policy";
import type { AuditEvent, AuditType } from "@interlock/protocol";
import type { Logger } from "pino";
import type { RoomHub } from "../room/room-hub.ts";
import type { Timeline } from "../timeline.ts";

/** Editors write in several steps; the file is read this many milliseconds after the last one. */
const QUIET_MS = 50;
/** Not every file system reports changes, so the file is also looked at this often, in milliseconds. */
const LOOK_EVERY_MS = 2_000;

interface PolicyFileParts {
  path: string;
  db: Db;
  hub: Pick<RoomHub, "all" | "broadcast">;
  timeline: Timeline;
  log: Logger;
}

/**
 * The policy in force, read from a file that people edit while the service runs. A file that is not valid changes nothing: the last good
 * policy stays, also over a restart (it is kept beside the file), and rooms are told what is wrong. With neither, everything is denied.
 */
export class PolicyFile {
  readonly #parts: PolicyFileParts;
  #policy: Policy;
  #problem: string | undefined;
  /** Version of the text looked at last, good or bad. */
  #seen = "";
  #watcher: FSWatcher | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  private constructor(parts: PolicyFileParts, policy: Policy) {
    this.#parts = parts;
    this.#policy = policy;
  }

  static async open(parts: PolicyFileParts): Promise<PolicyFile> {
    await mkdir(dirname(parts.path), { recursive: true });
    const text = await readOrUndefined(parts.path);
    if (text === undefined) await writeFile(parts.path, DEFAULT_POLICY, { mode: 0o644 });
    const file = new PolicyFile(parts, await lastGood(parts.path));
    await file.#read();
    file.#watch();
    return file;
  }

  get current(): Policy {
    return this.#policy;
  }

  /** What is wrong with the file while the last good policy stays in force. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async stop(): Promise<void> {
    this.#watcher?.close();
    clearTimeout(this.#quiet);
    clearInterval(this.#look);
    await this.#reading;
  }

  /** Looks at the file now; resolves when what it says is in force or refused. */
  reload(): Promise<void> {
    this.#reading = this.#reading
      .then(() => this.#read())
      .catch((error: unknown) => this.#parts.log.error({ err: error }, "the policy file could not be loaded; the last good one stays"));
    return this.#reading;
  }

  #watch(): void {
    const { path, log } = this.#parts;
    try {
      // The folder, because most editors replace the file.
      this.#watcher = watch(dirname(path), (_kind, name) => {
        if (name !== null && name !== basename(path)) return;
        clearTimeout(this.#quiet);
        this.#quiet = setTimeout(() => void this.reload(), QUIET_MS);
      });
      this.#watcher.on("error", (error) => log.warn({ err: error }, "the policy file is not watched; it is looked at instead"));
    } catch (error) {
      log.warn({ err: error }, "the policy file is not watched; it is looked at instead");
    }
    this.#look = setInterval(() => void this.reload(), LOOK_EVERY_MS);
    this.#look.unref();
  }

  async #read(): Promise<void> {
    const text = await readOrUndefined(this.#parts.path);
    const version = text === undefined ? "missing" : policyVersion(text);
    if (version === this.#seen) return;
    const parsed = text === undefined ? undefined : parsePolicy(text);
    if (parsed?.ok === true && text !== undefined) {
      await this.#record("policy.loaded", { version, rules: parsed.policy.rules.length });
      await keep(this.#parts.path, text);
      this.#policy = parsed.policy;
      this.#problem = undefined;
    } else {
      const [first] = parsed?.ok === false ? parsed.errors : [];
      const where = { line: first?.line ?? 0, column: first?.column ?? 0, message: first?.message ?? "the file is missing" };
      await this.#record("policy.refused", { version, ...where });
      this.#problem = `policy.yaml, line ${where.line}, column ${where.column}: ${where.message}. The last good policy stays in force.`;
    }
    this.#seen = version;
    this.#tell();
  }

  /** The log has it before it binds. */
  async #record(type: AuditType, data: AuditEvent["data"]): Promise<void> {
    const event = await this.#parts.db.$transaction((tx) => appendAudit(tx, { type, actor: "system", data }));
    await this.#parts.timeline.publish(event);
  }

  #tell(): void {
    const rooms = new Set([...this.#parts.hub.all()].map((socket) => socket.roomId));
    const message = { type: "policy", ...(this.#problem === undefined ? {} : { problem: this.#problem }) } as const;
    for (const roomId of rooms) this.#parts.hub.broadcast(roomId, message);
  }
}

const goodPath = (path: string): string => `${path}.last-good`;

async function keep(path: string, text: string): Promise<void> {
  const next = `${goodPath(path)}.next`;
  await writeFile(next, text);
  await rename(next, goodPath(path));
}

async function lastGood(path: string): Promise<Policy> {
  const text = await readOrUndefined(goodPath(path));
  const kept = text === undefined ? undefined : parsePolicy(text);
  if (kept?.ok === true) return kept.policy;
  // No rule matches anything, and what nothing matches is denied.
  const recordings = [{ id: "no-policy", enabled: true, match: {}, members: false, watchers: [] }];
  return { version: policyVersion(""), rules: [], masks: { columns: [], detectors: [] }, terminals: [], recordings, files: [] };
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
