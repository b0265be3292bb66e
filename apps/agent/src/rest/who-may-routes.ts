import { createRoute } from "@hono/zod-openapi";
import { plainLine, RightQuestion, WhoMay } from "@interlock/protocol";
import { WhoMayService } from "../rights/who-may-service.ts";
import { connectionNamed } from "./connection-routes.ts";
import { answer, answers, json, problemResponse } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const Question = RightQuestion.extend({ connection: plainLine(200) })
  .strict()
  .refine(
    ({ resource, nonResourceURL }) => (resource === undefined) !== (nonResourceURL === undefined),
    "give either resource or nonResourceURL",
  );

export function whoMayRoutes(parts: RestParts): RestApp {
  const routes = newRoutes();
  const service = new WhoMayService(parts);
  const route = createRoute({
    method: "post",
    path: "/who-may",
    summary: "Who may do something on a cluster, by every binding, role and rule that gives it. It only reads.",
    request: { body: { required: true, content: json(Question) } },
    responses: answers(200, "Everybody who may; nobody is an answer, too.", WhoMay),
  });
  routes.openapi(route, async (c) => {
    const { connection: name, ...question } = c.req.valid("json");
    const connection = await connectionNamed(parts.connections, name);
    if (connection === undefined) return problemResponse(c, "unknown_connection");
    return answer(c, await service.ask(c.get("principal"), connection, question));
  });
  return routes;
}
