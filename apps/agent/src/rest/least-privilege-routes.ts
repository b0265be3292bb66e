import { createRoute, z } from "@hono/zod-openapi";
import { LeastPrivilegePage, LIMITS, PeopleUse, plainLine, PrivilegeDetail, refuse, UsageImport } from "@interlock/protocol";
import { LeastPrivilegeService, LONGEST_DAYS } from "../rights/least-privilege-service.ts";
import { connectionNamed } from "./connection-routes.ts";
import { answer, answers } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

/** Most subjects in one answer. */
const MOST = 1_000;
const Id = z.object({ id: plainLine(200) });
const Days = z.coerce.number().int().min(1).max(LONGEST_DAYS).default(LONGEST_DAYS);

export function leastPrivilegeRoutes(parts: RestParts): RestApp {
  const routes = newRoutes();
  const service = new LeastPrivilegeService(parts);
  const named = (id: string) => connectionNamed(parts.connections, id);

  const page = createRoute({
    method: "get",
    path: "/connections/{id}/least-privilege",
    summary:
      "What accounts, people and groups may do on a cluster against what imported audit logs say they did. It only reads. The id may be the name.",
    request: {
      params: Id,
      query: z.object({
        days: Days,
        kind: z.enum(["User", "Group", "ServiceAccount"]).optional(),
        show: z
          .enum(["dangerous", "idle", "gone", "smaller"])
          .optional()
          .describe("Only those with dangerous rights, no use, uses without a right, or a smaller role."),
        q: plainLine(200).optional().describe("Words that are all in the name, its groups or its dangerous rights."),
        system: z.enum(["true", "false"]).optional().describe("Also what belongs to Kubernetes itself."),
        fresh: z.enum(["true", "false"]).optional().describe("Read anew, even if it was read a moment ago."),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(0).max(MOST).default(200),
      }),
    },
    responses: answers(
      200,
      "Everybody in figures, those first whose dangerous rights were not used; what the logs tell of.",
      LeastPrivilegePage,
    ),
  });
  routes.openapi(page, async (c) => {
    const connection = await named(c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    const { system, fresh, ...query } = c.req.valid("query");
    return answer(c, await service.page(c.get("principal"), connection, { ...query, system: system === "true", fresh: fresh === "true" }));
  });

  const detail = createRoute({
    method: "get",
    path: "/connections/{id}/least-privilege/{subject}",
    summary: "Every right of one of them with its use, and smaller roles as lines of kubectl. Nothing runs by asking.",
    request: { params: Id.extend({ subject: plainLine(100) }), query: z.object({ days: Days }) },
    responses: answers(200, "By binding, role and rule.", PrivilegeDetail),
  });
  routes.openapi(detail, async (c) => {
    const { id, subject } = c.req.valid("param");
    const connection = await named(id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    return answer(c, await service.detail(c.get("principal"), connection, subject, c.req.valid("query").days));
  });

  const people = createRoute({
    method: "get",
    path: "/connections/{id}/people-use",
    summary: "What people may do on a connection by policy, and what was run for them by Interlock's own record.",
    request: { params: Id, query: z.object({ days: Days }) },
    responses: answers(200, "Everybody who is not locked out.", PeopleUse),
  });
  routes.openapi(people, async (c) => {
    const connection = await named(c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    return answer(c, await service.people(c.get("principal"), connection, c.req.valid("query").days));
  });

  const add = createRoute({
    method: "post",
    path: "/connections/{id}/usage-imports",
    summary: `Imports an API server's audit log: the body is the log itself, one audit.k8s.io/v1 Event a line or an EventList, packed by gzip or not, at most ${LIMITS.auditLogBytes / 1024 / 1024} MiB as it is sent. Uses of rights are kept, its text is not. The same log again changes nothing.`,
    request: {
      params: Id,
      query: z.object({ name: plainLine(200).default("audit.log").describe("What the file is called.") }),
      body: { required: true, content: { "application/octet-stream": { schema: z.string() } } },
    },
    responses: answers(201, "What was read of it, and how many lines could not be.", UsageImport),
  });
  routes.openapi(add, async (c) => {
    const connection = await named(c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    const body = c.req.raw.body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
    return answer(
      c,
      await service.import(c.get("principal"), connection, c.req.valid("query").name, body as AsyncIterable<Uint8Array>),
      201,
    );
  });

  const remove = createRoute({
    method: "delete",
    path: "/connections/{id}/usage-imports/{import}",
    summary: "Takes out what an imported log told, e.g. one of another cluster.",
    request: { params: Id.extend({ import: z.uuid() }) },
    responses: answers(200, "It is gone.", z.object({})),
  });
  routes.openapi(remove, async (c) => {
    const { id, import: of } = c.req.valid("param");
    const connection = await named(id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    return answer(c, await service.remove(c.get("principal"), connection, of));
  });

  return routes;
}
