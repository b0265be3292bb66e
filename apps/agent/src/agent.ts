import { join } from "node:path";
import { appendAudit, becomeSoleAgent, createDb, type Db } from "@interlock/db";
import { CLOSE, type AuditType } from "@interlock/protocol";
import type { Config } from "./config.ts";
import { seedDemo } from "./demo.ts";
import { DocumentStore } from "./document/document-store.ts";
import { welcomeToDocument } from "./document/document-welcome.ts";
import { Door } from "./door/door.ts";
import { OpenSockets } from "./door/open-sockets.ts";
import { keepHouse } from "./housekeeping.ts";
import { createAuthentication } from "./http/authentication.ts";
import { serve } from "./http/server.ts";
import type { Log } from "./log.ts";
import { watchRevocations } from "./revocation.ts";
import { Membership } from "./room/membership.ts";
import { S3Objects } from "./recordings/s3-objects.ts";
import { keepRecordings } from "./recordings/retention.ts";
import { Presence } from "./room/presence.ts";
import { RoomHub } from "./room/room-hub.ts";
import { welcomeToRoom } from "./room/room-welcome.ts";
import { createServices } from "./services.ts";
import { welcomeToTerminal } from "./terminal/terminal-welcome.ts";
import { CONNECTORS } from "./target/connectors.ts";
import { Timeline } from "./timeline.ts";

export interface Agent {
  port: number;
  /** Aborted, with the reason, when this agent may not go on: another one has its database. Its owner must end the process. */
  displaced: AbortSignal;
  /** Sockets are told to come back (1012), what runs is settled, the database is left last. */
  stop(): Promise<void>;
}

/** Requests in flight get this long to be answered when the agent stops, in milliseconds. */
const GRACE_MS = 1_000;

const OCCUPIED =
  "Another Interlock agent works on this database; two would undo each other's work. Stop it, or give this one a database of its own (DATABASE_URL).";

/** Resolves when the agent answers. The database must be migrated. */
export async function createAgent(config: Config, log: Log): Promise<Agent> {
  const db = createDb(config.databaseUrl, { max: 20 });
  const ending = new AbortController();
  const displaced = new AbortController();
  try {
    const sole = await becomeSoleAgent(config.databaseUrl, (error) => displaced.abort(error), ending.signal);
    if (sole === undefined) throw new Error(OCCUPIED);
    const hub = new RoomHub();
    const timeline = new Timeline(db, hub);
    const membership = new Membership(db, hub, timeline);
    const languages = new Map(CONNECTORS.map(({ name, language }) => [name, language]));
    const documents = new DocumentStore({ db, timeline, languageOf: (connector) => languages.get(connector), log });
    if (config.demo) await seedDemo({ config, db, documents, log });
    await audited(db, "system.started");
    const authenticate = createAuthentication({ db, secret: config.secret });
    const chunkObjects = config.recordings === undefined ? {} : { chunkObjects: new S3Objects(config.recordings) };
    // Said before somebody opens a shell that cannot be recorded; nothing waits for it.
    void chunkObjects.chunkObjects?.try().catch((error: unknown) => log.error({ err: error }, "recordings cannot be stored"));
    const services = await createServices({
      config: { ...config, ...chunkObjects },
      db,
      hub,
      documents,
      timeline,
      membership,
      authenticate,
      log,
    });
    const sockets = new OpenSockets();
    await watchRevocations(
      { databaseUrl: config.databaseUrl, db, sockets, log, runs: [services.commands, services.terminals] },
      ending.signal,
    );
    const presence = new Presence({ db, hub, timeline, log });
    keepHouse({ db, timeline, results: join(config.home, "results"), resultDays: config.resultDays, log }, ending.signal);
    keepRecordings(services.recordings, ending.signal);
    const door = new Door({
      db,
      origins: config.origins,
      sockets,
      log,
      welcome: {
        room: welcomeToRoom({ db, hub, membership, documents, services, presence, log, demo: config.demo }),
        doc: welcomeToDocument({ db, documents, membership, timeline, log }),
        term: welcomeToTerminal({ terminals: services.terminals, membership }),
      },
    });
    const server = await serve({ port: config.port, host: config.host, origins: config.origins, door, rest: services.rest });
    return {
      port: server.port,
      displaced: displaced.signal,
      stop: async () => {
        const closed = server.close(GRACE_MS);
        sockets.end(CLOSE.restart, "restart");
        await services.stop();
        await Promise.all([closed, documents.stop(), presence.stop()]);
        await audited(db, "system.stopped");
        ending.abort();
        await db.$disconnect();
      },
    };
  } catch (error) {
    ending.abort();
    await db.$disconnect();
    throw error;
  }
}

/** The log says when the agent was there; the timeline shows it to nobody, since it is of no room. */
async function audited(db: Db, type: AuditType): Promise<void> {
  await db.$transaction((tx) => appendAudit(tx, { type, actor: "system", data: {} }));
}
