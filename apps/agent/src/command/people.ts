import type { Tx } from "@interlock/db";
import type { Person, Role } from "@interlock/protocol";

/** A person as rules about people need them: fresh groups, not those of the moment of signing in. */
export interface Human extends Person {
  groups: string[];
  identities: string[];
  locked: boolean;
}

/** By user id; ids nobody has are absent. */
export async function humans(db: Pick<Tx, "user">, ids: Iterable<string>): Promise<Map<string, Human>> {
  const rows = await db.user.findMany({ where: { id: { in: [...new Set(ids)] } }, include: { groups: true } });
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        name: row.name,
        displayName: row.displayName,
        color: row.color,
        identities: row.identities,
        groups: row.groups.map(({ group }) => group),
        locked: row.lockedAt !== null,
      },
    ]),
  );
}

interface Identified {
  id: string;
  name: string;
  identities: readonly string[];
}

/** Whether two accounts stand for one human: the same account, or any identity in common (I4). */
export function sameHuman(a: Identified, b: Identified): boolean {
  if (a.id === b.id) return true;
  const names = new Set([a.name, ...a.identities].map((name) => name.toLowerCase()));
  return [b.name, ...b.identities].some((name) => names.has(name.toLowerCase()));
}

/** The role somebody acts with: their membership's, else what joining would give them. */
export async function actingRole(
  db: Pick<Tx, "roomMember">,
  roomId: string,
  who: { id: string; groups: readonly string[] },
): Promise<Role> {
  const member = await db.roomMember.findUnique({ where: { roomId_userId: { roomId, userId: who.id } }, select: { role: true } });
  if (member?.role === "lead" || member?.role === "responder" || member?.role === "observer") return member.role;
  return who.groups.length > 0 ? "responder" : "observer";
}

export function personOf({ id, name, displayName, color }: Person): Person {
  return { id, name, displayName, color };
}
