import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Principal } from "@interlock/protocol";

/** Who sends this request: a bearer token, or the session cookie (with the Origin already checked); undefined for nobody. */
export type Authenticate = (request: Request) => Promise<{ principal: Principal; sessionId?: string } | undefined>;
export type RestApp = OpenAPIHono;
/** Mounted at /api/v1; `app.fetch(request)` answers everything below it. */
export declare function createRestApp(parts: unknown): RestApp;
