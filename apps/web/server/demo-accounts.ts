import { principalOf } from "@interlock/db";
import type { Principal } from "@interlock/protocol";
import { database } from "./database.ts";

/** The accounts that anybody on this machine may use, in the order they were made. Ask only in demo mode. */
export async function demoAccounts(): Promise<Principal[]> {
  const users = await database().user.findMany({
    where: { demo: true, lockedAt: null },
    include: { groups: true },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return users.map(principalOf);
}
