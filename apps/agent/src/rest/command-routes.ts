import { createRoute, z } from "@hono/zod-openapi";
import {
  Command,
  CommandFile,
  HostOrder,
  LIMITS,
  ok,
  plainLine,
  plainText,
  refuse,
  Statement,
  type Connection,
  type Outcome,
} from "@interlock/protocol";
import type { CommandAct } from "../command/command-service.ts";
import { connectionNamed } from "./connection-routes.ts";
import { GIVEN_FILES } from "./given-files.ts";
import { answer, answers, json } from "./problem-response.ts";
import { newRoutes, type RestApp, type RestParts } from "./rest-parts.ts";

const Id = z.object({ id: z.uuid() });
/** Any text: what is no digest at all is a wrong digest, and says so by its code. */
const Digest = z.string().max(200).describe("The command's digest, as it was read.");
/** What somebody says to a proposal of any kind. */
const Terms = z.strictObject({
  reason: plainText(LIMITS.reasonChars).optional(),
  maxRows: z.number().int().nonnegative().max(2_147_483_647).optional(),
  dryRun: z.boolean().default(false).describe("Do everything but commit; it is judged and reviewed like a run."),
});
const UndoTerms = Terms.extend({
  rest: z
    .boolean()
    .optional()
    .describe("What was changed since is left as it is, and the rest is put back; only where objects are put back one by one."),
});
const Proposal = Terms.extend({
  /** Name or id. */
  connection: plainLine(200),
  text: z.string(),
  ...GIVEN_FILES,
  hosts: z
    .strictObject({
      connections: z.array(plainLine(200)).max(LIMITS.commandHosts).optional().describe("Names or ids of further connections it runs on."),
      labels: z
        .record(z.string(), z.string())
        .optional()
        .describe("Also on every connection of the same kind that has all of these labels, by name."),
      order: HostOrder.optional().describe("By default one after the other, stopping at the first that fails."),
    })
    .optional(),
});
/** A file as it was frozen, with what is in it. */
const FrozenFile = CommandFile.extend({ content: z.string() });
const Review = z.strictObject({
  digest: Digest,
  decision: z.enum(["approve", "reject"]),
  comment: plainText(LIMITS.reasonChars).optional(),
});
/** A command with its statements where scripts look for them. */
const CommandAnswer = Command.extend({ statements: z.array(Statement) });

export function commandRoutes({ commands, connections, membership }: RestParts): RestApp {
  const routes = newRoutes();

  const list = createRoute({
    method: "get",
    path: "/rooms/{id}/commands",
    summary: "The commands of a room, newest first.",
    request: { params: Id, query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(200) }) },
    responses: answers(200, "The commands.", z.array(CommandAnswer)),
  });
  routes.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    if ((await membership.roomOf(id)) === undefined) return answer(c, refuse("not_found"));
    return answer(c, ok((await commands.list(id, c.req.valid("query").limit)).map(withStatements)));
  });

  const propose = createRoute({
    method: "post",
    path: "/rooms/{id}/commands",
    summary: "Freezes a text into a command. What policy allows runs at once; a denied one is recorded and answered as such.",
    request: { params: Id, body: { required: true, content: json(Proposal) } },
    responses: answers(201, "The command.", CommandAnswer),
  });
  routes.openapi(propose, async (c) => {
    const { connection: name, text, files, stdin, hosts, ...terms } = c.req.valid("json");
    const principal = c.get("principal");
    const connection = await connectionNamed(connections, name);
    if (connection === undefined) return answer(c, refuse("unknown_connection"));
    const others = hosts === undefined ? ok(undefined) : await furtherHosts(connections, connection, hosts);
    if (!others.ok) return answer(c, others);
    const proposed = await commands.propose({
      principal,
      roomId: c.req.valid("param").id,
      connectionId: connection.id,
      ...(others.value === undefined ? {} : { hosts: others.value }),
      ...(hosts?.order === undefined ? {} : { hostOrder: hosts.order }),
      text,
      ...(files === undefined ? {} : { files }),
      ...(stdin === undefined ? {} : { stdin }),
      authors: [principal.id],
      ...said(terms, c.req.header("idempotency-key")),
    });
    return answer(c, shown(proposed), 201);
  });

  const undo = createRoute({
    method: "post",
    path: "/commands/{id}/undo",
    summary: "Proposes to put back what a command changed. It is a command of its own: judged, reviewed and run like any other.",
    request: { params: Id, body: { required: false, content: json(UndoTerms) } },
    responses: answers(201, "The command that will put it back.", CommandAnswer),
  });
  routes.openapi(undo, async (c) => {
    const { rest, ...terms } = UndoTerms.parse(c.req.valid("json") ?? {});
    const proposed = await commands.undo({
      principal: c.get("principal"),
      commandId: c.req.valid("param").id,
      ...(rest === undefined ? {} : { rest }),
      ...said(terms, c.req.header("idempotency-key")),
    });
    return answer(c, shown(proposed), 201);
  });

  const again = createRoute({
    method: "post",
    path: "/commands/{id}/again",
    summary: "Proposes the same again, as things are now, with the authors it had. Only what is over.",
    request: { params: Id },
    responses: answers(201, "The new command.", CommandAnswer),
  });
  routes.openapi(again, async (c) => {
    const key = c.req.header("idempotency-key");
    const commandId = c.req.valid("param").id;
    const proposed = await commands.again({
      principal: c.get("principal"),
      commandId,
      ...(key === undefined ? {} : { key: `rest:${key}` }),
    });
    return answer(c, shown(proposed), 201);
  });

  const one = createRoute({
    method: "get",
    path: "/commands/{id}",
    summary: "One command with everything a reviewer needs.",
    request: { params: Id },
    responses: answers(200, "The command.", CommandAnswer),
  });
  routes.openapi(one, async (c) => {
    const command = await commands.get(c.req.valid("param").id);
    return answer(c, command === undefined ? refuse("not_found") : ok(withStatements(command)));
  });

  const files = createRoute({
    method: "get",
    path: "/commands/{id}/files",
    summary: "What a command reads besides its text, as it was frozen; standard input is called -. The digest is over their hashes.",
    request: { params: Id },
    responses: answers(200, "The files.", z.array(FrozenFile)),
  });
  routes.openapi(files, async (c) => {
    const found = await commands.files(c.req.valid("param").id);
    return answer(c, found === undefined ? refuse("not_found") : ok(found));
  });

  const review = createRoute({
    method: "post",
    path: "/commands/{id}/reviews",
    summary: "Approves or rejects exactly the digest that was read.",
    request: { params: Id, body: { required: true, content: json(Review) } },
    responses: answers(201, "The command.", CommandAnswer),
  });
  routes.openapi(review, async (c) => {
    const { digest, decision, comment } = c.req.valid("json");
    const input = { principal: c.get("principal"), commandId: c.req.valid("param").id, digest, decision };
    return answer(c, shown(await commands.review(comment === undefined ? input : { ...input, comment })), 201);
  });

  const run = createRoute({
    method: "post",
    path: "/commands/{id}/run",
    summary: "Resumes a held command; it runs at once.",
    request: { params: Id, body: { required: true, content: json(z.strictObject({ digest: Digest })) } },
    responses: answers(200, "The command.", CommandAnswer),
  });
  routes.openapi(run, async (c) => {
    const { digest } = c.req.valid("json");
    return answer(c, shown(await commands.run({ principal: c.get("principal"), commandId: c.req.valid("param").id, digest })));
  });

  const acts = [
    ["hold", "Stops the countdown; run resumes it.", (act: CommandAct) => commands.hold(act)],
    ["cancel", "Stops a running command; its outcome follows.", (act: CommandAct) => commands.cancel(act)],
    ["withdraw", "Takes back a command that has not run.", (act: CommandAct) => commands.withdraw(act)],
  ] as const;
  for (const [name, summary, act] of acts) {
    const route = createRoute({
      method: "post",
      path: `/commands/{id}/${name}`,
      summary,
      request: { params: Id },
      responses: answers(200, "The command.", CommandAnswer),
    });
    routes.openapi(route, async (c) => answer(c, shown(await act({ principal: c.get("principal"), commandId: c.req.valid("param").id }))));
  }

  return routes;
}

function withStatements(command: Command): z.infer<typeof CommandAnswer> {
  return { ...command, statements: command.impact.statements };
}

function shown(outcome: Outcome<Command>): Outcome<z.infer<typeof CommandAnswer>> {
  return outcome.ok ? ok(withStatements(outcome.value)) : outcome;
}

/** The terms that were given, with an idempotency key that no other way in can have used. */
function said({ reason, maxRows, dryRun }: z.infer<typeof Terms>, key: string | undefined) {
  return {
    dryRun,
    ...(reason === undefined ? {} : { reason }),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(key === undefined ? {} : { key: `rest:${key}` }),
  };
}

/** Those that are named, in that order, then those that the labels find. What was found is what is frozen: a label set later adds no host. */
async function furtherHosts(
  connections: RestParts["connections"],
  own: Connection,
  { connections: names = [], labels }: { connections?: string[] | undefined; labels?: Record<string, string> | undefined },
): Promise<Outcome<string[]>> {
  const all = await connections.list();
  const named: string[] = [];
  for (const name of names) {
    const found = all.find((one) => one.name === name || one.id === name);
    if (found === undefined) return refuse("unknown_connection", `There is no connection ${name}.`);
    named.push(found.id);
  }
  if (labels === undefined) return ok(named);
  const wanted = Object.entries(labels);
  const alike = all.filter((one) => one.connector === own.connector && wanted.every(([label, value]) => one.labels[label] === value));
  if (wanted.length === 0 || alike.length === 0) return refuse("unknown_connection", "No connection has these labels.");
  return ok([...new Set([...named, ...alike.map(({ id }) => id)])].filter((id) => id !== own.id));
}
