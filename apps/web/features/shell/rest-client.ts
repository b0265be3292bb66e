import { type Outcome, ok, Problem, refuse } from "@interlock/protocol";

/** What reads a value out of JSON: a zod schema. */
interface Reader<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

interface Options {
  signal?: AbortSignal | undefined;
  /** Idempotency-Key: a request sent again with it is done once. */
  key?: string;
}

/**
 * The REST API of the agent, as this signed-in person. Answers and refusals are values; when nothing answers, that is a refusal, too
 * (`target_down` is about targets, so it is `internal` with a detail that says so). Rejects only when aborted.
 */
export const rest = {
  get: <T>(path: string, reader: Reader<T>, signal?: AbortSignal): Promise<Outcome<T>> =>
    call(`/api/v1${path}`, { method: "GET", signal }, reader),
  post: <T>(path: string, body: unknown, reader: Reader<T>, { signal, key }: Options = {}): Promise<Outcome<T>> =>
    call(
      `/api/v1${path}`,
      {
        method: "POST",
        signal,
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...(key ? { "idempotency-key": key } : {}) },
      },
      reader,
    ),
  /** Sends a file as it is. */
  upload: <T>(path: string, body: Blob, reader: Reader<T>, signal?: AbortSignal): Promise<Outcome<T>> =>
    call(`/api/v1${path}`, { method: "POST", signal, body, headers: { "content-type": "application/octet-stream" } }, reader),
  remove: <T>(path: string, reader: Reader<T>, signal?: AbortSignal): Promise<Outcome<T>> =>
    call(`/api/v1${path}`, { method: "DELETE", signal }, reader),
};

const Ticket: Reader<string> = {
  safeParse(value) {
    const ticket = (value as { ticket?: unknown } | null)?.ticket;
    return typeof ticket === "string" ? { success: true, data: ticket } : { success: false };
  },
};

/** A one-use right to open one socket, good for a minute at most. */
export function fetchTicket(signal?: AbortSignal): Promise<Outcome<string>> {
  return call("/api/ticket", { method: "POST", signal }, Ticket);
}

interface Request {
  method: string;
  signal?: AbortSignal | undefined;
  body?: string | Blob;
  headers?: Record<string, string>;
}

async function call<T>(url: string, { signal, ...init }: Request, reader: Reader<T>): Promise<Outcome<T>> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { ...init, cache: "no-store", ...(signal ? { signal } : {}) });
    body = await response.json().catch(() => undefined);
  } catch (error) {
    if (signal?.aborted) throw error;
    return refuse("internal", "Interlock does not answer. It may be restarting, or the network is down.");
  }
  if (!response.ok) {
    const problem = Problem.safeParse(body);
    if (problem.success) return refuse(problem.data.code, problem.data.detail);
    if (response.status === 401) return refuse("unauthenticated");
    return refuse("internal", `The service answered ${response.status} without saying why.`);
  }
  const value = reader.safeParse(body);
  return value.success ? ok(value.data) : refuse("protocol_version", "The answer is not of the form this page knows.");
}
