import { createRoute, z } from "@hono/zod-openapi";
import { LIMITS, ok, plainLine, refuse, Room, Severity } from "@interlock/protocol";
import { answer, answers, json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const RoomId = z.object({ id: z.uuid() });
const NewRoom = z.strictObject({ title: plainLine(LIMITS.titleChars), severity: Severity.optional() });

export function roomRoutes({ membership }: RestParts): RestApp {
  const routes = newRoutes();

  const list = createRoute({
    method: "get",
    path: "/rooms",
    summary: "Every room, open ones first, newest first.",
    responses: answers(200, "The rooms.", z.array(Room)),
  });
  routes.openapi(list, async (c) => answer(c, ok(await membership.roomsOf())));

  const open = createRoute({
    method: "post",
    path: "/rooms",
    summary: "Opens a room; whoever does is its lead.",
    request: { body: { required: true, content: json(NewRoom) } },
    responses: answers(201, "The room.", Room),
  });
  routes.openapi(open, async (c) => {
    const { title, severity } = c.req.valid("json");
    // Its opener leads a room; whoever only observes must not become more than that by opening one (I8).
    if (c.get("principal").groups.length === 0) return answer(c, refuse("observer", "You are in no group."));
    return answer(c, ok(await membership.openRoom(c.get("principal"), { title, ...(severity === undefined ? {} : { severity }) })), 201);
  });

  const one = createRoute({
    method: "get",
    path: "/rooms/{id}",
    summary: "One room with its people.",
    request: { params: RoomId },
    responses: answers(200, "The room.", Room),
  });
  routes.openapi(one, async (c) => {
    const room = await membership.roomOf(c.req.valid("param").id);
    return answer(c, room === undefined ? refuse("not_found") : ok(room));
  });

  const close = createRoute({
    method: "post",
    path: "/rooms/{id}/close",
    summary: "Closes a room: no new commands, and nothing is typed in its shells. What runs goes on. Only its lead may.",
    request: { params: RoomId },
    responses: answers(200, "The room.", Room),
  });
  routes.openapi(close, async (c) => {
    const { id } = c.req.valid("param");
    if ((await membership.roomOf(id)) === undefined) return answer(c, refuse("not_found"));
    return answer(c, await membership.setOpen(c.get("principal"), id, false));
  });

  return routes;
}
