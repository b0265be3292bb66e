import { type Outcome, Problem, refuse, StagedUpload } from "@interlock/protocol";

export interface Progress {
  done: number;
  /** 0 where it is not known. */
  total: number;
}

/** Where a file is, and from which room somebody wants it. */
export interface FilePlace {
  roomId: string;
  connectionId: string;
  path: string;
}

const query = ({ connectionId, path }: FilePlace, more: Record<string, string> = {}) =>
  new URLSearchParams({ connection: connectionId, path, ...more }).toString();

/** The address a file's bytes are at. */
export const contentAddress = (place: FilePlace, reason?: string): string =>
  `/api/v1/rooms/${place.roomId}/files/content?${query(place, reason === undefined ? {} : { reason })}`;

/** Fetches a file piece by piece; half of one is never handed on as if it were whole. Rejects only when aborted. */
export async function fetchFile(
  place: FilePlace,
  reason: string | undefined,
  told: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Outcome<Blob>> {
  try {
    const response = await fetch(contentAddress(place, reason), { signal, cache: "no-store" });
    if (!response.ok) return problemOf(await response.json().catch(() => undefined), response.status);
    const total = Number(response.headers.get("content-length") ?? 0);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let done = 0;
    const reader = response.body!.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      pieces.push(next.value);
      done += next.value.byteLength;
      told({ done, total });
    }
    if (total > 0 && done < total) return refuse("target_down", "The connection broke before the whole file had come; nothing was kept.");
    return { ok: true, value: new Blob(pieces, { type: "application/octet-stream" }) };
  } catch (error) {
    if (signal.aborted) throw error;
    return refuse("target_down", "The connection broke before the whole file had come; nothing was kept.");
  }
}

/** Sends a file to the agent, where it waits to be proposed. Rejects only when aborted. */
export function sendFile(
  place: FilePlace,
  file: Blob,
  told: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Outcome<StagedUpload>> {
  return new Promise((resolve, reject) => {
    // fetch() does not tell how much of a body has gone.
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/rooms/${place.roomId}/uploads?${query(place)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => told({ done: loaded, total }));
    request.addEventListener("load", () => {
      const staged = StagedUpload.safeParse(request.response);
      if (request.status === 201 && staged.success) resolve({ ok: true, value: staged.data });
      else resolve(problemOf(request.response, request.status));
    });
    request.addEventListener("error", () => resolve(refuse("internal", "The connection to Interlock broke; nothing was put on the host.")));
    request.addEventListener("abort", () => reject(new DOMException("It was cancelled.", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function problemOf(body: unknown, status: number): Outcome<never> {
  const problem = Problem.safeParse(body);
  return problem.success
    ? refuse(problem.data.code, problem.data.detail)
    : refuse("internal", `The service answered ${status} without saying why.`);
}

/** Hands what was fetched to the browser as a file of that name. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
