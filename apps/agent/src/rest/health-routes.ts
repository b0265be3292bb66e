import { createRoute, z } from "@hono/zod-openapi";
import { json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const PART = z.enum(["up", "down"]);
const Health = z.object({ ok: z.boolean(), database: PART, agent: PART, target: PART.optional() });
/** Longest wait for a part, in milliseconds. */
const ANSWER_MS = 3_000;
/** The connection whose target belongs to demo mode. */
const DEMO_CONNECTION = "payments-db";

export function healthRoutes({ db, connections, demo, log }: RestParts): RestApp {
  const routes = newRoutes();
  const route = createRoute({
    method: "get",
    path: "/health",
    summary: "200 only when the database, the agent and, in demo mode, the demo target answer. Needs nobody signed in.",
    security: [],
    responses: {
      200: { description: "Every part answers.", content: json(Health) },
      503: { description: "A part does not answer.", content: json(Health) },
    },
  });
  routes.openapi(route, async (c) => {
    const [database, target] = await Promise.all([up(db.$queryRaw`SELECT 1`), demo ? up(demoTarget()) : undefined]);
    const ok = database === "up" && target !== "down";
    return c.json({ ok, database, agent: "up" as const, ...(target === undefined ? {} : { target }) }, ok ? 200 : 503);
  });
  return routes;

  async function demoTarget(): Promise<void> {
    const connection = await connections.byName(DEMO_CONNECTION);
    if (connection === undefined) throw new Error("the demo connection is not there yet");
    await (await connections.target(connection.id)).ping(AbortSignal.timeout(ANSWER_MS));
  }

  async function up(part: PromiseLike<unknown>): Promise<"up" | "down"> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("no answer in time")), ANSWER_MS);
    try {
      await Promise.race([part, late.promise]);
      return "up";
    } catch (error) {
      log.warn({ err: error }, "a part of Interlock does not answer");
      return "down";
    } finally {
      clearTimeout(timer);
    }
  }
}
