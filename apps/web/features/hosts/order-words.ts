import type { HostOrder } from "@interlock/protocol";

/** How a command goes over its hosts, as the end of a sentence. */
export function orderWords({ onFailure, atOnce }: HostOrder): string {
  const pace = atOnce === 1 ? "one after the other" : `${atOnce} at a time`;
  return onFailure === "stop" ? `${pace}, stopping at the first that fails` : `${pace}, carrying on after a failure`;
}
