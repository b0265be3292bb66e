import { ErrorCode, type Outcome, ok, refuse } from "@interlock/protocol";

/** How somebody proves who they are: the two providers of server/auth-options.ts. */
export type Proof = { method: "password"; name: string; password: string } | { method: "demo"; name: string };

/** Signs this browser in: the answer sets the cookie. */
export async function signIn({ method, ...credentials }: Proof): Promise<Outcome<void>> {
  const url = await post(`callback/${method}`, credentials);
  if (!url.ok) return url;
  const error = new URL(url.value, window.location.href).searchParams.get("error");
  if (!error) return ok(undefined);
  return refuse(ErrorCode.safeParse(error).data ?? "internal");
}

/** Ends the session: the row is revoked, the cookie removed, and its sockets close within a second. */
export async function signOut(): Promise<Outcome<void>> {
  const url = await post("signout", {});
  return url.ok ? ok(undefined) : url;
}

/** next-auth's own form protocol: a token against forged requests first, then the form; the answer is where it would send a browser. */
async function post(action: string, fields: Record<string, string>): Promise<Outcome<string>> {
  try {
    const { csrfToken } = (await (await fetch("/api/auth/csrf", { cache: "no-store" })).json()) as { csrfToken: string };
    const response = await fetch(`/api/auth/${action}`, {
      method: "POST",
      body: new URLSearchParams({ ...fields, csrfToken, callbackUrl: "/rooms", json: "true" }),
    });
    const { url } = (await response.json()) as { url?: string };
    return url ? ok(url) : refuse("internal");
  } catch {
    return refuse("internal", "Interlock does not answer. It may be restarting, or the network is down.");
  }
}
