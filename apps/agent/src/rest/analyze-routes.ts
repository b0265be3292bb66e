import { createRoute, z } from "@hono/zod-openapi";
import { plainly, TargetError } from "@interlock/connector";
import { Impact, LIMITS, ok, plainLine, readsAsItIs, refuse, Verdict, type Connection, type Outcome } from "@interlock/protocol";
import { asCommandFiles, freezeFiles, type FrozenFile } from "../command/files.ts";
import { unknownImpact } from "../command/foresight.ts";
import { judgeNow } from "../command/judgement.ts";
import { judgedRoom } from "../room/judged-room.ts";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import { connectionNamed } from "./connection-routes.ts";
import { JUDGED_ROOM } from "./judged-room-field.ts";
import { GIVEN_FILES } from "./given-files.ts";
import { answer, answers, json, problemResponse } from "./problem-response.ts";
import { RateLimit } from "./rate-limit.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const Analyze = z.strictObject({ connection: plainLine(200), room: JUDGED_ROOM, text: z.string(), ...GIVEN_FILES });
const Analysis = z.object({ impact: Impact, verdict: Verdict });
/** Longest analysis, in milliseconds; after that it is unknown (I3). */
const ANALYSIS_MS = 15_000;

export function analyzeRoutes({ db, connections, membership, policy, timeline }: RestParts): RestApp {
  const routes = newRoutes();
  const audit = new AnalysisAudit(db, timeline);
  const rate = new RateLimit({ burst: 300, perSecond: 30 });
  const route = createRoute({
    method: "post",
    path: "/analyze",
    summary: "What a text would do and what policy says of it. Never executes.",
    request: { body: { required: true, content: json(Analyze) } },
    responses: answers(200, "Impact and verdict.", Analysis),
  });
  routes.openapi(route, async (c) => {
    const { connection: name, room: roomId, text, files: sent, stdin } = c.req.valid("json");
    const principal = c.get("principal");
    // Exact counts answer questions about rows; an observer asks none (I8).
    if (principal.groups.length === 0) return problemResponse(c, "observer", "You are in no group.");
    if (!rate.admits(principal.id)) return problemResponse(c, "too_many_requests");
    if (Buffer.byteLength(text) > LIMITS.commandBytes)
      return problemResponse(c, "too_large", `A text is at most ${LIMITS.commandBytes} bytes.`);
    if (!readsAsItIs(text))
      return problemResponse(c, "bad_request", "The text holds control characters, or ones that change how it is displayed.");
    if (text.trim() === "") return problemResponse(c, "empty_command");
    const connection = await connectionNamed(connections, name);
    if (connection === undefined) return problemResponse(c, "unknown_connection");
    const connector = connections.connector(connection.connector);
    if (connector === undefined) return problemResponse(c, "unknown_connection", `No connector speaks ${connection.connector}.`);
    const room = await judgedRoom(membership, principal, roomId);
    if (!room.ok) return answer(c, room);
    const files = await freezeFiles({ text, connector, connectionId: connection.id, files: sent, stdin });
    if (!files.ok) return answer(c, files);
    const data = { connection: connection.name };
    await audit.once(`analyze ${connection.id} ${roomId ?? ""}`, { actor: principal.name, roomId, data });
    const inForce = policy.current;
    const impact = await foresee(connection, text, files.value);
    if (!impact.ok) return answer(c, impact);
    const verdict = judgeNow(inForce, { proposer: principal, connection, room: room.value, impact: impact.value });
    return answer(c, ok({ impact: plainly(impact.value), verdict }));
  });
  return routes;

  async function foresee(connection: Connection, text: string, files: readonly FrozenFile[]): Promise<Outcome<Impact>> {
    const started = performance.now();
    const signal = AbortSignal.timeout(ANALYSIS_MS);
    let late = false;
    try {
      const target = await connections.target(connection.id);
      const read = asCommandFiles(files);
      const options = { signal, exact: true, ...(read === undefined ? {} : { files: read }) };
      const impact = await target.impact(text, options).catch((error: unknown) => {
        late = signal.aborted;
        throw error;
      });
      // Nothing known can also mean that nobody answers, and that has a name of its own.
      if (impact.effect === "unknown" && !impact.complete) await target.ping(AbortSignal.timeout(ANALYSIS_MS));
      return ok(impact);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      // Whatever a request says that was ended so.
      if (!late && error.code !== "analysis_timeout") return refuse(error.code, error.message);
      const parsed = connections.connector(connection.connector)?.parse(text) ?? { statements: [], diagnostics: [] };
      return ok(unknownImpact(parsed, performance.now() - started, "The impact could not be worked out in time."));
    }
  }
}
