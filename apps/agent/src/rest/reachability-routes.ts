import { createRoute } from "@hono/zod-openapi";
import { plainLine, Reachability, ReachQuestion } from "@interlock/protocol";
import { ReachService } from "../reach/reach-service.ts";
import { connectionNamed } from "./connection-routes.ts";
import { JUDGED_ROOM } from "./judged-room-field.ts";
import { answer, answers, json, problemResponse } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const Question = ReachQuestion.extend({ connection: plainLine(200), room: JUDGED_ROOM }).strict();

export function reachabilityRoutes(parts: RestParts): RestApp {
  const routes = newRoutes();
  const reach = new ReachService(parts);
  const route = createRoute({
    method: "post",
    path: "/reachability",
    summary: "Whether a cluster's network policies let a connection through, why, and the smallest change that would. Changes nothing.",
    request: { body: { required: true, content: json(Question) } },
    responses: answers(200, "The answer; blocked is an answer, too.", Reachability),
  });
  routes.openapi(route, async (c) => {
    const { connection: name, room, ...question } = c.req.valid("json");
    const connection = await connectionNamed(parts.connections, name);
    if (connection === undefined) return problemResponse(c, "unknown_connection");
    return answer(c, await reach.ask(c.get("principal"), connection, question, room));
  });
  return routes;
}
