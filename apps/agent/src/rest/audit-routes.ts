import { createRoute, z } from "@hono/zod-openapi";
import { auditEventOf, type Db } from "@interlock/db";
import type { Principal } from "@interlock/protocol";
import { lines } from "./line-stream.ts";
import { answers } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const PAGE = 500;

export function auditRoutes({ db }: RestParts): RestApp {
  const routes = newRoutes();
  const stream = createRoute({
    method: "get",
    path: "/audit",
    summary: "Audit events after `after`, oldest first, one a line: all for members of `admins`, else those of one's own rooms and acts.",
    request: { query: z.object({ after: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).default(0) }) },
    responses: answers(200, "One AuditEvent as JSON in each line.", z.string(), "application/x-ndjson"),
  });
  routes.openapi(stream, async (c) => {
    const { after } = c.req.valid("query");
    return c.body(lines(events(db, c.get("principal"), after)), {
      headers: { "content-type": "application/x-ndjson; charset=utf-8", "cache-control": "no-store" },
    });
  });
  return routes;
}

async function* events(db: Db, principal: Principal, after: number): AsyncGenerator<string> {
  let visible = {};
  if (!principal.groups.includes("admins")) {
    const rooms = await db.roomMember.findMany({ where: { userId: principal.id }, select: { roomId: true } });
    visible = { OR: [{ roomId: { in: rooms.map(({ roomId }) => roomId) } }, { actor: principal.name }] };
  }
  for (let last = BigInt(after); ;) {
    const rows = await db.auditEvent.findMany({ where: { ...visible, seq: { gt: last } }, orderBy: { seq: "asc" }, take: PAGE });
    for (const row of rows) yield JSON.stringify(auditEventOf(row));
    const newest = rows.at(-1);
    if (newest === undefined) return;
    last = newest.seq;
  }
}
