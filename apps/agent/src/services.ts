import { join } from "node:path";
import type { HostPrograms } from "@interlock/connector";
import type { Db } from "@interlock/db";
import type { Logger } from "pino";
import { CommandService } from "./command/command-service.ts";
import type { DocumentStore } from "./document/document-store.ts";
import { DraftService } from "./draft/draft-service.ts";
import { FileGate } from "./files/file-gate.ts";
import { FileService } from "./files/file-service.ts";
import { StagedUploads } from "./files/staged-uploads.ts";
import { UploadService } from "./files/upload-service.ts";
import { ObjectService } from "./objects/object-service.ts";
import { PolicyFile } from "./policy/policy-file.ts";
import type { ChunkObjects } from "./recordings/chunk-objects.ts";
import { RecordingService, type RecordingParts } from "./recordings/recording-service.ts";
import { ResultService } from "./result/result-service.ts";
import type { Authenticate } from "./http/authentication.ts";
import { createRestApp, type RestApp } from "./rest/rest-app.ts";
import { HostKeyService } from "./host-keys/host-key-service.ts";
import type { Membership } from "./room/membership.ts";
import type { RoomHub } from "./room/room-hub.ts";
import type { AllowedSocket } from "./target/agent-sockets.ts";
import { ConnectionRegistry } from "./target/connection-registry.ts";
import { WholeReads } from "./target/whole-reads.ts";
import type { Timeline } from "./timeline.ts";
import { TerminalService } from "./terminal/terminal-service.ts";
import { TerminalStreams } from "./terminal/terminal-stream.ts";
import { WorkStore } from "./command/work-store.ts";
import { UndoStore } from "./undo/undo-store.ts";

export interface ServiceConfig {
  /** Absolute path of the state folder. */
  home: string;
  /** 32 bytes that seal stored credentials. */
  key: Uint8Array;
  demo: boolean;
  /** How long what a run changed is kept for undo, in days. */
  undoDays: number;
  hostPrograms?: HostPrograms;
  agentSockets?: readonly AllowedSocket[];
  /** Where pieces of recordings go; without it into the database. */
  chunkObjects?: ChunkObjects;
}

export interface ServiceParts {
  config: ServiceConfig;
  db: Db;
  hub: RoomHub;
  documents: DocumentStore;
  timeline: Timeline;
  membership: Membership;
  authenticate: Authenticate;
  log: Logger;
}

export interface Services {
  commands: CommandService;
  drafts: DraftService;
  results: ResultService;
  objects: ObjectService;
  terminals: TerminalService;
  /** What retention works with. */
  recordings: RecordingParts;
  connections: ConnectionRegistry;
  policy: PolicyFile;
  timeline: Timeline;
  rest: RestApp;
  /** Ends timers, watchers and target sockets; running commands are cancelled and their outcome is written first. */
  stop(): Promise<void>;
}

/** Builds everything that stands between a transport and a target. Resolves when the policy is loaded and interrupted commands are settled. */
export async function createServices(parts: ServiceParts): Promise<Services> {
  const { config, db, hub, documents, timeline, log } = parts;
  const policy = await PolicyFile.open({ path: join(config.home, "policy.yaml"), db, hub, timeline, log });
  const hostKeys = new HostKeyService({ db, timeline, log });
  const connections = new ConnectionRegistry({
    hostKeys,
    db,
    hub,
    timeline,
    key: config.key,
    policy,
    log,
    ...(config.hostPrograms === undefined ? {} : { host: config.hostPrograms }),
    agentSockets: config.agentSockets ?? [],
  });
  const results = new ResultService({ db, folder: join(config.home, "results"), log });
  const undo = new UndoStore({ db, key: config.key, days: config.undoDays });
  const reads = new WholeReads();
  const staged = new StagedUploads({ folder: join(config.home, "uploads"), key: config.key });
  const commands = new CommandService({
    reads,
    db,
    hub,
    timeline,
    membership: parts.membership,
    policy,
    connections,
    results,
    documents,
    undo,
    work: new WorkStore({ db, key: config.key }),
    uploads: staged,
    log,
  });
  const drafts = new DraftService({ db, hub, documents, policy, connections, timeline, log });
  const objects = new ObjectService({ db, policy, connections, timeline });
  const recordings: RecordingParts = { db, policy, timeline, objects: config.chunkObjects, log };
  const terminals = new TerminalService({
    db,
    hub,
    policy,
    connections,
    membership: parts.membership,
    timeline,
    streams: new TerminalStreams({ db, policy, timeline, objects: config.chunkObjects, log }),
    log,
  });
  const fileParts = { db, policy, connections, timeline };
  const gate = new FileGate(fileParts);
  const files = new FileService(fileParts, gate);
  const uploads = new UploadService({ ...fileParts, commands, staged, log }, gate);
  const rest = createRestApp({
    ...parts,
    files,
    uploads,
    hostKeys,
    demo: config.demo,
    policy,
    connections,
    reads,
    results,
    recordings: new RecordingService(recordings),
    commands,
  });
  await commands.recover();
  await terminals.recover();
  connections.watch();
  return {
    commands,
    drafts,
    results,
    objects,
    terminals,
    recordings,
    connections,
    policy,
    timeline,
    rest,
    stop: async () => {
      drafts.stop();
      uploads.stop();
      await terminals.stop();
      await policy.stop();
      await commands.stop();
      await connections.stop();
    },
  };
}
