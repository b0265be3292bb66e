import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { Agent, request } from "undici";

/** Why a URL was not fetched; names no address that was found. */
export class ManifestError extends Error {}

export interface ManifestOptions {
  signal: AbortSignal;
  /** Also `http:`, and hosts that are listed here may be anywhere, e.g. a company's own manifest server. Default: none. */
  trustedHosts?: readonly string[];
  maxBytes?: number;
  timeoutMs?: number;
}

const MAX_BYTES = 5 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
const REDIRECTS = 5;

/** Addresses that are not of the public internet (IANA special-purpose registries, RFC 6890 and its updates). */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  PRIVATE.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const) {
  PRIVATE.addSubnet(net, bits, "ipv6");
}

/** Whether an address is on the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
}

/**
 * Fetches a manifest once, for the command to hold from then on. The name is resolved here, every address of it is checked, and the
 * connection goes to an address that was; redirects are checked anew. Rejects with ManifestError.
 */
export async function fetchManifest(url: string, options: ManifestOptions): Promise<Buffer> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)]);
  let at = url;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const answer = await fetchOnce(at, options, signal);
    if (Buffer.isBuffer(answer)) return answer;
    at = new URL(answer.location, at).href;
  }
  throw new ManifestError(`${shown(url)} redirects more than ${REDIRECTS} times.`);
}

/** A URL without what may be a credential. */
function shown(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return "The URL";
  }
}

async function fetchOnce(text: string, options: ManifestOptions, signal: AbortSignal): Promise<Buffer | { location: string }> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ManifestError("The URL of a manifest cannot be read.");
  }
  const trusted = options.trustedHosts?.includes(url.hostname) === true;
  if (url.protocol !== "https:" && !(trusted && url.protocol === "http:")) throw new ManifestError(`${shown(text)} is not https.`);
  if (url.username !== "" || url.password !== "")
    throw new ManifestError(`${shown(text)} holds a password; it would be stored with the command.`);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = await lookup(host, { all: true }).catch(() => {
    throw new ManifestError(`The host of ${shown(text)} is not known.`);
  });
  if (addresses.length === 0 || (!trusted && !addresses.every(({ address }) => isPublicAddress(address)))) {
    throw new ManifestError(`The host of ${shown(text)} is not on the public internet, so it is not asked.`);
  }
  const [chosen] = addresses;
  const agent = new Agent({
    connect: {
      timeout: 10_000,
      // The name must not be resolved a second time, perhaps to another address.
      lookup: (_host, wanted, done) => {
        if (wanted.all === true) done(null, [chosen!]);
        else done(null, chosen!.address, chosen!.family);
      },
    },
  });
  try {
    const response = await request(url, {
      dispatcher: agent,
      signal,
      headers: { accept: "application/yaml, application/json, text/plain, */*" },
    });
    const location = response.headers["location"];
    if (response.statusCode >= 300 && response.statusCode < 400 && typeof location === "string") {
      response.body.destroy();
      return { location };
    }
    if (response.statusCode !== 200) throw new ManifestError(`${shown(text)} answers ${response.statusCode}.`);
    const limit = options.maxBytes ?? MAX_BYTES;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new ManifestError(`${shown(text)} is larger than ${limit} bytes.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof ManifestError) throw error;
    throw new ManifestError(`${shown(text)} cannot be fetched.`);
  } finally {
    await agent.destroy();
  }
}
