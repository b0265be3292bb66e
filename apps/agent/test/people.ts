import { createSession, issueTicket, type Db } from "@interlock/db";

export interface TestPerson {
  id: string;
  name: string;
  sessionId: string;
}

/** A signed-in person. */
export async function signIn(db: Db, name: string, groups: string[] = ["responders"]): Promise<TestPerson> {
  const user = await db.user.upsert({
    where: { name },
    update: {},
    create: { name, displayName: name, color: "#5b8cff", groups: { create: groups.map((group) => ({ group })) } },
  });
  const { id } = await createSession(db, user.id);
  return { id: user.id, name, sessionId: id };
}

export const ticketFor = (db: Db, person: TestPerson): Promise<string> =>
  issueTicket(db, { userId: person.id, sessionId: person.sessionId });
