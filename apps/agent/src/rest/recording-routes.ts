import { createRoute, z } from "@hono/zod-openapi";
import {
  plainLine,
  Recording,
  RecordingCheck,
  RecordingCommands,
  RecordingFinding,
  RecordingFindings,
  RecordingHoldRequest,
  Recordings,
} from "@interlock/protocol";
import { lines, whileTrue } from "./line-stream.ts";
import { answer, answers, json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const Id = z.object({ id: z.uuid() });
const Query = z.object({ room: z.uuid().optional(), connection: plainLine(200).optional(), before: z.string().max(100).optional() });
const Text = z.string().trim().min(1).max(200);
/** Recordings of one page. */
const PAGE = { least: 1, most: 200, usual: 50 };

export function recordingRoutes({ recordings, authenticate }: RestParts): RestApp {
  const routes = newRoutes();

  const list = createRoute({
    method: "get",
    path: "/recordings",
    summary: "Recordings of shells that one may watch, of every room or one, newest first.",
    request: { query: Query.extend({ limit: z.coerce.number().int().min(PAGE.least).max(PAGE.most).default(PAGE.usual) }) },
    responses: answers(200, "A page; `next` is the `before` of the next one.", Recordings),
  });
  routes.openapi(list, async (c) => {
    const { room, limit, ...query } = c.req.valid("query");
    return answer(c, await recordings.list(c.get("principal"), { ...query, roomId: room }, limit));
  });

  const searchAll = createRoute({
    method: "get",
    path: "/recordings/search",
    summary: "Recordings in which a text was shown, in any case of its letters, newest first. Audited.",
    request: { query: Query.extend({ q: Text }) },
    responses: answers(200, "Those with a match, or that could not be read whole; `next` goes on with older ones.", RecordingFindings),
  });
  routes.openapi(searchAll, async (c) => {
    const { room, q, ...query } = c.req.valid("query");
    return answer(c, await recordings.searchAll(c.get("principal"), { ...query, roomId: room }, q, c.req.raw.signal));
  });

  const one = createRoute({
    method: "get",
    path: "/recordings/{id}",
    summary: "What is known of the recording of a shell, by the shell's id. Nothing that was shown.",
    request: { params: Id },
    responses: answers(200, "The recording.", Recording),
  });
  routes.openapi(one, async (c) => answer(c, await recordings.one(c.get("principal"), c.req.valid("param").id)));

  const cast = createRoute({
    method: "get",
    path: "/recordings/{id}/cast",
    summary: "What was shown, as asciicast v3 or v2; of a shell that goes on, as far as it is stored. Audited before the first byte.",
    description:
      "Every piece is checked before it is sent. A recording that was changed breaks off where it was; its check says where. " +
      "`player=true`: to be watched and not kept, which is what the log says of it then; where it was changed, its last line is a comment that says so.",
    request: {
      params: Id,
      query: z.object({ format: z.enum(["v2", "v3"]).default("v3"), player: z.enum(["true", "false"]).default("false") }),
    },
    responses: answers(200, "Lines of the asciicast.", z.string(), "application/x-asciicast"),
  });
  routes.openapi(cast, async (c) => {
    const { id } = c.req.valid("param");
    const { format, player } = c.req.valid("query");
    const principal = c.get("principal");
    const found = await recordings.cast(principal, id, format, player === "true");
    if (!found.ok) return answer(c, found);
    const headers: Record<string, string> = { "content-type": "application/x-asciicast", "cache-control": "no-store" };
    if (player === "false") headers["content-disposition"] = `attachment; filename="${id}.${format}.cast"`;
    const welcome = async (): Promise<boolean> => (await authenticate(c.req.raw)) !== undefined && (await recordings.one(principal, id)).ok;
    return c.body(lines(whileTrue(found.value, welcome), ""), { headers });
  });

  const commands = createRoute({
    method: "get",
    path: "/recordings/{id}/commands",
    summary: "The commands that ran in a recorded shell, with their exit codes, where its shell told. Audited.",
    request: { params: Id },
    responses: answers(200, "In their order.", RecordingCommands),
  });
  routes.openapi(commands, async (c) => answer(c, await recordings.commands(c.get("principal"), c.req.valid("param").id)));

  const search = createRoute({
    method: "get",
    path: "/recordings/{id}/search",
    summary: "Where a text was shown in a recording, in any case of its letters. Audited.",
    request: { params: Id, query: z.object({ q: Text }) },
    responses: answers(200, "The lines, in the order of time.", RecordingFinding),
  });
  routes.openapi(search, async (c) =>
    answer(c, await recordings.search(c.get("principal"), c.req.valid("param").id, c.req.valid("query").q)),
  );

  const check = createRoute({
    method: "get",
    path: "/recordings/{id}/check",
    summary: "Whether a recording is what was recorded: every piece, their order, and the hash that the audit log has of them.",
    request: { params: Id },
    responses: answers(200, "What was found.", RecordingCheck),
  });
  routes.openapi(check, async (c) => answer(c, await recordings.check(c.get("principal"), c.req.valid("param").id)));

  const hold = createRoute({
    method: "post",
    path: "/recordings/{id}/hold",
    summary: "Keeps a recording from being removed, for a reason; without one lets it go again. Members of admins only.",
    request: { params: Id, body: { content: json(RecordingHoldRequest), required: true } },
    responses: answers(200, "The recording as it is now.", Recording),
  });
  routes.openapi(hold, async (c) => {
    const { reason } = c.req.valid("json");
    return answer(c, await recordings.hold(c.get("principal"), c.req.valid("param").id, reason?.trim() === "" ? undefined : reason));
  });
  return routes;
}
