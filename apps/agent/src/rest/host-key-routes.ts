import { createRoute, z } from "@hono/zod-openapi";
import { HostKey, HostKeyDecision, HostKeys, ok, plainLine, refuse } from "@interlock/protocol";
import { connectionNamed } from "./connection-routes.ts";
import { answer, answers, json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

export function hostKeyRoutes({ connections, hostKeys }: RestParts): RestApp {
  const routes = newRoutes();

  const list = createRoute({
    method: "get",
    path: "/connections/{id}/host-keys",
    summary: "The keys that the hosts of a connection answered with, and which are approved. The id may be the name.",
    request: { params: z.object({ id: plainLine(200) }) },
    responses: answers(200, "The keys, newest first.", HostKeys),
  });
  routes.openapi(list, async (c) => {
    const connection = await connectionNamed(connections, c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    return answer(c, ok({ keys: await hostKeys.list(connection.id) }));
  });

  const decide = createRoute({
    method: "post",
    path: "/connections/{id}/host-keys/{keyId}",
    summary: "Approves or refuses a host's key, by the fingerprint that was compared with the host's own. Members of admins only.",
    request: {
      params: z.object({ id: plainLine(200), keyId: z.uuid() }),
      body: { content: json(HostKeyDecision), required: true },
    },
    responses: answers(200, "The key as it is now.", HostKey),
  });
  routes.openapi(decide, async (c) => {
    const { id, keyId } = c.req.valid("param");
    const connection = await connectionNamed(connections, id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    return answer(c, await hostKeys.decide(c.get("principal"), connection, keyId, c.req.valid("json")));
  });
  return routes;
}
