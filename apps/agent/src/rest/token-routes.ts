import { createRoute, z } from "@hono/zod-openapi";
import { FetchedToken } from "@interlock/protocol";
import { answer, answers } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

/** Stands before idempotency keys: an answer with a token is never kept, and the same request is not answered twice. */
export function tokenRoutes({ commands }: Pick<RestParts, "commands">): RestApp {
  const routes = newRoutes();
  const route = createRoute({
    method: "post",
    path: "/commands/{id}/tokens",
    summary:
      "Hands the tokens that a command was given to the person who proposed it. Once: they are not kept. An Idempotency-Key has no meaning here.",
    request: { params: z.object({ id: z.uuid() }) },
    responses: answers(200, "The tokens, each with a kubeconfig that has nothing else in it.", z.array(FetchedToken)),
  });
  routes.openapi(route, async (c) => {
    const response = answer(c, await commands.fetchTokens({ principal: c.get("principal"), commandId: c.req.valid("param").id }));
    response.headers.set("cache-control", "no-store");
    return response;
  });
  return routes;
}
