/** What only a newer server reads, as an older one (e.g. 130023) has it, so that the statements over it can be tried there, too. */
export function inOlder(part: string, version: number): string {
  const stored = version < 180_000 ? part.replaceAll(") VIRTUAL", ") STORED") : part;
  if (version >= 150_000) return stored;
  return stored.replaceAll(/(ON DELETE SET NULL) \([^)]*\)/g, "$1").replaceAll(/ WITH \(security_invoker[^)]*\)/gi, "");
}
