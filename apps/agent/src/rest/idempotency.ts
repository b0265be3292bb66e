import { createHash } from "node:crypto";
import type { Db } from "@interlock/db";
import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import { problemResponse } from "./problem-response.ts";
import type { RestEnv } from "./rest-parts.ts";

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * `Idempotency-Key` on POST: the same request by the same person is done once and answered the same; another request under the same key is
 * refused. Two at the same moment wait for each other. Answers of status 5xx are not kept: those may be tried again.
 */
export function idempotency({ db, log }: { db: Db; log: Logger }): MiddlewareHandler<RestEnv> {
  const inFlight = new Map<string, Promise<void>>();
  return async (c, next) => {
    const sent = c.req.method === "POST" ? c.req.header("idempotency-key") : undefined;
    if (sent === undefined) return next();
    if (!KEY.test(sent)) return problemResponse(c, "bad_request", "An Idempotency-Key is 1 to 200 visible ASCII characters.");
    const userId = c.get("principal").id;
    const key = `rest:${sent}`;
    const slot = `${userId} ${key}`;
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([c.req.method, c.req.path, await c.req.text()]))
      .digest("hex");

    for (let before = inFlight.get(slot); before !== undefined; before = inFlight.get(slot)) await before;
    const { promise, resolve } = Promise.withResolvers<void>();
    inFlight.set(slot, promise);
    try {
      const seen = await db.idempotencyKey.findUnique({ where: { userId_key: { userId, key } } });
      if (seen !== null) {
        if (seen.fingerprint !== fingerprint) return problemResponse(c, "idempotency_conflict");
        const type = seen.status >= 400 ? "application/problem+json" : "application/json";
        return c.body(seen.body, { status: seen.status as 201, headers: { "content-type": type, "idempotency-replayed": "true" } });
      }
      await next();
      if (c.res.status < 500) {
        const data = { userId, key, fingerprint, status: c.res.status, body: await c.res.clone().text() };
        // What was asked for has happened; that its answer cannot be kept must not turn it into a failure.
        await db.idempotencyKey
          .create({ data })
          .catch((error: unknown) => log.error({ err: error }, "an answer could not be kept for its key"));
      }
    } finally {
      inFlight.delete(slot);
      resolve();
    }
  };
}
