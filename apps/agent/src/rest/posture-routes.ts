import { createRoute, z } from "@hono/zod-openapi";
import { plainLine, PostureArea, PosturePage, PostureSeverity, refuse, TargetRoles } from "@interlock/protocol";
import { PostureService } from "../posture/posture-service.ts";
import { connectionNamed } from "./connection-routes.ts";
import { JUDGED_ROOM } from "./judged-room-field.ts";
import { answer, answers } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

/** Most findings in one answer: some megabytes. */
const MOST = 1_000;

/** A label's key: an optional prefix and a name (Kubernetes, "Labels and Selectors"). */
const LabelKey = z.string().regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/);

export function postureRoutes(parts: RestParts): RestApp {
  const routes = newRoutes();
  const service = new PostureService(parts);

  const route = createRoute({
    method: "get",
    path: "/connections/{id}/posture",
    summary: "How well a cluster is set up: every check, and what it found with evidence and a fix. It only reads. The id may be the name.",
    request: {
      params: z.object({ id: plainLine(200) }),
      query: z.object({
        check: plainLine(100).optional().describe("Only findings of this check."),
        severity: PostureSeverity.optional(),
        area: PostureArea.optional(),
        namespace: plainLine(100).optional(),
        q: plainLine(200).optional().describe("Words that are all in what is found."),
        system: z.enum(["with", "without", "only"]).optional().describe("Whether findings of Kubernetes itself are told."),
        label: LabelKey.optional().describe("Label that says which environment a namespace belongs to; default env."),
        room: JUDGED_ROOM,
        fresh: z.enum(["true", "false"]).optional().describe("Read anew, even if it was read less than a minute ago."),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(0).max(MOST).default(200),
      }),
    },
    responses: answers(200, "The checks, the figures of all findings, and a part of the findings.", PosturePage),
  });
  routes.openapi(route, async (c) => {
    const connection = await connectionNamed(parts.connections, c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    const { fresh, room, ...query } = c.req.valid("query");
    return answer(c, await service.page(c.get("principal"), connection, { ...query, fresh: fresh === "true" }, room));
  });

  const roles = createRoute({
    method: "get",
    path: "/connections/{id}/roles",
    summary: "Who may do what on a cluster: its roles and their bindings, as they are. It only reads. The id may be the name.",
    request: { params: z.object({ id: plainLine(200) }), query: z.object({ room: JUDGED_ROOM }) },
    responses: answers(200, "The objects, and what could not be read.", TargetRoles),
  });
  routes.openapi(roles, async (c) => {
    const connection = await connectionNamed(parts.connections, c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    return answer(c, await service.roles(c.get("principal"), connection, c.req.valid("query").room));
  });

  return routes;
}
