import { quotedWord } from "../objects/quoted-word.ts";

/** Offered lifetimes, in seconds; what policy thinks of each is asked. A server takes no less than ten minutes. */
export const DURATIONS = [600, 900, 1_800, 3_600] as const;

/** The line that asks for a token; undefined while it is not said whose. What begins with a hyphen would be a flag. */
export function tokenLine(of: { namespace: string; name: string; seconds: number; audience: string }): string | undefined {
  const [namespace, name, audience] = [of.namespace.trim(), of.name.trim(), of.audience.trim()];
  if (namespace === "" || name === "" || namespace.startsWith("-") || name.startsWith("-")) return undefined;
  const duration = of.seconds % 3_600 === 0 ? `${of.seconds / 3_600}h` : of.seconds % 60 === 0 ? `${of.seconds / 60}m` : `${of.seconds}s`;
  const words = ["kubectl", "create", "token", name, "-n", namespace, `--duration=${duration}`];
  if (audience !== "") words.push(`--audience=${audience}`);
  return words.map(quotedWord).join(" ");
}
