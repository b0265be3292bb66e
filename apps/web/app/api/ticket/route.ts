import { issueTicket } from "@interlock/db";
import { type ErrorCode, problem } from "@interlock/protocol";
import { currentSession } from "../../../server/current-session.ts";
import { database } from "../../../server/database.ts";
import { isSameOrigin } from "../../../server/same-origin.ts";

/** A one-use right to open one socket, for the session behind the cookie. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return refused("origin_refused");
  try {
    const session = await currentSession();
    if (!session) return refused("unauthenticated");
    const ticket = await issueTicket(database(), { userId: session.principal.id, sessionId: session.id });
    return Response.json({ ticket }, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    console.error("no ticket could be issued", error);
    return refused("internal");
  }
}

function refused(code: ErrorCode): Response {
  const document = problem(code);
  return new Response(JSON.stringify(document), {
    status: document.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}
