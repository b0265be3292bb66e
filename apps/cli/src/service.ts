import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Connection, Impact, Problem, Reachability, STANDARD_INPUT, Verdict, type ReachQuestion } from "@interlock/protocol";
import { EXIT, Stop, unreachable, usage } from "./exit.ts";
import type { GivenFiles } from "./given-files.ts";
import type { Terminal } from "./terminal.ts";

export const UNKNOWN_FORM = "Interlock answers in a form that this version does not know.";

/** What the service answered, as what it should be. */
export function readAnswer<T>(reader: { safeParse(value: unknown): { success: boolean; data?: T } }, value: unknown): T {
  const { data } = reader.safeParse(value);
  if (data === undefined) throw unreachable(UNKNOWN_FORM);
  return data;
}

/** Longest that the service may take, in milliseconds: planning runs a program for each line. */
const LONGEST_MS = 60_000;

export interface Analysis {
  impact: Impact;
  verdict: Verdict;
}

/** A page of what the service answers, as the person the token is of. `path` is below /api/v1. */
export async function getFromService(token: string, path: string, terminal: Terminal): Promise<unknown> {
  return (await askService(token, path, undefined, terminal)).body;
}

/** Lines of JSON as the service sends them, in order, for as long as it takes. */
export async function* linesFromService(token: string, path: string, terminal: Terminal): AsyncGenerator<unknown> {
  const url = new URL(`/api/v1${path}`, await serviceUrl(terminal));
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal: terminal.signal, redirect: "error" }).catch((error: unknown) => {
    if (terminal.signal.aborted) throw error;
    throw unreachable(`Interlock does not answer at ${url.origin}.`, error);
  });
  if (!response.ok || response.body === null)
    throw refused(Problem.safeParse(await response.json().catch(() => undefined)).data, response.status);
  let rest = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as unknown;
  }
  if (rest !== "") yield JSON.parse(rest) as unknown;
}

/** What the service answers to something that is sent, as the person the token is of. */
export async function postToService(token: string, path: string, sent: object, terminal: Terminal): Promise<unknown> {
  return (await askService(token, path, sent, terminal)).body;
}

/** Asks a running Interlock, as the person the token is of: what a text would do and what policy says of it. */
export async function analyzeByService(
  token: string,
  { connection, text, files }: { connection: string; text: string; files: GivenFiles },
  terminal: Terminal,
): Promise<Analysis> {
  const { files: named, stdin } = parts(files);
  const { body } = await askService(
    token,
    "/analyze",
    { connection, text, ...(named && { files: named }), ...(stdin !== undefined && { stdin }) },
    terminal,
  );
  const { impact, verdict } = (body ?? {}) as Partial<Record<keyof Analysis, unknown>>;
  return { impact: readAnswer(Impact, impact), verdict: readAnswer(Verdict, verdict) };
}

/** What policy goes by of a connection of a running Interlock. */
export async function connectionByService(token: string, name: string, terminal: Terminal): Promise<Connection> {
  const { body } = await askService(token, "/connections", undefined, terminal);
  const found = Connection.array()
    .safeParse(body)
    .data?.find((one) => one.name === name || one.id === name);
  if (found === undefined) throw unreachable(`Interlock tells nothing of the connection ${JSON.stringify(name)}.`);
  return found;
}

/** Asks it whether a connection is let through. */
export async function reachByService(
  token: string,
  asked: ReachQuestion & { connection: string },
  terminal: Terminal,
): Promise<Reachability> {
  const { body } = await askService(token, "/reachability", asked, terminal);
  return readAnswer(Reachability, body);
}

/** Sends `body` where there is one. Stops with what the service says where it refuses. */
async function askService(token: string, path: string, sent: object | undefined, terminal: Terminal): Promise<{ body: unknown }> {
  const url = new URL(`/api/v1${path}`, await serviceUrl(terminal));
  const posts = sent !== undefined;
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, {
      method: posts ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, ...(posts && { "content-type": "application/json" }) },
      ...(posts && { body: JSON.stringify(sent) }),
      signal: AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]),
      // A token must not follow to another place.
      redirect: "error",
    });
    body = await response.json();
  } catch (error) {
    if (terminal.signal.aborted) throw error;
    throw unreachable(`Interlock does not answer at ${url.origin}.`, error);
  }
  if (!response.ok) throw refused(Problem.safeParse(body).data, response.status);
  return { body };
}

function parts(files: GivenFiles): { files?: Record<string, string>; stdin?: string } {
  const stdin = files.get(STANDARD_INPUT);
  const named = Object.fromEntries([...files].filter(([name]) => name !== STANDARD_INPUT));
  return { ...(Object.keys(named).length > 0 && { files: named }), ...(stdin !== undefined && { stdin }) };
}

function refused(problem: Problem | undefined, status: number): Stop {
  if (problem === undefined) return unreachable(`Interlock answers ${status} without saying why.`);
  const words = [problem.title, problem.detail, problem.next]
    .filter((part) => part !== undefined)
    .join(". ")
    .replaceAll("..", ".");
  if (problem.status === 401 || problem.status >= 500) return unreachable(words);
  return problem.code === "unknown_connection" || problem.code === "file_missing" || problem.status === 403 || problem.status === 410
    ? new Stop(EXIT.finding, words)
    : usage(words);
}

/** What INTERLOCK_URL says, else where the service of this state folder runs. */
export async function serviceUrl({ config }: Terminal): Promise<string> {
  if (config.url !== undefined) {
    if (!URL.canParse(config.url) || !/^https?:$/.test(new URL(config.url).protocol))
      throw usage("INTERLOCK_URL must be a URL that begins with https:// or http://");
    return config.url;
  }
  const text = await readFile(join(config.home, "front.json"), "utf8").catch(() => undefined);
  const url = text === undefined ? undefined : (JSON.parse(text) as { url?: unknown }).url;
  if (typeof url !== "string") throw unreachable("Where Interlock runs is not known: set INTERLOCK_URL.");
  return url;
}
