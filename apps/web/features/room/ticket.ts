/** What asking for a one-use socket ticket can come to. */
export type TicketOutcome = { ok: true; ticket: string } | { ok: false; signedOut: boolean; why: string };

/** Milliseconds for the server to answer; then it is asked again, as after any other failure. */
const PATIENCE_MS = 15_000;

/** Exchanges the web session for a ticket that opens exactly one socket (at most 60 s old). Never throws. */
export async function fetchTicket(signal?: AbortSignal): Promise<TicketOutcome> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch("/api/ticket", {
      method: "POST",
      headers: { accept: "application/json" },
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    if (response.status === 401) return { ok: false, signedOut: true, why: "You are signed out." };
    if (!response.ok) return { ok: false, signedOut: false, why: `The server answered ${response.status}.` };
    const body = (await response.json()) as { ticket?: unknown };
    if (typeof body.ticket !== "string") return { ok: false, signedOut: false, why: "The server sent no ticket." };
    return { ok: true, ticket: body.ticket };
  } catch {
    // Browsers' own words for it ("Failed to fetch") help nobody.
    return { ok: false, signedOut: false, why: "Interlock does not answer." };
  }
}

/** Address of a socket on the page's own origin. */
export function socketAddress(path: string, parameters: Record<string, string>): string {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
