/** A service of its own for the crash test: proposes one text, says when rows of it are on disk, and runs until it is killed. */
import { createDb, principalOf } from "@interlock/db";
import { DocumentStore } from "../src/document/document-store.ts";
import { createLog } from "../src/log.ts";
import { Membership } from "../src/room/membership.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { createServices } from "../src/services.ts";
import { Timeline } from "../src/timeline.ts";

const input = JSON.parse(process.env["CHILD"] ?? "{}") as Record<
  "databaseUrl" | "home" | "key" | "roomId" | "connectionId" | "userId" | "text",
  string
>;
const db = createDb(input.databaseUrl);
const hub = new RoomHub();
const log = createLog("error");
const timeline = new Timeline(db, hub);
const services = await createServices({
  config: { home: input.home, key: new Uint8Array(Buffer.from(input.key, "base64")), demo: false, undoDays: 30 },
  db,
  hub,
  timeline,
  membership: new Membership(db, hub, timeline),
  documents: new DocumentStore({ db, timeline, languageOf: () => "sql", log }),
  authenticate: () => Promise.resolve(undefined),
  log,
});
const user = await db.user.findUniqueOrThrow({ where: { id: input.userId }, include: { groups: true } });
const proposed = await services.commands.propose({
  principal: principalOf(user),
  roomId: input.roomId,
  connectionId: input.connectionId,
  text: input.text,
  authors: [],
});
if (!proposed.ok) throw new Error(`${proposed.code}: ${proposed.detail ?? ""}`);
const { id } = proposed.value;
const look = setInterval(() => {
  void services.commands.get(id).then((command) => {
    const result = command?.execution?.results[0];
    if (command?.state !== "running" || result === undefined || result.chunks < 2) return;
    clearInterval(look);
    process.stdout.write(`${JSON.stringify({ id, rows: 1 })}\n`);
  });
}, 20);
