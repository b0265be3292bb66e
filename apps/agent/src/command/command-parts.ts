import type { Db } from "@interlock/db";
import type { Logger } from "pino";
import type { DocumentStore } from "../document/document-store.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import type { ResultService } from "../result/result-service.ts";
import type { RoomHub } from "../room/room-hub.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";
import type { TokenShelf } from "../token/token-shelf.ts";
import type { WholeReads } from "../target/whole-reads.ts";
import type { UndoStore } from "../undo/undo-store.ts";
import type { StagedUploads } from "../files/staged-uploads.ts";
import type { Countdowns } from "./countdowns.ts";
import type { Runs } from "./runs.ts";
import type { WorkStore } from "./work-store.ts";

/** What the life of a command touches outside this folder. */
export interface CommandParts {
  db: Db;
  hub: Pick<RoomHub, "broadcast">;
  timeline: Timeline;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "connector" | "target" | "byId">;
  results: Pick<ResultService, "record" | "recover">;
  documents: Pick<DocumentStore, "writersOf" | "files">;
  /** Told of what was written, so that nobody is shown a target as it was before. */
  reads: Pick<WholeReads, "changed">;
  undo: Pick<UndoStore, "keep" | "open" | "drop">;
  work: Pick<WorkStore, "keep" | "open">;
  uploads: Pick<StagedUploads, "read" | "drop">;
  log: Logger;
}

/** The same with what runs and waits at this moment. */
export interface Life extends CommandParts {
  runs: Runs;
  countdowns: Countdowns;
  tokens: TokenShelf;
  /** Tells the room what the command is now. */
  announce(commandId: string): Promise<void>;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

/** How long a command waits for reviews, or held, before it expires. */
export const EXPIRY_MS = 8 * 60 * 60 * 1000;
/** How long resolving and impact may each take when a command is proposed. */
export const ANALYSIS_MS = 15_000;
/** Statement timeout where policy sets none. */
export const TIMEOUT_MS = 10 * 60 * 1000;
/** The same for what goes on until somebody stops it: a log is followed for as long as an incident may take. */
export const FOLLOW_MS = 60 * 60 * 1000;
