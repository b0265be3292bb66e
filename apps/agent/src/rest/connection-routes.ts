import { createRoute, z } from "@hono/zod-openapi";
import { TargetError } from "@interlock/connector";
import { Connection, ok, plainLine, refuse, SchemaTree } from "@interlock/protocol";
import { isId } from "../room/membership.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import { answer, answers } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

/** Longest wait for a catalogue, in milliseconds. */
const SCHEMA_MS = 10_000;

/** By name, or by id. */
export async function connectionNamed(
  connections: Pick<ConnectionRegistry, "byId" | "byName">,
  name: string,
): Promise<Connection | undefined> {
  return (await connections.byName(name)) ?? (isId(name) ? connections.byId(name) : undefined);
}

export function connectionRoutes({ connections }: RestParts): RestApp {
  const routes = newRoutes();

  const list = createRoute({
    method: "get",
    path: "/connections",
    summary: "Every connection by name, without its credential, and whether its target answers now.",
    request: {
      query: z.object({
        ping: z.enum(["true", "false"]).optional().describe("false: no target is asked; whether it answers is as it was known last."),
      }),
    },
    responses: answers(200, "The connections.", z.array(Connection)),
  });
  routes.openapi(list, async (c) => {
    // Targets are watched only while somebody is in a room; who asks from outside gets what is so now.
    if (c.req.valid("query").ping !== "false") await Promise.all((await connections.list()).map(({ id }) => connections.ping(id)));
    return answer(c, ok(await connections.list()));
  });

  const schema = createRoute({
    method: "get",
    path: "/connections/{id}/schema",
    summary: "Its catalogue, as the reading role sees it. The id may be the name.",
    request: { params: z.object({ id: plainLine(200) }) },
    responses: answers(200, "The schemas.", SchemaTree),
  });
  routes.openapi(schema, async (c) => {
    const connection = await connectionNamed(connections, c.req.valid("param").id);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    try {
      const target = await connections.target(connection.id);
      return answer(c, ok(await target.schema(AbortSignal.timeout(SCHEMA_MS))));
    } catch (error) {
      if (error instanceof TargetError) return answer(c, refuse(error.code, error.message));
      throw error;
    }
  });

  return routes;
}
