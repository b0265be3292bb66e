import { fetchManifest } from "./manifest-url.ts";

/** How long what was fetched, or could not be, is shown to somebody who types, in milliseconds. */
const FRESH_MS = 60_000;
/** Of a URL that is typed, every beginning is one. */
const MOST = 32;

/**
 * Fetches manifests for drafts, which are analysed at every pause in typing: a URL is asked for once a minute at most. What is proposed is
 * fetched anew, and held.
 */
export function manifestCache(fetch: typeof fetchManifest = fetchManifest, now: () => number = Date.now): typeof fetchManifest {
  const known = new Map<string, { at: number; content: Promise<Buffer> }>();
  return (url, options) => {
    const found = known.get(url);
    if (found !== undefined && now() - found.at < FRESH_MS) return found.content;
    // Whoever asked first may go away before it is there; the others still want it.
    const { signal: _one, ...shared } = options;
    const content = fetch(url, { ...shared, signal: new AbortController().signal });
    content.catch(() => undefined);
    known.delete(url);
    known.set(url, { at: now(), content });
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    return content;
  };
}
