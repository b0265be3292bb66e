import { createRoute, z } from "@hono/zod-openapi";
import {
  FilePreview,
  HostFolder,
  LIMITS,
  plainText,
  refuse,
  StagedUpload,
  Command,
  type Connection,
  type Outcome,
} from "@interlock/protocol";
import type { FileAsk } from "../files/file-gate.ts";
import { byteStream } from "./byte-stream.ts";
import { connectionNamed } from "./connection-routes.ts";
import { answer, answers, json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const Room = z.object({ id: z.uuid() });
const Path = z
  .string()
  .min(1)
  .max(4096)
  .describe("Absolute, or from the account's home; links and .. are resolved, and the answer says where that is.");
const Place = z.object({ connection: z.string().min(1).max(200).describe("Its name or id."), path: Path });
const Words = plainText(LIMITS.reasonChars);

export function fileRoutes({ connections, files, uploads, authenticate }: RestParts): RestApp {
  const routes = newRoutes();
  const place = async (
    principal: FileAsk["principal"],
    roomId: string,
    { connection, path }: z.infer<typeof Place>,
  ): Promise<Outcome<FileAsk>> => {
    const found: Connection | undefined = await connectionNamed(connections, connection);
    return found === undefined ? refuse("unknown_connection") : { ok: true, value: { principal, roomId, connection: found, path } };
  };

  const list = createRoute({
    method: "get",
    path: "/rooms/{id}/files",
    summary: "A folder of a host: names, sizes, modes, owners, times. Each time is in the audit log.",
    request: { params: Room, query: Place },
    responses: answers(200, "The folder, and what the asker may do with its files.", HostFolder),
  });
  routes.openapi(list, async (c) => {
    const ask = await place(c.get("principal"), c.req.valid("param").id, c.req.valid("query"));
    return answer(c, ask.ok ? await files.list(ask.value, c.req.raw.signal) : ask);
  });

  const preview = createRoute({
    method: "get",
    path: "/rooms/{id}/files/preview",
    summary: "The beginning of a host's text file, at most 256 KiB, masked.",
    request: { params: Room, query: Place },
    responses: answers(200, "Its beginning; no text where it is none in UTF-8.", FilePreview),
  });
  routes.openapi(preview, async (c) => {
    const ask = await place(c.get("principal"), c.req.valid("param").id, c.req.valid("query"));
    return answer(c, ask.ok ? await files.preview(ask.value, c.req.raw.signal) : ask);
  });

  const content = createRoute({
    method: "get",
    path: "/rooms/{id}/files/content",
    summary: "A host's file as it is, nothing masked; only where policy says so. In the audit log before the first byte.",
    request: { params: Room, query: Place.extend({ reason: Words.optional() }) },
    responses: answers(200, "Its bytes.", z.string(), "application/octet-stream"),
  });
  routes.openapi(content, async (c) => {
    const { reason, ...where } = c.req.valid("query");
    const ask = await place(c.get("principal"), c.req.valid("param").id, where);
    if (!ask.ok) return answer(c, ask);
    const stop = new AbortController();
    const outgoing = await files.download({ ...ask.value, reason }, AbortSignal.any([c.req.raw.signal, stop.signal]));
    if (!outgoing.ok) return answer(c, outgoing);
    const { path, size, bytes } = outgoing.value;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const welcome = async (): Promise<boolean> => (await authenticate(c.req.raw)) !== undefined;
    return c.body(byteStream(bytes, welcome, stop), {
      headers: {
        "content-type": "application/octet-stream",
        "cache-control": "no-store",
        "content-disposition": `attachment; filename="file"; filename*=UTF-8''${encodeURIComponent(name)}`,
        // A file below /proc says that it has none.
        ...(size > 0 ? { "content-length": String(size) } : {}),
      },
    });
  });

  const receive = createRoute({
    method: "post",
    path: "/rooms/{id}/uploads",
    summary: "Takes in bytes for a host and says what putting them there would do. Nothing is written on the host.",
    request: {
      params: Room,
      query: Place,
      body: { required: true, content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } } },
    },
    responses: answers(201, "What was received, what it would replace, and what policy says.", StagedUpload),
  });
  routes.openapi(receive, async (c) => {
    const ask = await place(c.get("principal"), c.req.valid("param").id, c.req.valid("query"));
    if (!ask.ok) return answer(c, ask);
    const { body, signal } = c.req.raw;
    return answer(c, await uploads.receive(ask.value, (body ?? new Blob([]).stream()) as AsyncIterable<Uint8Array>, signal), 201);
  });

  const propose = createRoute({
    method: "post",
    path: "/rooms/{id}/uploads/{uploadId}/propose",
    summary: "Makes a command of what was received: judged, agreed to by its hash, and run like any other.",
    request: {
      params: Room.extend({ uploadId: z.uuid() }),
      body: { required: true, content: json(z.strictObject({ reason: Words.optional() })) },
    },
    responses: answers(201, "The command.", Command),
  });
  routes.openapi(propose, async (c) => {
    const { id, uploadId } = c.req.valid("param");
    const key = c.req.header("idempotency-key");
    const said = { reason: c.req.valid("json").reason, key: key === undefined ? undefined : `rest:${key}` };
    return answer(c, await uploads.propose(c.get("principal"), id, uploadId, said), 201);
  });

  const drop = createRoute({
    method: "delete",
    path: "/rooms/{id}/uploads/{uploadId}",
    summary: "Drops what was received and is not to be proposed.",
    request: { params: Room.extend({ uploadId: z.uuid() }) },
    responses: answers(200, "It is gone.", z.object({})),
  });
  routes.openapi(drop, async (c) => {
    const { id, uploadId } = c.req.valid("param");
    return answer(c, await uploads.drop(c.get("principal"), id, uploadId));
  });

  const agreed = createRoute({
    method: "get",
    path: "/commands/{id}/upload",
    summary: "The beginning of what a command puts on a host, masked, for those who agree to it.",
    request: { params: Room },
    responses: answers(200, "Its beginning; no text where it is none in UTF-8.", FilePreview),
  });
  routes.openapi(agreed, async (c) => answer(c, await uploads.preview(c.req.valid("param").id)));
  return routes;
}
