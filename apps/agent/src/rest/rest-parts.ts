import { OpenAPIHono } from "@hono/zod-openapi";
import type { Db } from "@interlock/db";
import type { Principal } from "@interlock/protocol";
import type { Logger } from "pino";
import type { CommandService } from "../command/command-service.ts";
import type { DocumentStore } from "../document/document-store.ts";
import type { FileService } from "../files/file-service.ts";
import type { UploadService } from "../files/upload-service.ts";
import type { HostKeyService } from "../host-keys/host-key-service.ts";
import type { Authenticate } from "../http/authentication.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import type { RecordingService } from "../recordings/recording-service.ts";
import type { ResultService } from "../result/result-service.ts";
import type { Membership } from "../room/membership.ts";
import type { RoomHub } from "../room/room-hub.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { WholeReads } from "../target/whole-reads.ts";
import type { Timeline } from "../timeline.ts";
import { problemResponse } from "./problem-response.ts";

/** What the REST interface calls. It decodes, calls and encodes; what may be done is decided behind it. */
export interface RestParts {
  db: Db;
  authenticate: Authenticate;
  membership: Pick<Membership, "roomOf" | "roomsOf" | "openRoom" | "setOpen">;
  commands: CommandService;
  documents: Pick<DocumentStore, "create" | "remove" | "documentsOf">;
  files: FileService;
  uploads: UploadService;
  hostKeys: HostKeyService;
  hub: Pick<RoomHub, "broadcast">;
  results: ResultService;
  recordings: RecordingService;
  connections: ConnectionRegistry;
  reads: WholeReads;
  policy: Pick<PolicyFile, "current" | "problem">;
  timeline: Timeline;
  log: Logger;
  demo: boolean;
}

export type RestApp = OpenAPIHono<RestEnv>;

/** `principal` is set before any route that needs somebody. */
export interface RestEnv {
  Variables: { principal: Principal };
}

/** A part of the interface: its routes refuse what their schemas do not admit with `bad_request`. */
export function newRoutes(): RestApp {
  return new OpenAPIHono<RestEnv>({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const where = issue === undefined || issue.path.length === 0 ? result.target : issue.path.join(".");
      return problemResponse(c, "bad_request", `${where}: ${issue?.message ?? "not valid"}`);
    },
  });
}
