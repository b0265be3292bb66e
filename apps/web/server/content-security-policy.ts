import { config } from "./config.ts";

/**
 * Everything from this origin only. Exceptions, each with its reason:
 * - `style-src 'unsafe-inline'`: Monaco, the panes and Radix set `style` attributes and add style elements while they run.
 * - `worker-src blob:`: the bundler starts module workers through a blob that imports from this origin.
 * - `connect-src` names the socket's origin as well: not every browser counts `ws:` as `'self'`.
 * - `'wasm-unsafe-eval'`: the player of recordings has its terminal in WebAssembly, which comes from this origin; it lets no script be made of text.
 * - `'unsafe-eval'` only while developing, for React's error stacks.
 */
export function contentSecurityPolicy(nonce: string): string {
  const { development, origins } = config();
  const sockets = origins.map((origin) => origin.replace(/^http/u, "ws"));
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : " 'wasm-unsafe-eval'"}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...sockets].join(" ")}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
