import { setTimeout as pause } from "node:timers/promises";
import { createRoute, z } from "@hono/zod-openapi";
import { appendAudit } from "@interlock/db";
import {
  FINAL_STATES,
  ok,
  refuse,
  resultFileName,
  type Command,
  type Execution,
  type Outcome,
  type ResultSummary,
} from "@interlock/protocol";
import { isPrivate } from "../command/shown-secrets.ts";
import type { ResultService } from "../result/result-service.ts";
import { csvLine, uniqueNames } from "../result/table-text.ts";
import { lines, whileTrue } from "./line-stream.ts";
import { answer, answers } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

/** How often a running command is asked whether its result has begun, in milliseconds. */
const LOOK_MS = 50;
const Format = z.enum(["ndjson", "json", "csv"]);

interface Found {
  command: Command;
  execution: Execution;
  result: ResultSummary;
}

export function resultRoutes({ db, commands, results, timeline, authenticate }: RestParts): RestApp {
  const routes = newRoutes();
  const route = createRoute({
    method: "get",
    path: "/commands/{id}/result",
    summary:
      "The masked rows of a command, the first result or that of `statement`; follows one that is still running. Audited as an export.",
    description:
      "ndjson: a header {columns, statement}, each row as an array of texts (NULL is null), a trailer {rows, truncated, tookMs}. " +
      "json: an array of objects. csv: RFC 4180 with a header line; cells a spreadsheet would take for a formula begin with an apostrophe.",
    request: {
      params: z.object({ id: z.uuid() }),
      query: z.object({ statement: z.coerce.number().int().min(0).max(65_535).optional(), format: Format.default("ndjson") }),
    },
    responses: answers(200, "The rows.", z.string(), "application/x-ndjson"),
  });
  routes.openapi(route, async (c) => {
    const { statement, format } = c.req.valid("query");
    const found = await find(c.req.valid("param").id, statement, c.req.raw.signal);
    if (!found.ok) return answer(c, found);
    const { command, execution, result } = found.value;
    if (
      isPrivate({ effect: command.effect, reason: command.reason ?? null }, command.verdict) &&
      command.proposer.id !== c.get("principal").id
    )
      return answer(c, refuse("forbidden", "It holds values of Secrets, which policy shows to its proposer alone."));
    if (!(await results.isKept(execution.id, result.statement))) return answer(c, refuse("not_found", "The result is not kept any more."));
    const data = { title: command.title, executionId: execution.id, statement: result.statement, format };
    const facts = { type: "result.exported", actor: c.get("principal").name, roomId: command.roomId, commandId: command.id, data } as const;
    // The log has it before the first row leaves.
    await timeline.publish(await db.$transaction((tx) => appendAudit(tx, facts)));
    const headers: Record<string, string> = { "content-type": TYPES[format], "cache-control": "no-store" };
    // NDJSON is what scripts read; they name their files themselves.
    if (format !== "ndjson") headers["content-disposition"] = `attachment; filename="${resultFileName(command, result.statement, format)}"`;
    const text = format === "csv" ? csv(results, found.value) : format === "json" ? json(results, found.value) : ndjson(found.value);
    const welcome = async (): Promise<boolean> => (await authenticate(c.req.raw)) !== undefined;
    return c.body(lines(whileTrue(text, welcome), format === "csv" ? "\r\n" : "\n"), { headers });
  });
  return routes;

  async function find(id: string, statement: number | undefined, signal: AbortSignal): Promise<Outcome<Found>> {
    for (;;) {
      const command = await commands.get(id);
      if (command === undefined) return refuse("not_found");
      const { execution } = command;
      if (execution === undefined) return refuse("wrong_state", `It is ${command.state}; it has no result yet.`);
      const result = statement === undefined ? execution.results[0] : execution.results.find((one) => one.statement === statement);
      if (result !== undefined) return ok({ command, execution, result });
      if (FINAL_STATES.has(command.state)) return refuse("not_found", "It returned no rows.");
      await pause(LOOK_MS, undefined, { signal });
    }
  }

  async function* ndjson({ command, execution, result }: Found): AsyncGenerator<string> {
    yield JSON.stringify({ columns: result.columns, statement: result.statement });
    const source = results.rows(execution.id, result.statement);
    try {
      for (let rows = 0; ; rows++) {
        const next = await source.next();
        if (next.done !== true) {
          yield JSON.stringify(next.value);
          continue;
        }
        const now = (await commands.get(command.id))?.execution;
        const tookMs = now?.tookMs ?? Date.now() - Date.parse(execution.startedAt);
        yield JSON.stringify({ rows, truncated: next.value.truncated, tookMs, ...(now?.error === undefined ? {} : { error: now.error }) });
        return;
      }
    } finally {
      // Gives the files back when the reader went away in the middle.
      await source.return({ truncated: true });
    }
  }
}

const TYPES = {
  ndjson: "application/x-ndjson; charset=utf-8",
  json: "application/json; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
} as const;

async function* csv(results: ResultService, { execution, result }: Found): AsyncGenerator<string> {
  yield csvLine(result.columns.map(({ name }) => name));
  for await (const row of results.rows(execution.id, result.statement)) yield csvLine(row);
}

async function* json(results: ResultService, { execution, result }: Found): AsyncGenerator<string> {
  const names = uniqueNames(result.columns.map(({ name }) => name));
  let before = "[";
  for await (const row of results.rows(execution.id, result.statement)) {
    yield before + JSON.stringify(Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
