/**
 * The address of the browser: the last entry of `x-forwarded-for`, which is the one the front process added. Earlier ones are the
 * browser's own claim.
 */
export function clientAddress(headers: Record<string, unknown> | undefined): string {
  const forwarded = headers?.["x-forwarded-for"];
  if (typeof forwarded !== "string") return "unknown";
  return forwarded.split(",").at(-1)?.trim() || "unknown";
}
