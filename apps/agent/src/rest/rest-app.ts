import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { LIMITS, PROTOCOL_VERSION } from "@interlock/protocol";
import { analyzeRoutes } from "./analyze-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import { commandRoutes } from "./command-routes.ts";
import { connectionRoutes } from "./connection-routes.ts";
import { documentRoutes } from "./document-routes.ts";
import { fileRoutes } from "./file-routes.ts";
import { healthRoutes } from "./health-routes.ts";
import { hostKeyRoutes } from "./host-key-routes.ts";
import { idempotency } from "./idempotency.ts";
import { problemResponse } from "./problem-response.ts";
import { reachabilityRoutes } from "./reachability-routes.ts";
import { postureRoutes } from "./posture-routes.ts";
import { leastPrivilegeRoutes } from "./least-privilege-routes.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";
import { isUpload } from "./uploads.ts";
import { recordingRoutes } from "./recording-routes.ts";
import { resultRoutes } from "./result-routes.ts";
import { roomRoutes } from "./room-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { whoMayRoutes } from "./who-may-routes.ts";

export type { RestApp, RestParts } from "./rest-parts.ts";

const BASE = "/api/v1";

/** The REST interface, answering everything below /api/v1. */
export function createRestApp(parts: RestParts): RestApp {
  const app = newRoutes().basePath(BASE) as RestApp;

  app.onError((error, c) => {
    const id = crypto.randomUUID();
    if (error instanceof HTTPException && error.status === 415)
      return problemResponse(c, "bad_request", "The body must be application/json.");
    if (error instanceof SyntaxError || ("status" in error && error.status === 400))
      return problemResponse(c, "bad_request", "The body is not JSON.");
    parts.log.error({ err: error, id, method: c.req.method, path: c.req.path }, "a request failed");
    return problemResponse(c, "internal", `Look for ${id}.`);
  });
  app.notFound((c) => problemResponse(c, "not_found"));

  // Open to everybody: whether Interlock is well, and what it speaks.
  app.route("/", healthRoutes(parts));
  app.get("/openapi.json", (c) =>
    c.json(
      app.getOpenAPI31Document({
        openapi: "3.1.0",
        info: {
          title: "Interlock",
          version: String(PROTOCOL_VERSION),
          description: "Every refusal is an RFC 9457 problem with a stable `code`. POST honours Idempotency-Key.",
        },
        security: [{ bearer: [] }, { session: [] }],
      }),
    ),
  );
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", { type: "apiKey", in: "cookie", name: "next-auth.session-token" });

  app.use("*", async (c, next) => {
    const identity = await parts.authenticate(c.req.raw);
    if (identity === undefined) return problemResponse(c, "unauthenticated");
    c.set("principal", identity.principal);
    return next();
  });
  const limit = bodyLimit({
    maxSize: LIMITS.requestBytes,
    onError: (c) => problemResponse(c, "too_large", `A request body is at most ${LIMITS.requestBytes} bytes.`),
  });
  const once = idempotency(parts);
  // What is read as it arrives is known by its own digest, and has a limit of its own.
  app.use("*", (c, next) => (isUpload(c.req.method, c.req.path) ? next() : limit(c, next)));
  app.route("/", tokenRoutes(parts));
  app.use("*", (c, next) => (isUpload(c.req.method, c.req.path) ? next() : once(c, next)));

  for (const routes of [
    roomRoutes,
    documentRoutes,
    connectionRoutes,
    hostKeyRoutes,
    postureRoutes,
    analyzeRoutes,
    reachabilityRoutes,
    whoMayRoutes,
    leastPrivilegeRoutes,
    commandRoutes,
    fileRoutes,
    resultRoutes,
    recordingRoutes,
    auditRoutes,
  ])
    app.route("/", routes(parts));
  return app;
}
