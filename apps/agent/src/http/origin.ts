import type { IncomingMessage } from "node:http";

/**
 * Whether a request may come from where it says. A browser names the page's origin whenever another site is involved and at everything that
 * changes something, so only requests that carry a token of their own may come without one.
 */
export function originAllowed(request: IncomingMessage, origins: ReadonlySet<string>): boolean {
  const { origin, authorization } = request.headers;
  if (origin !== undefined) return origins.has(origin);
  return request.method === "GET" || request.method === "HEAD" || authorization !== undefined;
}
