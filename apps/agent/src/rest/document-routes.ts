import { createRoute, z } from "@hono/zod-openapi";
import { Document, LIMITS, ok, plainLine, readsAsItIs, refuse, type Principal, type Refusal } from "@interlock/protocol";
import { actingRole } from "../command/people.ts";
import { connectionNamed } from "./connection-routes.ts";
import { answer, answers, json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const RoomId = z.object({ id: z.uuid() });
const NewDocument = z.strictObject({
  name: plainLine(80).describe("A command reads it under this name: kubectl apply -f deploy.yaml"),
  connection: plainLine(200).describe("Name or id."),
  text: z.string().default(""),
});

/** Documents of a room for scripts and for files that somebody drops into it; browsers edit them over their own socket. */
export function documentRoutes({ db, documents, hub, membership, connections }: RestParts): RestApp {
  const routes = newRoutes();

  const list = createRoute({
    method: "get",
    path: "/rooms/{id}/documents",
    summary: "The documents of a room, oldest first. Commands read them as files by their names.",
    request: { params: RoomId },
    responses: answers(200, "The documents.", z.array(Document)),
  });
  routes.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    if ((await membership.roomOf(id)) === undefined) return answer(c, refuse("not_found"));
    return answer(c, ok(await documents.documentsOf(id)));
  });

  const add = createRoute({
    method: "post",
    path: "/rooms/{id}/documents",
    summary: "Adds a document or a file to a room. Whoever does counts as the author of its text.",
    request: { params: RoomId, body: { required: true, content: json(NewDocument) } },
    responses: answers(201, "The document.", Document),
  });
  routes.openapi(add, async (c) => {
    const { id } = c.req.valid("param");
    const { name, connection: named, text } = c.req.valid("json");
    const principal = c.get("principal");
    const refusal = await mayNot(id, principal);
    if (refusal !== undefined) return answer(c, refusal);
    if (Buffer.byteLength(text) > LIMITS.commandFileBytes)
      return answer(c, refuse("too_large", `A file is at most ${LIMITS.commandFileBytes} bytes.`));
    if (!readsAsItIs(text))
      return answer(
        c,
        refuse("bad_request", "The file is no text that reads as it is: it holds control characters, or ones that hide or reorder others."),
      );
    const connection = await connectionNamed(connections, named);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    const made = await documents.create({
      roomId: id,
      name,
      connectionId: connection.id,
      actor: principal,
      initialText: text,
      author: principal.id,
    });
    if (made.ok) hub.broadcast(id, { type: "document", document: made.value });
    return answer(c, made, 201);
  });

  const remove = createRoute({
    method: "delete",
    path: "/rooms/{id}/documents/{documentId}",
    summary: "Takes a document out of a room. Commands that were proposed keep what they read of it.",
    request: { params: RoomId.extend({ documentId: z.uuid() }) },
    responses: answers(200, "It is gone.", z.object({})),
  });
  routes.openapi(remove, async (c) => {
    const { id, documentId } = c.req.valid("param");
    const principal = c.get("principal");
    const refusal = await mayNot(id, principal);
    if (refusal !== undefined) return answer(c, refusal);
    const removed = await documents.remove({ roomId: id, documentId, actor: principal });
    if (!removed.ok) return answer(c, removed);
    hub.broadcast(id, { type: "document.gone", documentId });
    return answer(c, ok({}));
  });

  return routes;

  async function mayNot(roomId: string, principal: Principal): Promise<Refusal | undefined> {
    const room = await membership.roomOf(roomId);
    if (room === undefined) return refuse("not_found");
    if ((await actingRole(db, roomId, principal)) === "observer") return refuse("observer");
    return room.open ? undefined : refuse("room_closed");
  }
}
