import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appendAudit, DEMO_PASSWORD, DEMO_USERS, hashPassword, sealSecret, type Db } from "@interlock/db";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { DocumentStore } from "./document/document-store.ts";
import type { Log } from "./log.ts";

const DATABASE = {
  name: "payments-db",
  connector: "postgres",
  environment: "prod",
  labels: { team: "payments", tier: "critical" },
} as const;
const CLUSTER = { name: "eks-prod", connector: "kubernetes", environment: "prod", labels: { team: "platform", tier: "critical" } } as const;
const ROOM = { title: "payments 5xx after deploy", severity: "SEV-1" } as const;

/** Fits the demo target's data: the deploy was at 23:40, and the statement at the end would delete the 12,431 orders it left behind. */
const CLEANUP = `-- orders left in "pending" by the bad deploy; everybody in this room types here
SELECT status, count(*) FROM payments.orders
 WHERE created_at > '2026-11-20 23:40+00' GROUP BY 1;

DELETE FROM payments.orders
 WHERE status = 'pending'
   AND created_at > '2026-11-20 23:40+00';
`;

const TargetFile = z.object({ read: z.string(), write: z.string() });

export interface DemoParts {
  config: Pick<Config, "home" | "key">;
  db: Db;
  documents: DocumentStore;
  log: Log;
}

/** Makes what the tour needs and is not there yet. Idempotent; changed addresses of the demo's targets are taken over. */
export async function seedDemo(parts: DemoParts): Promise<void> {
  await seedUsers(parts.db);
  const connectionId = await seedDatabase(parts);
  await seedCluster(parts);
  if ((await parts.db.room.count()) === 0) await seedRoom(parts, connectionId);
}

async function seedUsers(db: Db): Promise<void> {
  for (const { groups, ...user } of DEMO_USERS) {
    const known = await db.user.findUnique({ where: { name: user.name } });
    if (known !== null) continue;
    const passwordHash = await hashPassword(DEMO_PASSWORD);
    await db.user.create({ data: { ...user, passwordHash, demo: true, groups: { create: groups.map((group) => ({ group })) } } });
  }
}

async function seedDatabase(parts: DemoParts): Promise<string> {
  const text = await readFile(join(parts.config.home, "demo-target.json"), "utf8");
  return seedConnection(parts, DATABASE, TargetFile.parse(JSON.parse(text)));
}

/** Its cluster lives in the memory of a process of its own, so address and credential are new at every start. */
async function seedCluster(parts: DemoParts): Promise<void> {
  const file = join(parts.config.home, "demo-cluster.kubeconfig");
  const kubeconfig = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (kubeconfig === undefined) return parts.log.info({ file }, "no demo cluster was started");
  await seedConnection(parts, CLUSTER, { kubeconfig });
}

async function seedConnection({ config, db }: DemoParts, connection: typeof DATABASE | typeof CLUSTER, secret: unknown): Promise<string> {
  const { name, connector, environment } = connection;
  const known = await db.connection.findUnique({ where: { name } });
  if (known !== null) {
    // Sealed anew at every start: comparing would mean opening it, and the key may have changed with the target.
    await db.connection.update({ where: { id: known.id }, data: { secret: sealSecret(config.key, known.id, secret) } });
    return known.id;
  }
  const id = crypto.randomUUID();
  await db.$transaction(async (tx) => {
    await tx.connection.create({ data: { id, ...connection, secret: sealSecret(config.key, id, secret) } });
    await appendAudit(tx, { type: "connection.created", actor: "system", data: { connectionId: id, name, connector, environment } });
  });
  return id;
}

async function seedRoom({ db, documents, log }: DemoParts, connectionId: string): Promise<void> {
  const oncall = await db.user.findUniqueOrThrow({ where: { name: "oncall" } });
  const room = await db.$transaction(async (tx) => {
    const made = await tx.room.create({ data: { ...ROOM, openedBy: oncall.id, members: { create: { userId: oncall.id, role: "lead" } } } });
    await appendAudit(tx, { type: "room.opened", actor: oncall.name, roomId: made.id, data: { ...ROOM } });
    return made;
  });
  const made = await documents.create({ roomId: room.id, name: "cleanup.sql", connectionId, actor: oncall, initialText: CLEANUP });
  if (!made.ok) throw new Error(`the demo document could not be made: ${made.code}`);
  log.info({ roomId: room.id }, "the demo room is there");
}
