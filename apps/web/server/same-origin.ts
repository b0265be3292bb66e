import { config } from "./config.ts";

/** Whether a request that changes something comes from a page of this installation. Browsers send Origin with every POST. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site && site !== "same-origin") return false;
  return config().origins.includes(request.headers.get("origin") ?? "");
}
